//! The last calls of each function that had to be computed, for what comes later to be compared with.
//!
//! It is keyed by name, so that a function which is defined again is compared with what it was. Only
//! misses are noted, and memory is bounded for all functions together.

use std::collections::VecDeque;
use std::hash::Hash;
use std::sync::Arc;

use ahash::RandomState;
use hashlink::LinkedHashMap;

use crate::key::trace::Trace;
use crate::sync::system::Mutex;

/// Calls of one function.
const MAX_CALLS: usize = 4;

/// Functions; those that were computed last stay.
const MAX_FUNCTIONS: usize = 1000;

/// Bytes of all calls.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// What a function was.
#[derive(Debug)]
pub struct Function {
    /// The name that it has in its module.
    pub name: String,
    /// The digest of its definition.
    pub digest: [u8; 32],
    /// Whether it depends on something that has no content, and so is like no other.
    pub is_unique: bool,
    /// The parts of its definition by name, each with its own digest.
    pub outline: Vec<(String, [u8; 32])>,
    /// The names of its parameters, in the order of their encodings.
    pub parameters: Vec<String>,
}

/// A call that had to be computed.
pub struct Call<P> {
    /// What the function was.
    pub function: Arc<Function>,
    /// Where its entry went.
    pub place: P,
    /// The encodings of its arguments.
    pub arguments: Box<[u8]>,
    /// What of them became digests.
    pub trace: Trace,
}

/// What is known of the history, for tests and measurements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Functions.
    pub functions: usize,
    /// Calls of all functions.
    pub calls: usize,
    /// What they hold.
    pub bytes: usize,
    /// Calls that were noted since the process began.
    pub noted: u64,
}

/// The last calls by function.
pub struct History<K, P> {
    last: Mutex<Last<K, P>>,
}

type Calls<P> = VecDeque<Arc<Call<P>>>;

struct Last<K, P> {
    /// The function that was computed last is the last.
    functions: LinkedHashMap<K, Calls<P>, RandomState>,
    bytes: usize,
    noted: u64,
}

impl Function {
    fn size(&self) -> usize {
        let names = self.outline.iter().map(|(name, _)| name);
        let names = names.chain(&self.parameters);
        let lengths: usize = names.map(|name| name.len() + size_of::<String>()).sum();
        lengths + self.outline.len() * 32
    }
}

impl<P: PartialEq> Call<P> {
    /// What it holds, at most: others may have the function too.
    fn size(&self) -> usize {
        self.arguments.len() + self.trace.len() + self.function.size() + size_of::<Self>()
    }

    fn is_like(&self, other: &Self) -> bool {
        self.function.digest == other.function.digest
            && self.place == other.place
            && self.arguments == other.arguments
    }
}

impl<K, P> Default for History<K, P> {
    fn default() -> Self {
        Self {
            last: Mutex::new(Last {
                functions: LinkedHashMap::with_hasher(RandomState::new()),
                bytes: 0,
                noted: 0,
            }),
        }
    }
}

impl<K: Eq + Hash, P: PartialEq> History<K, P> {
    /// Notes a call of `function`. An equal one that was noted before is forgotten.
    pub fn note(&self, function: K, call: Call<P>) {
        let call = Arc::new(call);
        let mut last = self.last.lock();
        let forgotten = last.note(function, call);
        drop(last);
        drop(forgotten);
    }

    /// The last calls of `function`, the newest first.
    pub fn of(&self, function: &K) -> Vec<Arc<Call<P>>> {
        let last = self.last.lock();
        let calls = last.functions.get(function);
        calls.map_or_else(Vec::new, |calls| calls.iter().rev().cloned().collect())
    }

    /// How much there is.
    pub fn extent(&self) -> Extent {
        let last = self.last.lock();
        Extent {
            functions: last.functions.len(),
            calls: last.functions.values().map(VecDeque::len).sum(),
            bytes: last.bytes,
            noted: last.noted,
        }
    }
}

impl<K: Eq + Hash, P: PartialEq> Last<K, P> {
    /// Gives back what has to go, to be dropped without the lock.
    fn note(&mut self, function: K, call: Arc<Call<P>>) -> Vec<Arc<Call<P>>> {
        self.noted += 1;
        self.bytes += call.size();
        let mut calls = self.functions.remove(&function).unwrap_or_default();
        let mut forgotten = Vec::new();
        if let Some(index) = calls.iter().position(|earlier| earlier.is_like(&call)) {
            forgotten.extend(calls.remove(index));
        }
        calls.push_back(call);
        if calls.len() > MAX_CALLS {
            forgotten.extend(calls.pop_front());
        }
        self.functions.insert(function, calls);
        self.bytes -= forgotten.iter().map(|call| call.size()).sum::<usize>();
        self.make_room(&mut forgotten);
        forgotten
    }

    fn make_room(&mut self, forgotten: &mut Vec<Arc<Call<P>>>) {
        while self.bytes > MAX_BYTES || self.functions.len() > MAX_FUNCTIONS {
            let Some((_, calls)) = self.functions.pop_front() else {
                return;
            };
            self.bytes -= calls.iter().map(|call| call.size()).sum::<usize>();
            forgotten.extend(calls);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: u8, length: usize) -> Call<u8> {
        let function = Function {
            name: "f".to_owned(),
            digest: [0; 32],
            is_unique: false,
            outline: Vec::new(),
            parameters: Vec::new(),
        };
        Call {
            function: Arc::new(function),
            place: 0,
            arguments: vec![name; length].into(),
            trace: Trace::default(),
        }
    }

    fn names(history: &History<usize, u8>, function: usize) -> Vec<u8> {
        let calls = history.of(&function);
        calls.iter().map(|call| call.arguments[0]).collect()
    }

    #[test]
    fn the_newest_calls_stay() {
        let history = History::default();
        for name in 0..6 {
            history.note(0, call(name, 1));
        }
        history.note(1, call(9, 1));
        assert_eq!(names(&history, 0), [5, 4, 3, 2]);
        assert_eq!(names(&history, 1), [9]);
        assert_eq!(history.extent().noted, 7);
    }

    #[test]
    fn the_same_call_is_there_once() {
        let history = History::default();
        for name in [1, 2, 1, 1] {
            history.note(0, call(name, 1));
        }
        assert_eq!(names(&history, 0), [1, 2]);
    }

    #[test]
    fn there_are_not_more_functions_than_there_may_be() {
        let history = History::default();
        for function in 0..=MAX_FUNCTIONS {
            history.note(function, call(1, 1));
        }
        assert_eq!(history.extent().functions, MAX_FUNCTIONS);
        assert!(names(&history, 0).is_empty());
        assert_eq!(names(&history, 1), [1]);
    }

    #[test]
    fn there_are_not_more_bytes_than_there_may_be() {
        let history = History::default();
        for function in 0..100 {
            history.note(function, call(1, MAX_BYTES / 10));
            assert!(history.extent().bytes <= MAX_BYTES);
        }
        assert_eq!(history.extent().functions, 9);
        history.note(100, call(1, MAX_BYTES + 1));
        assert_eq!((history.extent().calls, history.extent().bytes), (0, 0));
    }
}
