mod tasks;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;

use super::*;
use crate::rounds::rounds;

const SOON: Duration = Duration::from_millis(20);
/// Long enough for a sanitizer on a busy machine.
const LONG: Duration = Duration::from_secs(120);

type Numbers = Flights<u8, u32>;

fn begin(flights: &Numbers, key: u8, name: &str) -> Begin<u8, u32> {
    flights.begin(key, Caller::plain(None), &name.into())
}

fn own(flights: &Numbers, key: u8, name: &str) -> Guard<u8, u32> {
    match begin(flights, key, name) {
        Begin::Owner(guard) => guard,
        _ => panic!("nobody else computes"),
    }
}

fn join(flights: &Numbers, key: u8, name: &str) -> Waiter<u8, u32> {
    match begin(flights, key, name) {
        Begin::Waiter(waiter) => waiter,
        _ => panic!("somebody computes"),
    }
}

/// Runs `test` in a thread of its own and fails, instead of hanging, when it hangs.
fn in_time(test: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel();
    let thread = thread::spawn(move || {
        test();
        let _ = done.send(());
    });
    match ended.recv_timeout(LONG) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("hangs"),
        _ => thread.join().unwrap(),
    }
}

fn outcome(mut waiter: Waiter<u8, u32>) -> u32 {
    loop {
        match waiter.wait_for(SOON) {
            Wait::Landed(outcome) => return outcome,
            Wait::Takeover(guard) => guard.land(99, |_| ()),
            Wait::Pending => {}
            Wait::Orphaned => return 99,
        }
    }
}

#[test]
fn one_computes_for_all() {
    in_time(|| {
        let flights = Numbers::new();
        let computed = AtomicUsize::new(0);
        let barrier = Barrier::new(16);
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    barrier.wait();
                    match begin(&flights, 1, "f") {
                        Begin::Owner(guard) => {
                            computed.fetch_add(1, Ordering::Relaxed);
                            thread::sleep(SOON);
                            guard.land(7, |_| ());
                        }
                        Begin::Waiter(waiter) => assert_eq!(outcome(waiter), 7),
                        Begin::Cycle(_) => panic!("no cycle"),
                    }
                });
            }
        });
        // A thread may come after the first has landed; far fewer than all compute.
        assert!(computed.load(Ordering::Relaxed) < 16);
        assert!(flights.map.lock().is_empty());
    });
}

#[test]
fn a_waiter_takes_over_when_the_owner_gives_up() {
    in_time(|| {
        let flights = Numbers::new();
        let guard = own(&flights, 1, "f");
        thread::scope(|scope| {
            let waiters: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| match begin(&flights, 1, "f") {
                        Begin::Owner(guard) => {
                            guard.land(99, |_| ());
                            99
                        }
                        Begin::Waiter(waiter) => outcome(waiter),
                        Begin::Cycle(_) => panic!("no cycle"),
                    })
                })
                .collect();
            thread::sleep(SOON);
            drop(guard);
            for waiter in waiters {
                assert_eq!(waiter.join().unwrap(), 99);
            }
        });
        assert!(flights.map.lock().is_empty());
    });
}

#[test]
fn a_key_that_was_given_up_by_all_is_free_again() {
    in_time(|| {
        let flights = Numbers::new();
        let guard = own(&flights, 1, "f");
        thread::scope(|scope| {
            let flights = &flights;
            let (joined, waits) = mpsc::channel();
            scope.spawn(move || {
                let waiter = join(flights, 1, "f");
                joined.send(()).unwrap();
                thread::sleep(SOON);
                drop(waiter);
            });
            waits.recv().unwrap();
            drop(guard);
        });
        assert!(flights.map.lock().is_empty());
        own(&flights, 1, "f").land(1, |_| ());
    });
}

#[test]
fn waiters_of_before_a_detach_get_the_outcome_and_later_callers_start_anew() {
    in_time(|| {
        let flights = Numbers::new();
        let guard = own(&flights, 1, "f");
        thread::scope(|scope| {
            let flights = &flights;
            let (joined, waits) = mpsc::channel();
            let waiter = scope.spawn(move || {
                let waiter = join(flights, 1, "f");
                joined.send(()).unwrap();
                outcome(waiter)
            });
            waits.recv().unwrap();
            flights.detach_all(|| ());
            let anew = own(flights, 1, "f");
            guard.land(1, |is_attached| assert!(!is_attached));
            assert_eq!(waiter.join().unwrap(), 1);
            anew.land(2, |is_attached| assert!(is_attached));
        });
    });
}

fn names(chain: &Chain) -> Vec<&str> {
    chain.iter().map(|name| &**name).collect()
}

#[test]
fn a_cycle_in_one_thread_shows_all_that_lies_between() {
    let flights = Numbers::new();
    let _a = own(&flights, 1, "a");
    let _b = own(&flights, 2, "b");
    let _c = own(&flights, 3, "c");
    match begin(&flights, 2, "b") {
        Begin::Cycle(chain) => assert_eq!(names(&chain), ["b", "c", "b"]),
        _ => panic!("a cycle"),
    }
}

/// Each of `size` threads computes its own key and then needs the next one's.
fn ring(size: u8) -> usize {
    let flights = Numbers::new();
    let barrier = Barrier::new(size.into());
    let cycles = AtomicUsize::new(0);
    thread::scope(|scope| {
        for key in 0..size {
            let (flights, barrier, cycles) = (&flights, &barrier, &cycles);
            scope.spawn(move || {
                let guard = own(flights, key, &key.to_string());
                barrier.wait();
                match begin(flights, (key + 1) % size, "next") {
                    Begin::Waiter(waiter) => {
                        outcome(waiter);
                    }
                    Begin::Cycle(chain) => {
                        assert_eq!(chain.len(), usize::from(size) + 1);
                        assert_eq!(chain.first(), chain.last());
                        cycles.fetch_add(1, Ordering::Relaxed);
                    }
                    Begin::Owner(_) => panic!("all keys are computed"),
                }
                guard.land(key.into(), |_| ());
            });
        }
    });
    cycles.into_inner()
}

#[test]
fn a_cycle_over_threads_is_found_by_exactly_one() {
    in_time(|| {
        for size in [2, 3, 7] {
            assert_eq!(ring(size), 1);
        }
    });
}

#[test]
fn a_cycle_that_a_takeover_would_close_is_found() {
    in_time(|| {
        let flights = Numbers::new();
        let first = own(&flights, 1, "a");
        thread::scope(|scope| {
            let flights = &flights;
            let (joined, waits) = mpsc::channel();
            scope.spawn(move || {
                let mine = own(flights, 2, "b");
                let mut waiter = join(flights, 1, "a");
                joined.send(()).unwrap();
                let taken = loop {
                    if let Wait::Takeover(guard) = waiter.wait_for(SOON) {
                        break guard;
                    }
                };
                match begin(flights, 2, "b") {
                    Begin::Cycle(chain) => assert_eq!(names(&chain), ["b", "a", "b"]),
                    _ => panic!("a cycle"),
                }
                taken.land(1, |_| ());
                mine.land(2, |_| ());
            });
            waits.recv().unwrap();
            drop(first);
        });
    });
}

#[test]
fn a_landed_flight_closes_no_cycle() {
    in_time(|| {
        let flights = Numbers::new();
        let first = own(&flights, 1, "a");
        thread::scope(|scope| {
            let (joined, waits) = mpsc::channel();
            let (go, goes) = mpsc::channel::<()>();
            let flights = &flights;
            scope.spawn(move || {
                let mine = own(flights, 2, "b");
                // Still listed as waiting for "a" after that has landed.
                let waiter = join(flights, 1, "a");
                joined.send(()).unwrap();
                goes.recv().unwrap();
                assert_eq!(outcome(waiter), 1);
                mine.land(2, |_| ());
            });
            waits.recv().unwrap();
            first.land(1, |_| ());
            let waiter = join(flights, 2, "b");
            go.send(()).unwrap();
            assert_eq!(outcome(waiter), 2);
        });
    });
}

#[test]
fn who_waited_for_what_was_detached_begins_anew() {
    let flights = Numbers::new();
    let old = own(&flights, 1, "f");
    let mut waiter = wait_elsewhere(&flights);
    flights.detach(&1, || ());
    let new = own(&flights, 1, "f");
    drop(old);
    assert!(matches!(waiter.poll(), Wait::Orphaned));
    new.land(1, |_| ());
}

/// A place that another thread takes.
fn wait_elsewhere(flights: &Numbers) -> Waiter<u8, u32> {
    thread::scope(|scope| scope.spawn(|| join(flights, 1, "f")).join().unwrap())
}

#[test]
fn a_panic_while_storing_hands_the_work_over() {
    in_time(|| {
        let flights = Numbers::new();
        let guard = own(&flights, 1, "f");
        thread::scope(|scope| {
            let (joined, waits) = mpsc::channel();
            let flights = &flights;
            let waiter = scope.spawn(move || {
                let waiter = join(flights, 1, "f");
                joined.send(()).unwrap();
                outcome(waiter)
            });
            waits.recv().unwrap();
            let landing = std::panic::AssertUnwindSafe(|| guard.land(1, |_| panic!("no memory")));
            assert!(std::panic::catch_unwind(landing).is_err());
            assert_eq!(waiter.join().unwrap(), 99);
        });
        assert!(flights.map.lock().is_empty());
    });
}

#[test]
fn a_waiter_that_stays_after_its_takeover_hides_no_cycle() {
    in_time(|| {
        let flights = Numbers::new();
        let first = own(&flights, 1, "a");
        thread::scope(|scope| {
            let flights = &flights;
            let (joined, waits) = mpsc::channel();
            let (owned, owns) = mpsc::channel();
            scope.spawn(move || {
                let mut stays = join(flights, 1, "a");
                joined.send(()).unwrap();
                let Wait::Takeover(guard) = stays.wait_for(LONG) else {
                    panic!("the owner gives up");
                };
                owns.recv().unwrap();
                let inner = join(flights, 2, "b");
                drop(stays);
                joined.send(()).unwrap();
                assert_eq!(outcome(inner), 2);
                guard.land(1, |_| ());
            });
            waits.recv().unwrap();
            drop(first);
            let second = own(flights, 2, "b");
            owned.send(()).unwrap();
            waits.recv().unwrap();
            match begin(flights, 1, "a") {
                Begin::Cycle(chain) => assert_eq!(names(&chain), ["a", "b", "a"]),
                _ => panic!("a cycle"),
            }
            second.land(2, |_| ());
        });
    });
}

/// Small numbers that look random, the same in each run.
fn draw(seed: &mut u32) -> u32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *seed >> 24
}

/// Needs a key, and inside it others, as a user's functions do: some give up, some are cleared.
fn compute_some(flights: &Numbers, seed: &mut u32, depth: u32) {
    let key = u8::try_from(draw(seed) % 5).unwrap();
    match begin(flights, key, "f") {
        Begin::Cycle(chain) => assert_eq!(chain.first(), chain.last()),
        Begin::Waiter(waiter) if draw(seed).is_multiple_of(4) => drop(waiter),
        Begin::Waiter(mut waiter) => loop {
            match waiter.wait_for(LONG) {
                Wait::Landed(_) | Wait::Orphaned => break,
                Wait::Takeover(guard) => break end(flights, guard, seed),
                Wait::Pending => {}
            }
        },
        Begin::Owner(guard) => {
            if depth > 0 {
                compute_some(flights, seed, depth - 1);
            }
            end(flights, guard, seed);
        }
    }
}

fn end(flights: &Numbers, guard: Guard<u8, u32>, seed: &mut u32) {
    match draw(seed) % 4 {
        0 => drop(guard),
        1 => {
            flights.detach_all(|| ());
            drop(guard);
        }
        _ => guard.land(1, |_| ()),
    }
}

#[test]
fn nobody_hangs_whatever_the_others_do() {
    in_time(|| {
        let flights = Numbers::new();
        thread::scope(|scope| {
            for thread in 0..8 {
                let flights = &flights;
                scope.spawn(move || {
                    let mut seed = thread;
                    (0..rounds(5_000)).for_each(|_| compute_some(flights, &mut seed, 3));
                    assert_eq!(graph::steps_of_this_thread(), 0);
                });
            }
        });
        assert!(flights.map.lock().is_empty());
    });
}

#[test]
fn an_owner_can_ask_whether_its_outcome_will_be_stored() {
    let flights = Numbers::new();
    let guard = own(&flights, 1, "f");
    assert!(guard.is_attached());
    flights.detach(&1, || ());
    let anew = own(&flights, 1, "f");
    assert!(!guard.is_attached());
    assert!(anew.is_attached());
}

/// Has another thread compute "a", this one wait for it, and `inside` run while it waits.
fn while_waiting(inside: impl FnOnce(&Numbers)) {
    let flights = Numbers::new();
    thread::scope(|scope| {
        let (owned, owns) = mpsc::channel();
        let (go, goes) = mpsc::channel::<()>();
        let numbers = &flights;
        scope.spawn(move || {
            let guard = own(numbers, 1, "a");
            owned.send(()).unwrap();
            goes.recv().unwrap();
            match begin(numbers, 2, "b") {
                Begin::Cycle(chain) => assert_eq!(names(&chain), ["b", "a", "b"]),
                _ => panic!("a cycle"),
            }
            guard.land(1, |_| ());
        });
        owns.recv().unwrap();
        let mine = own(numbers, 2, "b");
        let outer = join(numbers, 1, "a");
        inside(numbers);
        go.send(()).unwrap();
        assert_eq!(outcome(outer), 1);
        mine.land(2, |_| ());
    });
}

#[test]
fn a_wait_inside_another_hides_no_cycle() {
    in_time(|| {
        while_waiting(|flights| {
            let other = thread::scope(|scope| {
                let owner = scope.spawn(|| own(flights, 3, "c"));
                owner.join().unwrap()
            });
            let inner = join(flights, 3, "c");
            drop(inner);
            drop(other);
        });
    });
}

#[test]
fn what_is_computed_inside_a_wait_does_not_need_it() {
    in_time(|| {
        let flights = Numbers::new();
        thread::scope(|scope| {
            let (owned, owns) = mpsc::channel();
            let (go, goes) = mpsc::channel::<()>();
            let numbers = &flights;
            scope.spawn(move || {
                let guard = own(numbers, 1, "a");
                owned.send(()).unwrap();
                goes.recv().unwrap();
                let waiter = join(numbers, 2, "b");
                owned.send(()).unwrap();
                assert_eq!(outcome(waiter), 2);
                guard.land(1, |_| ());
            });
            owns.recv().unwrap();
            let outer = join(numbers, 1, "a");
            let inside = own(numbers, 2, "b");
            go.send(()).unwrap();
            owns.recv().unwrap();
            inside.land(2, |_| ());
            assert_eq!(outcome(outer), 1);
        });
    });
}

#[test]
fn nobody_computes_what_another_does() {
    in_time(|| {
        let flights = Numbers::new();
        let busy: [AtomicUsize; 3] = Default::default();
        thread::scope(|scope| {
            for thread in 0..8 {
                let (flights, busy) = (&flights, &busy);
                scope.spawn(move || {
                    let mut seed = thread;
                    for _ in 0..rounds(2_000) {
                        let key = u8::try_from(draw(&mut seed) % 3).unwrap();
                        compute_alone(flights, &busy[usize::from(key)], key, &mut seed);
                    }
                });
            }
        });
        assert!(flights.map.lock().is_empty());
    });
}

fn compute_alone(flights: &Numbers, busy: &AtomicUsize, key: u8, seed: &mut u32) {
    let guard = match begin(flights, key, "f") {
        Begin::Cycle(_) => panic!("no cycle"),
        Begin::Owner(guard) => guard,
        Begin::Waiter(mut waiter) => loop {
            match waiter.wait_for(LONG) {
                Wait::Landed(_) | Wait::Orphaned => return,
                Wait::Takeover(guard) => break guard,
                Wait::Pending => {}
            }
        },
    };
    assert_eq!(busy.fetch_add(1, Ordering::SeqCst), 0, "two at once");
    if draw(seed).is_multiple_of(16) {
        thread::sleep(Duration::from_micros(50));
    } else {
        thread::yield_now();
    }
    busy.fetch_sub(1, Ordering::SeqCst);
    match draw(seed) % 3 {
        0 => drop(guard),
        _ => guard.land(1, |_| ()),
    }
}
