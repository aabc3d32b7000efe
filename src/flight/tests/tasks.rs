//! Tasks: many of them share a thread, and what they begin inherits their context.

use std::sync::atomic::AtomicBool;
use std::task::Wake;

use super::*;

struct Bell(AtomicBool);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Bell {
    fn new() -> Arc<Self> {
        Arc::new(Self(AtomicBool::new(false)))
    }

    fn has_rung(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

fn ask(flights: &Numbers, key: u8, name: &str, caller: Caller) -> Begin<u8, u32> {
    flights.begin(key, caller, &name.into())
}

fn own_in(flights: &Numbers, key: u8, name: &str, caller: Caller) -> Guard<u8, u32> {
    match ask(flights, key, name, caller) {
        Begin::Owner(guard) => guard,
        _ => panic!("nobody else computes"),
    }
}

fn wait_in(flights: &Numbers, key: u8, name: &str, caller: Caller) -> Waiter<u8, u32> {
    match ask(flights, key, name, caller) {
        Begin::Waiter(waiter) => waiter,
        _ => panic!("somebody computes, and it is no cycle"),
    }
}

fn cycle_in(flights: &Numbers, key: u8, name: &str, caller: Caller) -> Vec<String> {
    match ask(flights, key, name, caller) {
        Begin::Cycle(chain) => names(&chain).into_iter().map(ToOwned::to_owned).collect(),
        _ => panic!("a cycle"),
    }
}

#[test]
fn tasks_of_one_thread_wait_for_each_other() {
    let flights = Numbers::new();
    let guard = own_in(&flights, 1, "f", Caller::task(None));
    let waiter = wait_in(&flights, 1, "f", Caller::task(None));
    guard.land(7, |_| ());
    assert_eq!(outcome(waiter), 7);
}

#[test]
fn a_waker_is_woken_once_by_the_outcome() {
    let flights = Numbers::new();
    let guard = own(&flights, 1, "f");
    let mut waiter = wait_in(&flights, 1, "f", Caller::task(None));
    let (replaced, bell) = (Bell::new(), Bell::new());
    assert!(waiter.register(Arc::clone(&replaced).into()));
    assert!(waiter.register(Arc::clone(&bell).into()));
    assert!(matches!(waiter.poll(), Wait::Pending));
    guard.land(7, |_| ());
    assert_eq!((replaced.has_rung(), bell.has_rung()), (false, true));
    assert!(!waiter.register(Bell::new().into()));
    assert!(matches!(waiter.poll(), Wait::Landed(7)));
}

#[test]
fn who_waits_no_more_leaves_no_waker() {
    let flights = Numbers::new();
    let guard = own(&flights, 1, "f");
    let bell = Bell::new();
    let waiter = wait_in(&flights, 1, "f", Caller::task(None));
    assert!(waiter.register(Arc::clone(&bell).into()));
    drop(waiter);
    assert_eq!(Arc::strong_count(&bell), 1);
    guard.land(7, |_| ());
    assert!(!bell.has_rung());
}

#[test]
fn all_are_told_when_the_owner_gives_up() {
    let flights = Numbers::new();
    let guard = own(&flights, 1, "f");
    let bells = [Bell::new(), Bell::new()];
    let mut waiters: Vec<_> = bells
        .iter()
        .map(|bell| {
            let waiter = wait_in(&flights, 1, "f", Caller::task(None));
            assert!(waiter.register(Arc::clone(bell).into()));
            waiter
        })
        .collect();
    drop(guard);
    assert!(bells.iter().all(|bell| bell.has_rung()));
    // The first may never come; the second goes on.
    let Wait::Takeover(guard) = waiters[1].poll() else {
        panic!("nobody computes");
    };
    assert!(matches!(waiters[0].poll(), Wait::Pending));
    guard.land(7, |_| ());
    assert!(matches!(waiters[0].poll(), Wait::Landed(7)));
}

#[test]
fn what_a_computation_has_begun_must_not_wait_for_it() {
    let flights = Numbers::new();
    let f = own_in(&flights, 1, "f", Caller::task(None));
    let g = own_in(&flights, 2, "g", Caller::task(Some(f.computation())));
    // Another thread that has inherited the context, as those of an executor may.
    let caller = Caller::task(Some(g.computation()));
    thread::scope(|scope| {
        let asked = scope.spawn(|| cycle_in(&flights, 1, "f", caller));
        assert_eq!(asked.join().unwrap(), ["f", "g", "f"]);
    });
}

#[test]
fn what_has_ended_waits_for_nobody() {
    let flights = Numbers::new();
    let f = own_in(&flights, 1, "f", Caller::task(None));
    let g = own_in(&flights, 2, "g", Caller::task(Some(f.computation())));
    let orphan = Caller::task(Some(g.computation()));
    g.land(2, |_| ());
    let waiter = wait_in(&flights, 1, "f", orphan);
    f.land(1, |_| ());
    assert_eq!(outcome(waiter), 1);
}

#[test]
fn what_an_earlier_owner_has_begun_may_wait_for_the_next() {
    let flights = Numbers::new();
    let first = own_in(&flights, 1, "f", Caller::task(None));
    let left_behind = Caller::task(Some(first.computation()));
    let mut next = wait_in(&flights, 1, "f", Caller::task(None));
    drop(first);
    let Wait::Takeover(second) = next.poll() else {
        panic!("nobody computes");
    };
    drop(wait_in(&flights, 1, "f", left_behind));
    assert_eq!(
        cycle_in(&flights, 1, "f", Caller::task(Some(second.computation()))),
        ["f", "f"]
    );
}

#[test]
fn a_cycle_over_tasks_is_found() {
    let flights = Numbers::new();
    let f = own_in(&flights, 1, "f", Caller::task(None));
    let g = own_in(&flights, 2, "g", Caller::task(None));
    let _waits = wait_in(&flights, 2, "g", Caller::task(Some(f.computation())));
    assert_eq!(
        cycle_in(&flights, 1, "f", Caller::task(Some(g.computation()))),
        ["f", "g", "f"]
    );
}

/// A plain call keeps its thread, and with it every task there.
#[test]
fn a_cycle_over_a_blocked_event_loop_is_found() {
    in_time(|| {
        let flights = Numbers::new();
        let task = own_in(&flights, 1, "task", Caller::task(None));
        thread::scope(|scope| {
            let flights = &flights;
            let (ready, is_ready) = mpsc::channel();
            let (go, goes) = mpsc::channel::<()>();
            scope.spawn(move || {
                let plain = own(flights, 2, "plain");
                ready.send(()).unwrap();
                goes.recv().unwrap();
                let within = Caller::task(Some(plain.computation()));
                assert_eq!(
                    cycle_in(flights, 1, "task", within),
                    ["task", "plain", "task"]
                );
                plain.land(2, |_| ());
            });
            is_ready.recv().unwrap();
            // Another task of this thread.
            let waiter = join(flights, 2, "plain");
            go.send(()).unwrap();
            assert_eq!(outcome(waiter), 2);
        });
        task.land(1, |_| ());
    });
}

/// Two tasks of an event loop that runs inside a computation.
#[test]
fn an_event_loop_inside_a_computation_is_no_cycle() {
    let flights = Numbers::new();
    let plain = own(&flights, 1, "plain");
    let first = own_in(&flights, 2, "f", Caller::task(Some(plain.computation())));
    let waiter = wait_in(&flights, 2, "f", Caller::task(Some(plain.computation())));
    first.land(2, |_| ());
    assert_eq!(outcome(waiter), 2);
    plain.land(1, |_| ());
}

/// Both wait on behalf of the same computation, which goes on waiting when only one of them has given up.
#[test]
fn who_took_over_and_gave_up_hides_no_cycle_of_another() {
    let flights = Numbers::new();
    let above = own_in(&flights, 1, "above", Caller::task(None));
    let first = own_in(&flights, 2, "f", Caller::task(None));
    let within = Caller::task(Some(above.computation()));
    let (mut takes_over, stays) = (
        wait_in(&flights, 2, "f", within),
        wait_in(&flights, 2, "f", within),
    );
    let mut next = wait_in(&flights, 2, "f", Caller::task(None));
    drop(first);
    let Wait::Takeover(second) = takes_over.poll() else {
        panic!("nobody computes");
    };
    drop(takes_over);
    drop(second);
    let Wait::Takeover(third) = next.poll() else {
        panic!("nobody computes");
    };
    assert_eq!(
        cycle_in(
            &flights,
            1,
            "above",
            Caller::task(Some(third.computation()))
        ),
        ["above", "f", "above"]
    );
    third.land(2, |_| ());
    assert_eq!(outcome(stays), 2);
}

/// The event loop may have been stopped or left: whoever runs elsewhere cannot know.
#[test]
fn nobody_waits_for_what_another_event_loop_does_in_the_background() {
    let flights = Numbers::new();
    let (here, elsewhere) = (Home::from(1), Home::from(2));
    let background = Caller::task(None).at(here).in_background();
    let refresh = own_in(&flights, 1, "f", background);
    let waiter = wait_in(&flights, 1, "f", Caller::task(None).at(here));
    let anew = own_in(&flights, 1, "f", Caller::task(None).at(elsewhere));
    assert!(!refresh.is_attached());
    refresh.land(7, |is_attached| assert!(!is_attached));
    assert_eq!(outcome(waiter), 7);
    anew.land(8, |is_attached| assert!(is_attached));
}

#[test]
fn everybody_waits_for_who_takes_over_from_the_background() {
    let flights = Numbers::new();
    let here = Caller::task(None).at(Home::from(1));
    let refresh = own_in(&flights, 1, "f", here.in_background());
    let mut waiter = wait_in(&flights, 1, "f", here);
    drop(refresh);
    let Wait::Takeover(guard) = waiter.poll() else {
        panic!("nobody computes");
    };
    let elsewhere = wait_in(&flights, 1, "f", Caller::task(None));
    guard.land(7, |_| ());
    assert_eq!(outcome(elsewhere), 7);
}

/// Each task waits for the next: there is no end to how deep that goes, and nothing of it is on a stack.
#[test]
fn a_chain_of_tasks_may_be_long() {
    in_time(|| {
        let flights = Flights::<u32, u32>::new();
        let mut guards = Vec::new();
        let mut within = Caller::task(None);
        let length = rounds(100_000);
        for key in 0..length {
            let Begin::Owner(guard) = flights.begin(key, within, &"f".into()) else {
                panic!("nobody else computes");
            };
            within = Caller::task(Some(guard.computation()));
            guards.push(guard);
        }
        let waits = flights.begin(0, Caller::task(None), &"f".into());
        assert!(matches!(waits, Begin::Waiter(_)));
        let Begin::Cycle(chain) = flights.begin(0, within, &"f".into()) else {
            panic!("a cycle");
        };
        assert_eq!(chain.len(), length as usize + 1);
        while let Some(guard) = guards.pop() {
            guard.land(0, |_| ());
        }
    });
}

#[test]
fn a_computation_may_begin_many_tasks() {
    in_time(|| {
        let flights = Flights::<u32, u32>::new();
        let Begin::Owner(above) = flights.begin(0, Caller::task(None), &"f".into()) else {
            panic!("nobody else computes");
        };
        let within = Caller::task(Some(above.computation()));
        let begin = |key| flights.begin(key, within, &"f".into());
        let tasks: Vec<_> = (1..rounds(20_000)).map(begin).collect();
        for _ in 0..10 {
            let waits = flights.begin(0, Caller::task(None), &"f".into());
            assert!(matches!(waits, Begin::Waiter(_)));
        }
        // The first ones end first.
        drop(tasks);
        above.land(0, |_| ());
    });
}

#[test]
fn who_waits_takes_over_from_an_owner_that_was_dismissed() {
    let flights = Numbers::new();
    let home = Home::from(1);
    let left_behind = own_in(&flights, 1, "f", Caller::task(None).at(home));
    let mut waiter = wait_in(&flights, 1, "f", Caller::task(None));
    let bell = Bell::new();
    assert!(waiter.register(Arc::clone(&bell).into()));
    let owner = waiter.owner().unwrap();
    assert_eq!(owner.home, home);
    owner.dismiss();
    assert!(bell.has_rung());
    let Wait::Takeover(guard) = waiter.poll() else {
        panic!("nobody computes");
    };
    assert!(!left_behind.is_attached());
    let another = wait_in(&flights, 1, "f", Caller::task(None));
    left_behind.land(6, |is_attached| assert!(!is_attached));
    guard.land(7, |is_attached| assert!(is_attached));
    assert_eq!(outcome(another), 7);
}

#[test]
fn an_owner_is_dismissed_once_and_no_other_with_it() {
    let flights = Numbers::new();
    let caller = Caller::task(None).at(Home::from(1));
    let left_behind = own_in(&flights, 1, "f", caller);
    let mut waiters = [(); 2].map(|()| wait_in(&flights, 1, "f", caller));
    let [first, second] = [waiters[0].owner(), flights.owner(&1)].map(Option::unwrap);
    first.dismiss();
    let Wait::Takeover(guard) = waiters[0].poll() else {
        panic!("nobody computes");
    };
    second.dismiss();
    drop(left_behind);
    assert!(matches!(waiters[1].poll(), Wait::Pending));
    guard.land(7, |_| ());
    assert!(matches!(waiters[1].poll(), Wait::Landed(7)));
    assert!(flights.owner(&1).is_none());
}

#[test]
fn what_nobody_waits_for_begins_anew_when_its_owner_is_dismissed() {
    let flights = Numbers::new();
    let left_behind = own_in(&flights, 1, "f", Caller::task(None).at(Home::from(1)));
    flights.owner(&1).unwrap().dismiss();
    let guard = own_in(&flights, 1, "f", Caller::task(None));
    drop(left_behind);
    guard.land(7, |is_attached| assert!(is_attached));
}
