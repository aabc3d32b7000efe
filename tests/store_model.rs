//! The store against a model that is too simple to be wrong.

use memoxide::store::{Bounds, Removed, Store};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Get(u8),
    Put { key: u8, size: u64 },
    Remove(u8),
    Clear,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..12_u8).prop_map(Step::Get),
        4 => (0..12_u8, 0..40_u64).prop_map(|(key, size)| Step::Put { key, size }),
        1 => (0..12_u8).prop_map(Step::Remove),
        1 => Just(Step::Clear),
        2 => (0..30_u64).prop_map(Step::Wait),
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
        })
}

/// Entries in the order of their use: key, serial number, size, when stored.
#[derive(Default)]
struct Model {
    entries: Vec<(u8, u32, u64, u64)>,
    hits: u64,
    evictions: u64,
}

impl Model {
    fn take(&mut self, key: u8) -> Option<(u8, u32, u64, u64)> {
        let index = self.entries.iter().position(|entry| entry.0 == key)?;
        Some(self.entries.remove(index))
    }

    fn get(&mut self, key: u8, now: u64, bounds: &Bounds, removed: &mut Vec<u32>) -> Option<u32> {
        let entry = self.take(key)?;
        if bounds.time_to_live.is_some_and(|ttl| now - entry.3 >= ttl) {
            removed.push(entry.1);
            return None;
        }
        self.hits += 1;
        self.entries.push(entry);
        Some(entry.1)
    }

    fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.2).sum()
    }

    fn put(&mut self, entry: (u8, u32, u64, u64), bounds: &Bounds, removed: &mut Vec<u32>) {
        removed.extend(self.take(entry.0).map(|old| old.1));
        if bounds.max_bytes.is_some_and(|most| entry.2 > most) {
            removed.push(entry.1);
            return;
        }
        self.entries.push(entry);
        while bounds
            .max_entries
            .is_some_and(|most| self.entries.len() > most)
            || bounds.max_bytes.is_some_and(|most| self.bytes() > most)
        {
            removed.push(self.entries.remove(0).1);
            self.evictions += 1;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_store_does_what_the_model_does(
        bounds in bounds(),
        steps in prop::collection::vec(step(), 0..80),
    ) {
        let mut store = Store::new(bounds);
        let mut model = Model::default();
        let mut now = 0;
        let mut stored = 0;
        let mut left = Vec::new();
        for (serial, step) in (0_u32..).zip(steps) {
            let mut removed = Removed::new();
            let mut expected = Vec::new();
            match step {
                Step::Get(key) => prop_assert_eq!(
                    store.get(&key, now, &mut removed),
                    model.get(key, now, &bounds, &mut expected)
                ),
                Step::Put { key, size } => {
                    stored += 1;
                    store.put(key, serial, size, 0, now, &mut removed);
                    model.put((key, serial, size, now), &bounds, &mut expected);
                }
                Step::Remove(key) => {
                    removed.extend(store.remove(&key));
                    expected.extend(model.take(key).map(|entry| entry.1));
                }
                Step::Clear => {
                    removed = store.clear();
                    expected = model.entries.drain(..).map(|entry| entry.1).collect();
                }
                Step::Wait(nanos) => now += nanos,
            }
            prop_assert_eq!(removed.as_slice(), expected.as_slice());
            left.extend(expected);
            prop_assert_eq!(store.len(), model.entries.len());
            prop_assert_eq!(store.bytes(), model.bytes());
            prop_assert_eq!(store.counters().hits, model.hits);
            prop_assert_eq!(store.counters().evictions, model.evictions);
        }
        left.extend(store.clear());
        left.sort_unstable();
        left.dedup();
        prop_assert_eq!(left.len(), stored, "each value leaves once");
    }
}
