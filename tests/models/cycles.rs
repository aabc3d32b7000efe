//! Computations that need each other: nobody waits in a cycle, and nobody is told of one that there is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use memoxide::flight::{Begin, Caller, ComputationId, Flights, Guard, Wait};
use shuttle::thread;

use crate::check::check;

/// A computation that fails fails those who wait for it.
type Outcome = Result<(), ()>;
type Needs = &'static [(u8, u8)];

/// Keys, each of which needs another: the computation of one asks for the other.
struct World {
    /// Of one function for each key: a cycle may lead over many.
    functions: [Flights<u8, Outcome>; 4],
    needs: Needs,
    kind: Kind,
    told: AtomicUsize,
}

#[derive(Clone, Copy)]
enum Kind {
    /// What keeps its thread. Who is told of a cycle fails.
    Calls,
    /// The same. Who is told of a cycle gives up, and a waiter takes over.
    CallsThatGiveUp,
    /// What inherits the computation that it belongs to, and leaves its thread to others.
    Tasks,
}

impl World {
    fn caller(&self, within: Option<ComputationId>) -> Caller {
        match self.kind {
            Kind::Calls | Kind::CallsThatGiveUp => Caller::plain(within),
            Kind::Tasks => Caller::task(within),
        }
    }

    fn ask(&self, key: u8, within: Option<ComputationId>) -> Outcome {
        let label = key.to_string().into();
        match self.functions[usize::from(key)].begin(key, self.caller(within), &label) {
            Begin::Owner(guard) => self.compute(key, guard),
            Begin::Cycle(chain) => {
                self.told.fetch_add(1, Ordering::SeqCst);
                self.assert_is_cycle(&chain);
                Err(())
            }
            Begin::Waiter(mut waiter) => loop {
                match waiter.wait_for(Duration::ZERO) {
                    Wait::Landed(outcome) => return outcome,
                    Wait::Takeover(guard) => return self.compute(key, guard),
                    Wait::Pending => {}
                    // Somebody has cleared it.
                    Wait::Orphaned => return self.ask(key, within),
                }
            },
        }
    }

    fn compute(&self, key: u8, guard: Guard<u8, Outcome>) -> Outcome {
        let within = Some(guard.computation());
        let mut needed = self.needs.iter().filter(|(by, _)| *by == key);
        let outcome = needed.try_for_each(|(_, needed)| self.ask(*needed, within));
        if outcome.is_err() && matches!(self.kind, Kind::CallsThatGiveUp) {
            drop(guard);
        } else {
            guard.land(outcome, |_| ());
        }
        outcome
    }

    /// Each of a cycle needs the next one.
    fn assert_is_cycle(&self, chain: &[Arc<str>]) {
        assert!(
            chain.len() > 1 && chain.first() == chain.last(),
            "{chain:?}"
        );
        for pair in chain.windows(2) {
            let [by, needed] = [0, 1].map(|place| pair[place].parse().unwrap());
            assert!(self.needs.contains(&(by, needed)), "{chain:?}");
        }
    }
}

/// Asks for each of these keys in a thread of its own.
fn run(kind: Kind, needs: Needs, keys: &[u8]) -> Arc<World> {
    run_beside(|_| (), kind, needs, keys)
}

/// The same beside what this thread does.
fn run_beside(other: fn(&World), kind: Kind, needs: Needs, keys: &[u8]) -> Arc<World> {
    let world = Arc::new(World {
        functions: Default::default(),
        needs,
        kind,
        told: AtomicUsize::new(0),
    });
    let threads: Vec<_> = keys
        .iter()
        .map(|key| {
            let (world, key) = (Arc::clone(&world), *key);
            thread::spawn(move || world.ask(key, None))
        })
        .collect();
    other(&world);
    for thread in threads {
        let _ = thread.join().unwrap();
    }
    assert!(
        needs
            .iter()
            .all(|(by, _)| !world.functions[usize::from(*by)].is_under_way(by))
    );
    world
}

/// There is one, whoever comes first: at least one is told.
fn assert_one_is_told(kind: Kind, needs: Needs, keys: &[u8]) {
    let world = run(kind, needs, keys);
    assert!(world.told.load(Ordering::SeqCst) > 0);
}

const TWO: Needs = &[(1, 2), (2, 1)];
const THREE: Needs = &[(1, 2), (2, 3), (3, 1)];

#[test]
fn two_calls_that_need_each_other_end() {
    check(3, || assert_one_is_told(Kind::Calls, TWO, &[1, 2]));
    check(2, || {
        assert_one_is_told(Kind::CallsThatGiveUp, TWO, &[1, 2]);
    });
}

#[test]
fn two_tasks_that_need_each_other_end() {
    check(3, || assert_one_is_told(Kind::Tasks, TWO, &[1, 2]));
}

#[test]
fn three_calls_that_need_each_other_end() {
    check(1, || assert_one_is_told(Kind::Calls, THREE, &[1, 2, 3]));
    check(1, || {
        assert_one_is_told(Kind::CallsThatGiveUp, THREE, &[1, 2, 3]);
    });
}

#[test]
fn three_tasks_that_need_each_other_end() {
    check(1, || assert_one_is_told(Kind::Tasks, THREE, &[1, 2, 3]));
}

#[test]
fn a_clear_hides_no_cycle() {
    fn clears(world: &World) {
        for flights in &world.functions {
            flights.detach_all(|| ());
        }
    }
    check(2, || {
        let world = run_beside(clears, Kind::Calls, TWO, &[1, 2]);
        assert!(world.told.load(Ordering::SeqCst) > 0);
    });
    check(1, || {
        run_beside(clears, Kind::CallsThatGiveUp, TWO, &[1, 2]);
    });
}

#[test]
fn those_who_need_the_same_are_told_of_no_cycle() {
    fn shares(kind: Kind) {
        let world = run(kind, &[(1, 3), (2, 3), (2, 1)], &[1, 2, 3]);
        assert_eq!(world.told.load(Ordering::SeqCst), 0);
    }
    check(2, || shares(Kind::Calls));
    check(1, || shares(Kind::Tasks));
}
