//! The order in which the entries of several stores were used, while one bound is for all of them.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Removed;

/// A use among those of all stores; the lower, the longer ago.
pub type Use = u64;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// The number of a use that happens now.
#[inline]
pub(super) fn now() -> Use {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A store among several that have one bound in common.
pub trait Shares<V> {
    /// Bytes, entries, and the use of the entry that was not used for the longest time.
    fn extent(&self) -> (u64, usize, Option<Use>);

    /// Takes out the entry that was not used for the longest time.
    fn evict_oldest(&self) -> Removed<V>;
}

/// Takes out entries of all stores until they have at most so many bytes together: the one that was
/// not used for the longest time first. The last one may be larger than that, and stays. Gives back
/// what left, and of which store.
pub fn bound<V, S: Shares<V>>(stores: &[S], max_bytes: u64) -> Vec<(&S, Removed<V>)> {
    let mut removed = Vec::new();
    loop {
        let extents: Vec<_> = stores.iter().map(|store| (store, store.extent())).collect();
        let bytes: u128 = extents
            .iter()
            .map(|(_, (bytes, ..))| u128::from(*bytes))
            .sum();
        let entries: usize = extents.iter().map(|(_, (_, entries, _))| entries).sum();
        if bytes <= u128::from(max_bytes) || entries <= 1 {
            return removed;
        }
        let uses = extents
            .into_iter()
            .filter_map(|(store, (.., oldest))| Some((oldest?, store)));
        let Some((_, store)) = uses.min_by_key(|(oldest, _)| *oldest) else {
            return removed;
        };
        removed.push((store, store.evict_oldest()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bounds, SharedStore};
    use super::*;

    struct Sharer(SharedStore<u8, u8>);

    impl Shares<u8> for Sharer {
        fn extent(&self) -> (u64, usize, Option<Use>) {
            let store = self.0.lock();
            (store.bytes(), store.len(), store.oldest_use())
        }

        fn evict_oldest(&self) -> Removed<u8> {
            let mut removed = Removed::new();
            self.0.lock().evict_oldest(&mut removed);
            removed
        }
    }

    fn stores() -> [Sharer; 2] {
        let bounds = Bounds::default();
        let of_number = Bounds {
            max_entries: Some(9),
            ..bounds
        };
        let stores = [bounds, of_number].map(|bounds| Sharer(SharedStore::new(bounds, 4)));
        for store in &stores {
            store.0.keep_order();
        }
        stores
    }

    fn put(store: &Sharer, key: u8, size: u64) {
        let removed = &mut Removed::new();
        store.0.lock().put(key, key, size, 0, 0, removed);
    }

    fn left(stores: &[Sharer], max_bytes: u64) -> Vec<u8> {
        let removed = bound(stores, max_bytes);
        removed.into_iter().flat_map(|(_, left)| left).collect()
    }

    #[test]
    fn what_was_used_least_recently_leaves_whichever_store_has_it() {
        let stores = stores();
        put(&stores[0], 1, 4);
        put(&stores[1], 2, 4);
        put(&stores[0], 3, 4);
        assert!(left(&stores, 12).is_empty());
        stores[0].0.get(&1, 0, &mut Removed::new());
        assert_eq!(left(&stores, 11), [2]);
        assert_eq!(left(&stores, 5), [3]);
        assert_eq!(stores[0].0.lock().counters().crowded_out, 1);
    }

    #[test]
    fn the_last_entry_stays_though_it_is_too_large() {
        let stores = stores();
        put(&stores[1], 1, 4);
        put(&stores[0], 2, 40);
        assert_eq!(left(&stores, 10), [1]);
        assert_eq!(stores[0].0.lock().len(), 1);
        put(&stores[1], 3, 1);
        assert_eq!(left(&stores, 10), [2]);
    }

    #[test]
    fn entries_from_before_the_order_are_the_first_to_leave() {
        let store = Sharer(SharedStore::new(Bounds::default(), 4));
        put(&store, 1, 4);
        store.0.keep_order();
        put(&store, 2, 4);
        let stores = [store];
        assert_eq!(stores[0].extent().0, 8);
        assert_eq!(left(&stores, 7), [1]);
        // An order stays one when all entries go.
        let _ = stores[0].0.lock().clear();
        put(&stores[0], 3, 4);
        put(&stores[0], 4, 4);
        assert_eq!(left(&stores, 7), [3]);
    }
}
