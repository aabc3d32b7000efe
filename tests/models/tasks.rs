//! Tasks wait with wakers: each is woken, and none of their code runs under a lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use memoxide::flight::{Begin, Caller, Flights, Guard, Wait, Waiter};
use shuttle::sync::{Condvar, Mutex};
use shuttle::thread;

use crate::check::check;

const KEY: u8 = 1;

type Numbers = Flights<u8, Outcome>;

/// What is computed. It looks whether a lock is held when it is dropped.
#[derive(Clone)]
struct Outcome(Arc<Numbers>);

/// An event loop that has one task, and sleeps until that is woken.
struct Bell {
    is_rung: Mutex<bool>,
    rung: Condvar,
    flights: Arc<Numbers>,
}

/// Fails under the lock of the flights, which every other lock of theirs is taken under.
fn is_free(flights: &Numbers) {
    let _ = flights.is_under_way(&KEY);
}

impl Bell {
    fn new(flights: &Arc<Numbers>) -> Arc<Self> {
        Arc::new(Self {
            is_rung: Mutex::new(false),
            rung: Condvar::new(),
            flights: Arc::clone(flights),
        })
    }

    fn sleep(&self) {
        let mut is_rung = self.is_rung.lock().unwrap();
        while !*is_rung {
            is_rung = self.rung.wait(is_rung).unwrap();
        }
        *is_rung = false;
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        is_free(&self.flights);
        *self.is_rung.lock().unwrap() = true;
        self.rung.notify_all();
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        is_free(&self.flights);
    }
}

impl Drop for Outcome {
    fn drop(&mut self) {
        is_free(&self.0);
    }
}

/// What each of the threads has.
struct World {
    flights: Arc<Numbers>,
    busy: AtomicUsize,
}

impl World {
    fn begin(&self, caller: Caller) -> Begin<u8, Outcome> {
        self.flights.begin(KEY, caller, &"f".into())
    }

    fn own(&self) -> Guard<u8, Outcome> {
        match self.begin(Caller::task(None)) {
            Begin::Owner(guard) => guard,
            _ => panic!("nobody else computes"),
        }
    }

    fn land(&self, guard: Guard<u8, Outcome>) {
        assert_eq!(self.busy.fetch_add(1, Ordering::SeqCst), 0, "two at once");
        thread::yield_now();
        self.busy.fetch_sub(1, Ordering::SeqCst);
        guard.land(Outcome(Arc::clone(&self.flights)), |_| ());
    }

    /// Waits as a task does, and computes if nobody else does.
    fn ask(&self) {
        match self.begin(Caller::task(None)) {
            Begin::Owner(guard) => self.land(guard),
            Begin::Waiter(waiter) => self.wait(waiter),
            Begin::Cycle(_) => panic!("no cycle"),
        }
    }

    fn wait(&self, mut waiter: Waiter<u8, Outcome>) {
        let bell = Bell::new(&self.flights);
        loop {
            match waiter.poll() {
                Wait::Landed(_) | Wait::Orphaned => return,
                Wait::Takeover(guard) => return self.land(guard),
                Wait::Pending => {}
            }
            if waiter.register(Waker::from(Arc::clone(&bell))) {
                bell.sleep();
            }
        }
    }

    /// Leaves a waker, and does not come back: its event loop has stopped.
    fn stops(&self) {
        if let Begin::Waiter(waiter) = self.begin(Caller::task(None)) {
            let _ = waiter.register(Waker::from(Bell::new(&self.flights)));
        }
    }

    /// Waits as a thread does.
    fn sleeps(&self) {
        match self.begin(Caller::plain(None)) {
            Begin::Owner(guard) => self.land(guard),
            Begin::Waiter(mut waiter) => loop {
                match waiter.wait_for(std::time::Duration::ZERO) {
                    Wait::Landed(_) | Wait::Orphaned => return,
                    Wait::Takeover(guard) => return self.land(guard),
                    Wait::Pending => {}
                }
            },
            Begin::Cycle(_) => panic!("no cycle"),
        }
    }

    fn clears(&self) {
        self.flights.detach_all(|| ());
    }
}

fn run(owner: fn(&World, Guard<u8, Outcome>), others: &[fn(&World)]) {
    let world = Arc::new(World {
        flights: Arc::default(),
        busy: AtomicUsize::new(0),
    });
    let guard = world.own();
    let threads: Vec<_> = others
        .iter()
        .map(|other| {
            let (world, other) = (Arc::clone(&world), *other);
            thread::spawn(move || other(&world))
        })
        .collect();
    owner(&world, guard);
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(!world.flights.is_under_way(&KEY), "a key is left behind");
}

fn gives_up(_: &World, guard: Guard<u8, Outcome>) {
    drop(guard);
}

fn gives_up_what_was_cleared(world: &World, guard: Guard<u8, Outcome>) {
    world.clears();
    drop(guard);
}

#[test]
fn a_task_that_registers_while_the_owner_lands_is_woken() {
    check(4, || run(World::land, &[World::ask]));
    check(2, || run(World::land, &[World::ask, World::ask]));
}

#[test]
fn a_task_that_registers_while_the_owner_gives_up_is_woken() {
    check(4, || run(gives_up, &[World::ask]));
    check(2, || run(gives_up, &[World::ask, World::ask]));
}

#[test]
fn a_task_that_waits_for_what_was_cleared_is_woken() {
    check(4, || run(gives_up_what_was_cleared, &[World::ask]));
}

#[test]
fn an_event_loop_that_stops_keeps_nobody_waiting() {
    check(2, || run(gives_up, &[World::stops, World::ask]));
    check(2, || run(gives_up, &[World::stops, World::sleeps]));
    check(1, || {
        run(World::land, &[World::stops, World::sleeps, World::ask]);
    });
}
