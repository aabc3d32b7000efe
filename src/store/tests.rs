//! What a store does by itself.

use super::*;

fn store(max_entries: Option<usize>, max_bytes: Option<u64>, ttl: Option<Nanos>) -> Store<u8, u8> {
    Store::new(Bounds {
        max_entries,
        max_bytes,
        time_to_live: ttl,
        ..Bounds::default()
    })
}

fn put(store: &mut Store<u8, u8>, key: u8, size: u64, now: Nanos) -> Vec<u8> {
    let mut removed = Removed::new();
    store.put(key, key, size, 10, now, &mut removed);
    removed.into_iter().collect()
}

fn get(store: &mut Store<u8, u8>, key: u8, now: Nanos) -> (Option<u8>, Vec<u8>) {
    let mut removed = Removed::new();
    let value = store.get(&key, now, &mut removed);
    (value, removed.into_iter().collect())
}

#[test]
fn the_least_recently_used_makes_room() {
    let mut store = store(Some(2), None, None);
    assert!(put(&mut store, 1, 1, 0).is_empty());
    assert!(put(&mut store, 2, 1, 0).is_empty());
    assert_eq!(get(&mut store, 1, 0).0, Some(1));
    assert_eq!(put(&mut store, 3, 1, 0), [2]);
    assert_eq!(store.counters().evictions, 1);
}

#[test]
fn bytes_are_bounded() {
    let mut store = store(None, Some(10), None);
    put(&mut store, 1, 4, 0);
    put(&mut store, 2, 4, 0);
    assert_eq!(put(&mut store, 3, 9, 0), [1, 2]);
    assert_eq!(store.bytes(), 9);
}

#[test]
fn what_is_too_large_stays_alone_where_it_may() {
    let mut store = Store::new(Bounds {
        max_bytes: Some(10),
        keeps_larger: true,
        ..Bounds::default()
    });
    put(&mut store, 1, 4, 0);
    assert_eq!(put(&mut store, 2, 40, 0), [1]);
    assert_eq!(get(&mut store, 2, 0).0, Some(2));
    assert_eq!(put(&mut store, 3, 4, 0), [2]);
}

#[test]
fn sizes_that_do_not_fit_64_bits_together_are_too_much() {
    let mut store = store(None, Some(u64::MAX), None);
    assert!(put(&mut store, 1, 1 << 63, 0).is_empty());
    assert_eq!(put(&mut store, 2, 1 << 63, 0), [1]);
    assert_eq!(put(&mut store, 3, 1 << 63, 0), [2]);
    assert_eq!((store.len(), store.bytes()), (1, 1 << 63));
}

#[test]
fn entries_count_beside_their_values_where_that_is_wanted() {
    let counting = |max_bytes| Bounds {
        max_bytes,
        counts_entries: true,
        ..Bounds::default()
    };
    let mut bounded = Store::new(counting(Some(1000)));
    let mut lasting = Store::new(counting(None));
    put(&mut bounded, 1, 10, 0);
    put(&mut lasting, 1, 10, 0);
    assert_eq!(bounded.bytes(), 10 + bounded.entries.bytes_of_entry());
    assert_eq!(lasting.bytes(), 10 + lasting.entries.bytes_of_table());
    let rest = 990 - bounded.entries.bytes_of_entry();
    put(&mut bounded, 2, rest, 0);
    assert_eq!(bounded.len(), 1);
}

#[test]
fn what_is_too_large_is_given_back() {
    let mut store = store(None, Some(10), None);
    let mut removed = Removed::new();
    put(&mut store, 1, 4, 0);
    let stored = store.put(2, 2, 11, 10, 0, &mut removed);
    assert_eq!(stored, Stored::TooLarge(2));
    assert!(removed.is_empty());
    assert!(store.contains(&1, 0));
    assert_eq!(store.counters().evictions, 0);
}

#[test]
fn entries_expire_when_their_time_is_over() {
    let mut store = store(None, None, Some(5));
    put(&mut store, 1, 1, 100);
    assert_eq!(get(&mut store, 1, 104), (Some(1), vec![]));
    assert!(!store.contains(&1, 105));
    assert_eq!(get(&mut store, 1, 105), (None, vec![1]));
    assert_eq!((store.len(), store.bytes()), (0, 0));
}

#[test]
fn values_are_stale_before_they_expire() {
    let mut store = Store::new(Bounds {
        time_to_live: Some(6),
        fresh_for: Some(4),
        ..Bounds::default()
    });
    put(&mut store, 1, 1, 100);
    let stale: Vec<_> = (103..=106).map(|now| store.is_stale(&1, now)).collect();
    assert_eq!(stale, [false, true, true, false]);
    assert!(!store.is_stale(&2, 104));
}

#[test]
fn a_replaced_value_leaves_and_is_no_eviction() {
    let mut store = store(Some(1), None, None);
    put(&mut store, 1, 3, 0);
    assert_eq!(put(&mut store, 1, 4, 0), [1]);
    assert_eq!((store.bytes(), store.counters().evictions), (4, 0));
}

fn reject(store: &mut Store<u8, u8>, key: u8, value: u8) -> Vec<u8> {
    let mut removed = Removed::new();
    store.reject(&key, |stored| *stored == value, &mut removed);
    removed.into_iter().collect()
}

#[test]
fn a_rejected_value_was_no_hit() {
    let mut store = store(None, None, None);
    put(&mut store, 1, 1, 0);
    get(&mut store, 1, 0);
    assert_eq!(reject(&mut store, 1, 1), [1]);
    let counters = store.counters();
    assert_eq!((counters.hits, counters.nanos_saved), (0, 0));
    assert_eq!(counters.rejections, 1);
    assert!(store.is_empty());
}

#[test]
fn a_value_that_another_has_rejected_was_no_hit_either() {
    let mut store = store(None, None, None);
    put(&mut store, 1, 1, 0);
    get(&mut store, 1, 0);
    get(&mut store, 1, 0);
    assert!(reject(&mut store, 1, 2).is_empty());
    assert_eq!(store.counters().hits, 1);
    assert_eq!(reject(&mut store, 1, 1), [1]);
    let counters = store.counters();
    assert_eq!((counters.hits, counters.rejections), (0, 1));
}

#[test]
fn a_purge_takes_out_what_has_expired_and_nothing_else() {
    let mut store = store(None, None, Some(5));
    put(&mut store, 1, 1, 0);
    put(&mut store, 2, 1, 3);
    get(&mut store, 1, 4);
    let mut removed = Removed::new();
    store.purge_expired(4, &mut removed);
    assert!(removed.is_empty());
    store.purge_expired(5, &mut removed);
    let departures: Vec<_> = removed.departures().collect();
    assert_eq!(departures, [(&1, Departure::Expired)]);
    assert_eq!((store.len(), store.counters().expirations), (1, 1));
}

#[test]
fn a_purge_gives_memory_back() {
    let bounds = Bounds {
        time_to_live: Some(1),
        ..Bounds::default()
    };
    let mut store: Store<u32, u32> = Store::new(bounds);
    let mut removed = Removed::new();
    for key in 0..1000 {
        store.put(key, key, 1, 0, 0, &mut removed);
    }
    store.purge_expired(1, &mut removed);
    assert_eq!((removed.len(), store.bytes()), (1000, 0));
    let Entries::Ordered(entries) = &store.entries else {
        panic!("entries that expire have an order");
    };
    assert!(entries.capacity() < 100);
}

#[test]
fn each_value_says_why_it_left() {
    use Departure::{Cleared, Evicted, Replaced};
    let mut store = store(Some(1), Some(10), None);
    let mut removed = Removed::new();
    assert_eq!(store.put(1, 1, 1, 0, 0, &mut removed), Stored::Kept);
    store.put(1, 2, 1, 0, 0, &mut removed);
    store.put(2, 3, 1, 0, 0, &mut removed);
    assert_eq!(store.put(2, 4, 11, 0, 0, &mut removed), Stored::TooLarge(4));
    store.put(2, 5, 1, 0, 0, &mut removed);
    store.remove(&2, &mut removed);
    let departures: Vec<_> = removed
        .departures()
        .map(|(_, departure)| departure)
        .collect();
    assert_eq!(departures, [Replaced, Evicted, Replaced, Cleared]);
}

#[test]
fn it_is_known_why_an_entry_is_not_there() {
    let mut store = store(Some(1), Some(10), Some(5));
    let now = |store: &Store<u8, u8>, time| store.presence(&1, time);
    assert_eq!(now(&store, 0), Presence::Never);
    put(&mut store, 1, 1, 0);
    assert_eq!(now(&store, 0), Presence::Stored);
    assert_eq!(now(&store, 5), Presence::Expired);
    get(&mut store, 1, 5);
    assert_eq!(now(&store, 5), Presence::Left(Departure::Expired));
    put(&mut store, 1, 1, 0);
    put(&mut store, 2, 1, 0);
    assert_eq!(now(&store, 0), Presence::Left(Departure::Evicted));
    put(&mut store, 1, 1, 0);
    reject(&mut store, 1, 1);
    assert_eq!(now(&store, 0), Presence::Left(Departure::Rejected));
    put(&mut store, 1, 11, 0);
    assert_eq!(now(&store, 0), Presence::Left(Departure::TooLarge));
    put(&mut store, 1, 1, 0);
    store.clear();
    assert_eq!(now(&store, 0), Presence::Left(Departure::Cleared));
}

#[test]
fn figures_do_not_overflow() {
    let mut store: Store<u8, u8> = Store::new(Bounds::default());
    let mut removed = Removed::new();
    for key in 0..2 {
        store.put(key, key, u64::MAX, u64::MAX, 0, &mut removed);
        get(&mut store, key, 0);
    }
    assert_eq!(
        (store.bytes(), store.counters().nanos_saved),
        (u64::MAX, u64::MAX)
    );
}

#[test]
fn hits_add_up_what_they_saved() {
    let mut store = store(None, None, None);
    put(&mut store, 1, 1, 0);
    get(&mut store, 1, 0);
    get(&mut store, 1, 0);
    get(&mut store, 2, 0);
    assert_eq!(store.counters().hits, 2);
    assert_eq!(store.counters().nanos_saved, 20);
}
