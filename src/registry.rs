//! Which cache belongs to which function.
//!
//! A function is defined again and again, as a notebook or an app runs: the new definition finds
//! the entries of the old one if its code and its options are the same.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use ahash::RandomState;

use crate::sync::Mutex;

struct Slot<O, C> {
    options: O,
    cache: Arc<C>,
    /// Definitions that are alive.
    users: usize,
}

/// What has become of a cache that a definition uses no more.
#[derive(Debug, PartialEq, Eq)]
pub enum Detached<C> {
    /// Others use it, or have taken it out.
    Used,
    /// It waits for the next definition.
    Waits,
    /// It has left.
    Left(Arc<C>),
}

type Slots<I, O, C> = HashMap<I, Vec<Slot<O, C>>, RandomState>;

/// Caches by what identifies their function, and by options.
pub struct Registry<I, O, C> {
    slots: Mutex<Slots<I, O, C>>,
}

impl<O, C> Slot<O, C> {
    fn new(options: O, cache: C) -> Self {
        Self {
            options,
            cache: Arc::new(cache),
            users: 0,
        }
    }
}

/// The caches alone. It drops options, so no lock may be held.
fn caches<O, C>(slots: Vec<Slot<O, C>>) -> Vec<Arc<C>> {
    slots.into_iter().map(|slot| slot.cache).collect()
}

impl<I, O, C> Default for Registry<I, O, C> {
    fn default() -> Self {
        Self {
            slots: Mutex::default(),
        }
    }
}

impl<I: Eq + Hash, O: Eq, C> Registry<I, O, C> {
    /// The cache of a definition, made if it is the first with these options; with it the caches
    /// under other options that no definition uses any more. `make` and the comparison of options
    /// run under the registry's lock and must not use it.
    pub fn attach(&self, id: I, options: O, make: impl FnOnce() -> C) -> (Arc<C>, Vec<Arc<C>>) {
        let mut map = self.slots.lock();
        let slots = map.entry(id).or_default();
        let known = slots.iter().position(|slot| slot.options == options);
        let mut slot = match known {
            Some(index) => slots.remove(index),
            None => Slot::new(options, make()),
        };
        slot.users += 1;
        let cache = Arc::clone(&slot.cache);
        let superseded: Vec<_> = slots.extract_if(.., |slot| slot.users == 0).collect();
        // The last one is the one that waits for the next definition.
        slots.push(slot);
        drop(map);
        (cache, caches(superseded))
    }

    /// Ends a definition's use of its cache. The newest cache of a function stays for the next
    /// definition; another that nobody uses leaves.
    pub fn detach(&self, id: &I, cache: &Arc<C>) -> Detached<C> {
        self.leave(id, cache, |is_newest| !is_newest)
    }

    /// Ends a definition's use of its cache, which leaves with the last one: there will be no other
    /// definition of this function.
    pub fn detach_for_good(&self, id: &I, cache: &Arc<C>) -> Option<Arc<C>> {
        let detached = self.leave(id, cache, |_| true);
        let mut map = self.slots.lock();
        let empty = map.get(id).is_some_and(Vec::is_empty);
        let forgotten = empty.then(|| map.remove(id));
        drop(map);
        drop(forgotten);
        match detached {
            Detached::Left(cache) => Some(cache),
            Detached::Used | Detached::Waits => None,
        }
    }

    /// Takes out a cache that waits for the next definition, if none has come.
    pub fn remove_unused(&self, id: &I, cache: &Arc<C>) -> Option<Arc<C>> {
        let mut map = self.slots.lock();
        let slots = map.get_mut(id)?;
        let is_meant = |slot: &Slot<O, C>| slot.users == 0 && Arc::ptr_eq(&slot.cache, cache);
        let removed = slots.remove(slots.iter().position(is_meant)?);
        let forgotten = slots.is_empty().then(|| map.remove(id));
        drop(map);
        drop(forgotten);
        Some(removed.cache)
    }

    fn leave(&self, id: &I, cache: &Arc<C>, may_go: impl FnOnce(bool) -> bool) -> Detached<C> {
        let mut map = self.slots.lock();
        let found = map.get_mut(id).and_then(|slots| {
            let is_it = |slot: &Slot<O, C>| Arc::ptr_eq(&slot.cache, cache);
            slots.iter().position(is_it).map(|index| (slots, index))
        });
        // It was taken out with all of its function's: whoever did so has it.
        let Some((slots, index)) = found else {
            return Detached::Used;
        };
        let slot = &mut slots[index];
        slot.users = slot.users.saturating_sub(1);
        if slot.users > 0 {
            return Detached::Used;
        }
        if !may_go(index + 1 == slots.len()) {
            return Detached::Waits;
        }
        let slot = slots.remove(index);
        drop(map);
        Detached::Left(slot.cache)
    }

    /// Every cache.
    pub fn all(&self) -> Vec<Arc<C>> {
        let map = self.slots.lock();
        map.values()
            .flatten()
            .map(|slot| Arc::clone(&slot.cache))
            .collect()
    }

    /// Takes out the caches of all functions that `is_meant` names.
    pub fn remove_where(&self, is_meant: impl Fn(&I) -> bool) -> Vec<Arc<C>> {
        let mut map = self.slots.lock();
        let removed: Vec<_> = map.extract_if(|id, _| is_meant(id)).collect();
        drop(map);
        removed
            .into_iter()
            .flat_map(|(_, slots)| caches(slots))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Names = Registry<u8, &'static str, &'static str>;

    #[test]
    fn the_same_function_and_options_share_a_cache() {
        let registry = Names::default();
        let (first, _) = registry.attach(1, "a", || "first");
        let (second, _) = registry.attach(1, "a", || "second");
        let (other, _) = registry.attach(2, "a", || "other");
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(*other, "other");
    }

    #[test]
    fn the_newest_cache_waits_for_the_next_definition() {
        let registry = Names::default();
        let (first, _) = registry.attach(1, "a", || "first");
        assert_eq!(registry.detach(&1, &first), Detached::Waits);
        let (again, superseded) = registry.attach(1, "a", || "again");
        assert_eq!((*again, superseded.len()), ("first", 0));
    }

    #[test]
    fn the_cache_of_a_definition_that_cannot_come_back_leaves_with_its_last_user() {
        let registry = Names::default();
        let (cache, _) = registry.attach(1, "a", || "only");
        registry.attach(1, "a", || "not made");
        assert!(registry.detach_for_good(&1, &cache).is_none());
        let left = registry.detach_for_good(&1, &cache);
        assert_eq!(left.as_deref(), Some(&"only"));
        assert!(registry.slots.lock().is_empty());
    }

    #[test]
    fn a_cache_under_other_options_leaves_when_nobody_uses_it() {
        let registry = Names::default();
        let (old, _) = registry.attach(1, "a", || "old");
        registry.detach(&1, &old);
        let (new, superseded) = registry.attach(1, "b", || "new");
        assert_eq!((*new, *superseded[0]), ("new", "old"));
        assert_eq!(registry.all().len(), 1);
    }

    #[test]
    fn two_definitions_that_live_keep_their_caches() {
        let registry = Names::default();
        let (a, _) = registry.attach(1, "a", || "a");
        let (b, superseded) = registry.attach(1, "b", || "b");
        assert!(superseded.is_empty());
        assert_eq!(registry.all().len(), 2);
        assert_eq!(registry.detach(&1, &a), Detached::Left(a));
        assert_eq!(registry.detach(&1, &b), Detached::Waits);
        assert_eq!(registry.all().len(), 1);
    }

    #[test]
    fn an_older_definition_that_comes_back_is_the_newest() {
        let registry = Names::default();
        let (a, _) = registry.attach(1, "a", || "a");
        let (b, _) = registry.attach(1, "b", || "b");
        registry.attach(1, "a", || "not made");
        assert_eq!(registry.detach(&1, &b), Detached::Left(b));
        assert_eq!(registry.detach(&1, &a), Detached::Used);
        assert_eq!(registry.detach(&1, &a), Detached::Waits);
    }

    #[test]
    fn a_cache_that_waits_can_be_taken_out_and_one_in_use_cannot() {
        let registry = Names::default();
        let (cache, _) = registry.attach(1, "a", || "only");
        assert!(registry.remove_unused(&1, &cache).is_none());
        registry.detach(&1, &cache);
        assert_eq!(registry.remove_unused(&1, &cache).as_deref(), Some(&"only"));
        assert!(registry.slots.lock().is_empty());
    }

    #[test]
    fn caches_are_taken_out_by_what_identifies_them() {
        let registry = Names::default();
        registry.attach(1, "a", || "one");
        registry.attach(2, "a", || "two");
        let removed = registry.remove_where(|id| *id == 1);
        assert_eq!((removed.len(), registry.all().len()), (1, 1));
    }

    #[test]
    fn no_cache_is_forgotten_when_an_older_definition_comes_back() {
        let registry = Names::default();
        registry.attach(1, "a", || "a");
        let (b, _) = registry.attach(1, "b", || "b");
        assert_eq!(registry.detach(&1, &b), Detached::Waits);
        let (_, superseded) = registry.attach(1, "a", || "not made");
        assert_eq!(superseded.first().map(|cache| **cache), Some("b"));
        assert_eq!(registry.all().len(), 1);
    }
}
