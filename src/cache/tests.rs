//! A function's store and flights together.

use super::*;

type Numbers = Cache<u8, u32, String>;

fn cache() -> Numbers {
    Cache::new("f".into(), Bounds::default(), 4)
}

fn own(cache: &Numbers) -> Guard<u8, u32, String> {
    match cache.begin(&1, Caller::plain(None), &mut Removed::new()) {
        Begin::Owner(guard) => guard,
        _ => panic!("nobody else computes"),
    }
}

fn finish(cache: &Numbers, guard: Guard<u8, u32, String>, value: u32) -> Removed<u32> {
    cache.finish(&1, guard, value, 1, Duration::ZERO).0
}

#[test]
fn a_computed_value_is_found() {
    let cache = cache();
    finish(&cache, own(&cache), 7);
    assert_eq!(cache.lookup(&1, &mut Removed::new()), Some(7));
    assert_eq!(
        (cache.info().counters.misses, cache.info().counters.hits),
        (1, 1)
    );
}

#[test]
fn a_clear_wins_over_what_is_under_way() {
    let cache = cache();
    let guard = own(&cache);
    cache.clear();
    finish(&cache, guard, 7);
    assert!(!cache.contains(&1));

    let guard = own(&cache);
    cache.clear_key(&1);
    finish(&cache, guard, 8);
    assert!(!cache.contains(&1));
}

#[test]
fn what_is_known_of_a_key_follows_its_computations() {
    let cache = cache();
    assert!(!cache.is_computing(&1));
    let guard = own(&cache);
    assert!(cache.is_computing(&1));
    cache.clear();
    assert!(!cache.is_computing(&1));
    finish(&cache, guard, 7);
    assert_eq!(cache.presence(&1), Presence::Left(Departure::Cleared));
    cache.note(&1, Departure::Failed);
    assert_eq!(cache.presence(&1), Presence::Left(Departure::Failed));
    finish(&cache, own(&cache), 8);
    assert_eq!(cache.presence(&1), Presence::Stored);
}

#[test]
fn after_a_clear_the_next_caller_starts_anew() {
    let cache = cache();
    let old = own(&cache);
    cache.clear();
    let new = own(&cache);
    finish(&cache, old, 7);
    assert!(!cache.contains(&1));
    finish(&cache, new, 8);
    assert_eq!(cache.lookup(&1, &mut Removed::new()), Some(8));
}

#[test]
fn what_is_too_large_leaves_nothing_to_be_released() {
    let bounds = Bounds {
        max_bytes: Some(1),
        ..Bounds::default()
    };
    let cache: Numbers = Cache::new("f".into(), bounds, 4);
    let (removed, unstored) = cache.finish(&1, own(&cache), 7, 2, Duration::ZERO);
    assert_eq!(unstored, Some(7));
    assert!(removed.is_empty());
    assert!(!cache.contains(&1));
}

#[test]
fn a_failure_is_not_stored() {
    let cache = cache();
    Numbers::fail(own(&cache), "no".to_owned());
    assert!(!cache.contains(&1));
    drop(own(&cache));
    assert!(!cache.contains(&1));
    finish(&cache, own(&cache), 7);
    assert!(cache.contains(&1));
}

#[test]
fn who_computes_what_it_needs_itself_is_told() {
    let cache = cache();
    let _guard = own(&cache);
    match cache.begin(&1, Caller::plain(None), &mut Removed::new()) {
        Begin::Cycle(chain) => assert_eq!(chain, ["f".into(), "f".into()]),
        _ => panic!("a cycle"),
    }
}

fn figures(cache: &Numbers) -> (u64, u64) {
    let counters = cache.info().counters;
    (counters.hits, counters.misses)
}

/// Has another thread wait for a computation that ends as `end` says, and counts both calls.
fn counts_with_a_waiter(end: impl FnOnce(&Numbers, Guard<u8, u32, String>)) -> (u64, u64) {
    let cache = cache();
    let guard = own(&cache);
    std::thread::scope(|scope| {
        let (joined, waits) = std::sync::mpsc::channel();
        let cache = &cache;
        scope.spawn(move || {
            let begun = cache.begin(&1, Caller::plain(None), &mut Removed::new());
            let Begin::Waiter(mut waiter) = begun else {
                panic!("somebody computes");
            };
            joined.send(()).unwrap();
            let outcome = waiter.wait_for(Duration::from_secs(20));
            cache.count(&outcome);
            match outcome {
                Wait::Landed(_) => {}
                Wait::Takeover(guard) => drop(finish(cache, guard, 8)),
                Wait::Pending | Wait::Orphaned => panic!("hangs"),
            }
        });
        waits.recv().unwrap();
        end(cache, guard);
    });
    figures(&cache)
}

#[test]
fn each_call_counts_once_however_it_ends() {
    let lands = |cache: &Numbers, guard: Guard<u8, u32, String>| {
        finish(cache, guard, 7);
    };
    assert_eq!(counts_with_a_waiter(lands), (1, 1));
    let fails = |_: &Numbers, guard: Guard<u8, u32, String>| {
        Numbers::fail(guard, "no".to_owned());
    };
    assert_eq!(counts_with_a_waiter(fails), (0, 2));
    assert_eq!(counts_with_a_waiter(|_, guard| drop(guard)), (0, 2));
}

#[test]
fn many_who_ask_at_once_compute_once() {
    let cache = cache();
    let barrier = std::sync::Barrier::new(16);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                barrier.wait();
                match cache.begin(&1, Caller::plain(None), &mut Removed::new()) {
                    Begin::Owner(guard) => drop(finish(&cache, guard, 7)),
                    Begin::Hit(value) => assert_eq!(value, 7),
                    Begin::Waiter(mut waiter) => {
                        let outcome = waiter.wait_for(Duration::from_secs(20));
                        cache.count(&outcome);
                        assert!(matches!(outcome, Wait::Landed(Ok(7))));
                    }
                    Begin::Cycle(_) => panic!("no cycle"),
                }
            });
        }
    });
    assert_eq!(figures(&cache), (15, 1));
}

#[test]
fn expired_values_leave_without_being_asked_for() {
    let bounds = Bounds {
        time_to_live: Some(1),
        ..Bounds::default()
    };
    let cache: Numbers = Cache::new("f".into(), bounds, 4);
    finish(&cache, own(&cache), 7);
    clock::advance(1);
    assert_eq!(cache.purge_expired().into_iter().collect::<Vec<_>>(), [7]);
    assert_eq!(cache.info().entries, 0);
}
