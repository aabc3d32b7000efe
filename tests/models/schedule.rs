//! The sweeper: whatever is to expire is swept, and the end waits for nobody who is not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use memoxide::store::clock::{self, Nanos};
use memoxide::sweep::{Schedule, Wake};
use shuttle::sync::Mutex;
use shuttle::thread::{self, JoinHandle};

use crate::check::check;

const HOUR: Nanos = 3_600_000_000_000;

#[derive(Default)]
struct World {
    schedule: Schedule,
    /// How many expectations there were, and how many of them there were at the last sweep.
    expected: AtomicUsize,
    swept: AtomicUsize,
    is_over: AtomicBool,
    sweepers: Mutex<Vec<JoinHandle<()>>>,
}

impl World {
    /// Expects something then, and sees to it that there is a sweeper.
    fn expect(self: &Arc<Self>, expiry: Nanos) {
        self.expected.fetch_add(1, Ordering::SeqCst);
        if self.schedule.expect(expiry) {
            let world = Arc::clone(self);
            let sweeper = thread::spawn(move || world.sweep());
            self.sweepers.lock().unwrap().push(sweeper);
        }
    }

    fn sweep(&self) {
        while self.schedule.wait() == Wake::Sweep {
            assert!(
                !self.is_over.load(Ordering::SeqCst),
                "a sweep after the end"
            );
            let expected = self.expected.load(Ordering::SeqCst);
            self.swept.store(expected, Ordering::SeqCst);
        }
    }

    fn ends(self: &Arc<Self>) {
        self.schedule.end();
        self.is_over.store(true, Ordering::SeqCst);
        assert!(
            !self.schedule.expect(0),
            "something is expected after the end"
        );
    }

    /// Expects something that no thread can be started for.
    fn fails_to_start(self: &Arc<Self>) {
        if self.schedule.expect(clock::now() + HOUR) {
            self.schedule.give_up();
        }
    }

    fn expects_something_due(self: &Arc<Self>) {
        self.expect(0);
    }

    fn expects_something_late(self: &Arc<Self>) {
        self.expect(clock::now() + HOUR);
    }

    fn lets_time_pass(self: &Arc<Self>) {
        clock::advance(2 * HOUR);
        self.schedule.look_again();
    }
}

/// Runs these at once. All sweepers end, by themselves or with the schedule. Says how many there were.
fn run(threads: &[fn(&Arc<World>)]) -> (Arc<World>, usize) {
    let world = Arc::new(World::default());
    let threads: Vec<_> = threads
        .iter()
        .map(|acts| {
            let (world, acts) = (Arc::clone(&world), *acts);
            thread::spawn(move || acts(&world))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let sweepers = std::mem::take(&mut *world.sweepers.lock().unwrap());
    let count = sweepers.len();
    for sweeper in sweepers {
        sweeper.join().unwrap();
    }
    (world, count)
}

fn assert_all_is_swept(threads: &[fn(&Arc<World>)]) {
    let (world, _) = run(threads);
    let counts = [&world.expected, &world.swept].map(|count| count.load(Ordering::SeqCst));
    assert_eq!(counts[0], counts[1]);
}

#[test]
fn whatever_is_due_is_swept() {
    check(3, || {
        let due: fn(&Arc<World>) = World::expects_something_due;
        assert_all_is_swept(&[due, due]);
    });
}

#[test]
fn a_sweeper_that_sleeps_is_told_of_what_expires_earlier() {
    check(3, || {
        assert_all_is_swept(&[|world| {
            world.expects_something_late();
            world.expects_something_due();
        }]);
    });
}

#[test]
fn what_is_due_and_what_is_late_are_swept_in_the_end() {
    check(3, || {
        assert_all_is_swept(&[World::expects_something_due, |world| {
            world.expects_something_late();
            world.expects_something_due();
            world.lets_time_pass();
        }]);
    });
}

#[test]
fn a_sweeper_that_sleeps_is_told_that_time_has_passed() {
    check(3, || {
        assert_all_is_swept(&[|world| {
            world.expects_something_late();
            world.lets_time_pass();
        }]);
    });
}

#[test]
fn there_is_one_sweeper() {
    check(2, || {
        let (_, sweepers) = run(&[|world| {
            world.expects_something_late();
            world.expects_something_late();
            world.ends();
        }]);
        assert_eq!(sweepers, 1);
    });
}

#[test]
fn the_end_comes_whatever_is_expected() {
    check(3, || {
        run(&[World::expects_something_late, World::ends]);
    });
    check(2, || {
        run(&[
            World::expects_something_due,
            World::expects_something_late,
            World::ends,
        ]);
    });
}

#[test]
fn the_end_does_not_wait_for_a_sweeper_that_could_not_be_started() {
    check(3, || {
        run(&[World::fails_to_start, World::ends]);
    });
}
