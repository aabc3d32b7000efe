//! The store against a model that is too simple to be wrong.

use memoxide::store::{Bounds, Departure, Removed, Store, Stored};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Get(u8),
    Contains(u8),
    Put { key: u8, size: u64, cost: u64 },
    Remove(u8),
    Reject(u8),
    Purge,
    Clear,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let put = (0..12_u8, 0..40_u64, 0..9_u64);
    prop_oneof![
        6 => (0..12_u8).prop_map(Step::Get),
        1 => (0..12_u8).prop_map(Step::Contains),
        6 => put.prop_map(|(key, size, cost)| Step::Put { key, size, cost }),
        1 => (0..12_u8).prop_map(Step::Remove),
        1 => (0..12_u8).prop_map(Step::Reject),
        2 => Just(Step::Purge),
        1 => Just(Step::Clear),
        3 => (0..30_u64).prop_map(Step::Wait),
    ]
}

fn bounds() -> impl Strategy<Value = Bounds> {
    (
        proptest::option::of(1..6_usize),
        proptest::option::of(1..100_u64),
        proptest::option::of(1..60_u64),
    )
        .prop_map(|(max_entries, max_bytes, time_to_live)| Bounds {
            max_entries,
            max_bytes,
            time_to_live,
            ..Bounds::default()
        })
}

/// Why the value of a serial number left.
type Departures = Vec<(u32, Departure)>;

#[derive(Clone, Copy)]
struct Entry {
    key: u8,
    serial: u32,
    size: u64,
    cost: u64,
    stored: u64,
}

/// Entries in the order of their use.
struct Model {
    bounds: Bounds,
    entries: Vec<Entry>,
    now: u64,
    hits: u64,
    nanos_saved: u64,
    evictions: u64,
    expirations: u64,
    departures: Departures,
}

impl Model {
    fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            entries: Vec::new(),
            now: 0,
            hits: 0,
            nanos_saved: 0,
            evictions: 0,
            expirations: 0,
            departures: Vec::new(),
        }
    }

    fn find(&self, key: u8) -> Option<Entry> {
        self.entries.iter().find(|entry| entry.key == key).copied()
    }

    fn has_expired(&self, entry: &Entry) -> bool {
        let time_to_live = self.bounds.time_to_live;
        time_to_live.is_some_and(|time_to_live| self.now - entry.stored >= time_to_live)
    }

    fn depart(&mut self, serial: u32, departure: Departure) {
        self.entries.retain(|entry| entry.serial != serial);
        self.departures.push((serial, departure));
    }

    fn expire(&mut self, entry: &Entry) {
        self.expirations += 1;
        self.depart(entry.serial, Departure::Expired);
    }

    fn get(&mut self, key: u8) -> Option<u32> {
        let entry = self.find(key)?;
        if self.has_expired(&entry) {
            self.expire(&entry);
            return None;
        }
        self.hits += 1;
        self.nanos_saved += entry.cost;
        self.entries.retain(|other| other.key != key);
        self.entries.push(entry);
        Some(entry.serial)
    }

    fn put(&mut self, entry: Entry) -> Stored<u32> {
        if let Some(old) = self.find(entry.key) {
            self.depart(old.serial, Departure::Replaced);
        }
        if self.bounds.max_bytes.is_some_and(|most| entry.size > most) {
            return Stored::TooLarge(entry.serial);
        }
        self.entries.push(entry);
        while self.is_too_full() {
            self.evictions += 1;
            self.depart(self.entries[0].serial, Departure::Evicted);
        }
        Stored::Kept
    }

    fn is_too_full(&self) -> bool {
        let Bounds {
            max_entries,
            max_bytes,
            ..
        } = self.bounds;
        max_entries.is_some_and(|most| self.entries.len() > most)
            || max_bytes.is_some_and(|most| self.bytes() > most)
    }

    fn reject(&mut self, key: u8) {
        self.hits = self.hits.saturating_sub(1);
        if let Some(entry) = self.find(key) {
            self.nanos_saved = self.nanos_saved.saturating_sub(entry.cost);
            self.depart(entry.serial, Departure::Rejected);
        }
    }

    fn purge(&mut self) {
        for entry in self.entries.clone() {
            if self.has_expired(&entry) {
                self.expire(&entry);
            }
        }
    }

    fn clear(&mut self) {
        for entry in self.entries.clone() {
            self.depart(entry.serial, Departure::Cleared);
        }
    }

    fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.size).sum()
    }
}

/// Does the same to both, and says what left the store.
fn apply(
    step: &Step,
    serial: u32,
    store: &mut Store<u8, u32>,
    model: &mut Model,
) -> Result<Removed<u32>, TestCaseError> {
    let mut removed = Removed::new();
    let now = model.now;
    match *step {
        Step::Get(key) => prop_assert_eq!(store.get(&key, now, &mut removed), model.get(key)),
        Step::Contains(key) => {
            let entry = model.find(key);
            let is_there = entry.is_some_and(|entry| !model.has_expired(&entry));
            prop_assert_eq!(store.contains(&key, now), is_there);
        }
        Step::Put { key, size, cost } => {
            let entry = Entry {
                key,
                serial,
                size,
                cost,
                stored: now,
            };
            let stored = store.put(key, serial, size, cost, now, &mut removed);
            prop_assert_eq!(stored, model.put(entry));
        }
        Step::Remove(key) => {
            store.remove(&key, &mut removed);
            if let Some(entry) = model.find(key) {
                model.depart(entry.serial, Departure::Cleared);
            }
        }
        Step::Reject(key) => {
            store.reject(&key, |_| true, &mut removed);
            model.reject(key);
        }
        Step::Purge => {
            store.purge_expired(now, &mut removed);
            model.purge();
        }
        Step::Clear => {
            removed = store.clear().into();
            model.clear();
        }
        Step::Wait(nanos) => model.now += nanos,
    }
    Ok(removed)
}

fn departures(removed: &Removed<u32>) -> Departures {
    let departures = removed.departures();
    departures
        .map(|(serial, departure)| (*serial, departure))
        .collect()
}

/// A store without bounds knows no order: what leaves at once does so in any.
fn in_order(mut departures: Departures, bounds: &Bounds) -> Departures {
    if *bounds == Bounds::default() {
        departures.sort_unstable_by_key(|(serial, _)| *serial);
    }
    departures
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_store_does_what_the_model_does(
        bounds in bounds(),
        steps in prop::collection::vec(step(), 0..80),
    ) {
        let mut store = Store::new(bounds);
        let mut model = Model::new(bounds);
        let mut left = Vec::new();
        for (serial, step) in (0_u32..).zip(&steps) {
            let removed = apply(step, serial, &mut store, &mut model)?;
            let expected = std::mem::take(&mut model.departures);
            let departed = in_order(departures(&removed), &bounds);
            prop_assert_eq!(departed, in_order(expected, &bounds));
            left.extend(removed);
            let counters = store.counters();
            prop_assert_eq!((store.len(), store.bytes()), (model.entries.len(), model.bytes()));
            prop_assert_eq!((counters.hits, counters.nanos_saved), (model.hits, model.nanos_saved));
            prop_assert_eq!(counters.evictions, model.evictions);
            prop_assert_eq!(counters.expirations, model.expirations);
        }
        let rest: Removed<u32> = store.clear().into();
        model.clear();
        let departed = in_order(departures(&rest), &bounds);
        prop_assert_eq!(departed, in_order(model.departures, &bounds), "the order of use");
        left.extend(rest);
        left.sort_unstable();
        let fits = |size| bounds.max_bytes.is_none_or(|most| size <= most);
        let put = |step: &&Step| matches!(step, Step::Put { size, .. } if fits(*size));
        prop_assert_eq!(left.len(), steps.iter().filter(put).count());
        left.dedup();
        prop_assert_eq!(left.len(), steps.iter().filter(put).count(), "each value leaves once");
    }
}
