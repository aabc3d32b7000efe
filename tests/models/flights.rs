//! One computation per key, however its owner ends and whoever clears meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use memoxide::flight::{Begin, Caller, Flights, Guard, Home, Wait, Waiter};
use shuttle::thread;

use crate::check::check;

const KEY: u8 = 1;
const TIMEOUT: Duration = Duration::from_secs(1);

/// What somebody computes: how many clears it was begun after.
type Outcome = usize;

#[derive(Default)]
struct World {
    flights: Flights<u8, Outcome>,
    /// How many compute at this moment.
    busy: AtomicUsize,
    /// How many have begun to.
    computed: AtomicUsize,
    cleared: AtomicUsize,
    /// How many owners may have been dismissed, who go on all the same.
    dismissed: AtomicUsize,
}

/// How a computation ends.
#[derive(Clone, Copy)]
enum End {
    Lands,
    GivesUp,
    Panics,
    /// While the outcome is being stored.
    PanicsLate,
}

/// A panic that belongs to the model.
struct Meant;

impl World {
    fn begin(&self, caller: Caller) -> Begin<u8, Outcome> {
        self.flights.begin(KEY, caller, &"f".into())
    }

    /// Computes, ends as it is to end, and says what came of it.
    fn compute(&self, guard: Guard<u8, Outcome>, end: End) -> Option<Outcome> {
        let others = self.busy.fetch_add(1, Ordering::SeqCst);
        self.computed.fetch_add(1, Ordering::SeqCst);
        let outcome = self.cleared.load(Ordering::SeqCst);
        // Nobody else computes, but for those of whom a clear has taken the key, or who were dismissed.
        let dismissed = self.dismissed.load(Ordering::SeqCst);
        assert!(others <= outcome + dismissed, "two compute at once");
        thread::yield_now();
        self.busy.fetch_sub(1, Ordering::SeqCst);
        let ends = AssertUnwindSafe(|| self.end(guard, outcome, end));
        match catch_unwind(ends) {
            Ok(outcome) => outcome,
            Err(panic) if panic.is::<Meant>() => None,
            Err(panic) => resume_unwind(panic),
        }
    }

    fn end(&self, guard: Guard<u8, Outcome>, outcome: Outcome, end: End) -> Option<Outcome> {
        match end {
            End::Lands => guard.land(outcome, |is_attached| self.store(outcome, is_attached)),
            End::GivesUp => {
                drop(guard);
                return None;
            }
            End::Panics => resume_unwind(Box::new(Meant)),
            End::PanicsLate => guard.land(outcome, |_| resume_unwind(Box::new(Meant))),
        }
        Some(outcome)
    }

    fn store(&self, outcome: Outcome, is_attached: bool) {
        let is_of_now = outcome == self.cleared.load(Ordering::SeqCst);
        assert!(is_of_now || !is_attached, "what was cleared is stored");
    }

    /// Asks until there is an outcome. A computation of its own ends as `end` says.
    fn ask(&self, end: End) -> Option<Outcome> {
        loop {
            match self.begin(Caller::plain(None)) {
                Begin::Owner(guard) => return self.compute(guard, end),
                Begin::Waiter(mut waiter) => match wait(&mut waiter) {
                    Wait::Landed(outcome) => return Some(outcome),
                    Wait::Takeover(guard) => return self.compute(guard, end),
                    Wait::Pending | Wait::Orphaned => {}
                },
                Begin::Cycle(_) => panic!("no cycle"),
            }
        }
    }

    /// Asks, and has an outcome that is not of before it asked.
    fn expect(&self, end: End) {
        let cleared = self.cleared.load(Ordering::SeqCst);
        let outcome = self.ask(end);
        assert!(outcome.is_none_or(|outcome| outcome >= cleared), "stale");
    }

    fn clear(&self) {
        let clears = || self.cleared.fetch_add(1, Ordering::SeqCst);
        self.flights.detach(&KEY, clears);
    }

    fn clear_all(&self) {
        let clears = || self.cleared.fetch_add(1, Ordering::SeqCst);
        self.flights.detach_all(clears);
    }

    fn dismiss(&self) {
        if let Some(owner) = self.flights.owner(&KEY) {
            self.dismissed.fetch_add(1, Ordering::SeqCst);
            owner.dismiss();
        }
    }

    fn is_idle(&self) -> bool {
        !self.flights.is_under_way(&KEY)
    }
}

fn wait(waiter: &mut Waiter<u8, Outcome>) -> Wait<u8, Outcome> {
    loop {
        match waiter.wait_for(TIMEOUT) {
            Wait::Pending => {}
            outcome => return outcome,
        }
    }
}

/// Runs each of these in a thread of its own, beside a task that owns from the beginning and ends as `first` says.
fn run(first: End, others: &[fn(&World)]) -> Arc<World> {
    let world = Arc::new(World::default());
    let Begin::Owner(guard) = world.begin(Caller::task(None).at(Home::from(1))) else {
        panic!("nobody else computes")
    };
    let threads: Vec<_> = others
        .iter()
        .map(|other| {
            let (world, other) = (Arc::clone(&world), *other);
            thread::spawn(move || other(&world))
        })
        .collect();
    world.compute(guard, first);
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(world.is_idle(), "a key is left behind");
    world
}

fn asks(world: &World) {
    assert!(world.ask(End::Lands).is_some());
}

fn expects(world: &World) {
    world.expect(End::Lands);
}

fn asks_in_vain(world: &World) {
    world.expect(End::GivesUp);
}

fn asks_and_panics(world: &World) {
    world.expect(End::Panics);
}

/// Asks, and does not wait for the outcome.
fn leaves(world: &World) {
    match world.begin(Caller::plain(None)) {
        Begin::Owner(guard) => drop(world.compute(guard, End::Lands)),
        Begin::Waiter(mut waiter) => match waiter.poll() {
            Wait::Takeover(guard) => drop(world.compute(guard, End::GivesUp)),
            _ => drop(waiter),
        },
        Begin::Cycle(_) => panic!("no cycle"),
    }
}

#[test]
fn a_landing_is_told_to_all_who_wait() {
    check(2, || {
        run(End::Lands, &[asks, asks]);
    });
}

#[test]
fn a_waiter_takes_over_from_an_owner_that_gives_up() {
    check(3, || {
        let world = run(End::GivesUp, &[asks, asks]);
        assert!(world.computed.load(Ordering::SeqCst) >= 2);
    });
}

#[test]
fn a_waiter_takes_over_from_an_owner_that_panics() {
    check(2, || {
        run(End::Panics, &[asks, asks]);
    });
    check(2, || {
        run(End::PanicsLate, &[asks, asks]);
    });
}

#[test]
fn those_who_take_over_may_give_up_too() {
    check(2, || {
        run(End::GivesUp, &[asks_in_vain, asks_and_panics]);
    });
}

#[test]
fn many_wait_for_one_who_gives_up() {
    check(1, || {
        run(End::GivesUp, &[asks, asks, asks_in_vain, asks]);
    });
}

#[test]
fn who_waits_may_leave() {
    check(2, || {
        run(End::GivesUp, &[leaves, asks]);
    });
    check(2, || {
        run(End::GivesUp, &[leaves, leaves]);
    });
}

#[test]
fn a_clear_comes_while_an_owner_lands() {
    check(3, || {
        run(End::Lands, &[expects, World::clear]);
    });
}

#[test]
fn a_clear_comes_while_an_owner_gives_up() {
    check(2, || {
        run(End::GivesUp, &[expects, World::clear_all]);
    });
    check(1, || {
        run(End::GivesUp, &[expects, leaves, World::clear]);
    });
}

#[test]
fn a_clear_comes_while_an_owner_panics() {
    check(3, || {
        run(End::PanicsLate, &[expects, World::clear]);
    });
}

#[test]
fn a_clear_comes_while_others_take_over() {
    check(1, || {
        run(End::GivesUp, &[asks_in_vain, expects, World::clear]);
    });
}

#[test]
fn a_waiter_takes_over_from_an_owner_that_is_dismissed() {
    check(2, || {
        run(End::Lands, &[asks, World::dismiss]);
    });
    check(2, || {
        run(End::GivesUp, &[asks, World::dismiss, World::dismiss]);
    });
    check(1, || {
        run(End::PanicsLate, &[expects, World::dismiss, World::clear]);
    });
}

/// An owner in the background of an event loop gives up what a caller of that loop takes over; from then on
/// all may rely on it.
#[test]
fn what_was_left_to_one_event_loop_is_taken_over_for_all() {
    check(3, || {
        let world = Arc::new(World::default());
        let task = || Caller::task(None).at(Home::from(1));
        let Begin::Owner(guard) = world.begin(task().in_background()) else {
            panic!("nobody else computes")
        };
        let Begin::Waiter(mut waiter) = world.begin(task()) else {
            panic!("it is the same event loop's")
        };
        drop(guard);
        let other = thread::spawn({
            let world = Arc::clone(&world);
            move || asks(&world)
        });
        match waiter.poll() {
            Wait::Takeover(guard) => drop(world.compute(guard, End::Lands)),
            Wait::Orphaned => {}
            Wait::Landed(_) | Wait::Pending => panic!("nobody else takes over"),
        }
        drop(waiter);
        other.join().unwrap();
        assert!(world.is_idle());
    });
}
