//! Which containers the walk has met: those that are open, complete, or part of a cycle.
//!
//! Cycles are found as Tarjan's algorithm finds strongly connected components: a container that
//! reaches one which was visited before it, and is not complete, belongs to that one's cycle.

use std::collections::HashMap;

use ahash::RandomState;
use pyo3::prelude::*;
use smallvec::SmallVec;

use crate::key::encoder::Encoder;
use crate::key::tag::Tag;

/// Shorter nodes are written again where they are met again: that is cheaper than remembering.
const WORTH_REMEMBERING: usize = 64;

/// Where hash functions make a difference to what a value is; 0, where none does.
pub type Context = u64;

/// A value in a context, by its address.
type Place = (usize, Context);

/// What is known of a container.
pub enum Seen {
    /// The walk is inside it, `depth` frames down.
    Open { depth: usize, visit: usize },
    /// It belongs to a cycle that is not complete, as number `number`.
    InCycle { number: usize, visit: usize },
    /// It is complete; these are its bytes wherever it is met again.
    Done(SmallVec<[u8; 40]>),
}

/// Where the memo stood when a frame was opened.
#[derive(Clone, Copy)]
pub struct Marks {
    cycle: usize,
    of_cycle: usize,
    done: usize,
}

/// The containers met so far. Each is kept alive, so that no address is used twice.
#[derive(Default)]
pub struct Memo<'py> {
    seen: Option<HashMap<Place, (Bound<'py, PyAny>, Seen), RandomState>>,
    /// The closed containers of cycles that are not complete, in the order in which they closed.
    cycle: Vec<Option<Place>>,
    /// Containers that were remembered as parts of a complete cycle.
    of_cycle: Vec<Place>,
    /// Containers that were remembered as complete.
    done: Vec<Place>,
}

fn place(value: &Bound<'_, PyAny>, context: Context) -> Place {
    (value.as_ptr() as usize, context)
}

/// Bytes of a digest with its tag.
const DIGESTED: usize = 33;

/// Whether a node is cheaper to keep than to make anew. A digest in it stands for more than it is long; a
/// byte that only looks like its tag does no harm.
fn is_worth_remembering(node: &[u8]) -> bool {
    let digests = [Tag::Digest as u8, Tag::LongLeaf as u8];
    let may_digest = || node.iter().any(|byte| digests.contains(byte));
    node.len() >= WORTH_REMEMBERING || node.len() >= DIGESTED && may_digest()
}

impl<'py> Memo<'py> {
    /// What is known of `value` in a context.
    pub fn get(&self, value: &Bound<'py, PyAny>, context: Context) -> Option<&Seen> {
        let (_, seen) = self.seen.as_ref()?.get(&place(value, context))?;
        Some(seen)
    }

    fn set(&mut self, value: &Bound<'py, PyAny>, context: Context, seen: Seen) {
        // Addresses are no secret worth a random seed, which would cost more than the map.
        self.seen
            .get_or_insert_with(|| HashMap::with_hasher(RandomState::with_seeds(1, 2, 3, 4)))
            .insert(place(value, context), (value.clone(), seen));
    }

    /// Notes that the walk enters `value`.
    pub fn open(
        &mut self,
        value: &Bound<'py, PyAny>,
        context: Context,
        depth: usize,
        visit: usize,
    ) {
        self.set(value, context, Seen::Open { depth, visit });
    }

    /// How many closed containers belong to cycles that are not complete.
    pub fn cycle_length(&self) -> usize {
        self.cycle.len()
    }

    /// Where the memo stands.
    pub fn marks(&self) -> Marks {
        Marks {
            cycle: self.cycle.len(),
            of_cycle: self.of_cycle.len(),
            done: self.done.len(),
        }
    }

    /// Notes that the walk leaves a container which reaches one that is still open.
    pub fn in_cycle(&mut self, owner: Option<&Bound<'py, PyAny>>, context: Context, visit: usize) {
        let number = self.cycle.len();
        self.cycle.push(owner.map(|owner| place(owner, context)));
        if let Some(owner) = owner {
            self.set(owner, context, Seen::InCycle { number, visit });
        }
    }

    /// Notes that the walk leaves a container whose bytes say all, and with it the cycle that it
    /// began: from now on each of its containers is named by the cycle's bytes and its number.
    pub fn complete(
        &mut self,
        owner: Option<&Bound<'py, PyAny>>,
        context: Context,
        node: &[u8],
        marks: Marks,
    ) {
        let begins_cycle = self.cycle.len() > marks.cycle;
        if begins_cycle {
            self.name_cycle(node, marks.cycle);
        }
        let Some(owner) = owner else {
            return;
        };
        // The first of a cycle is remembered in any case, as the others are.
        if !is_worth_remembering(node) && !begins_cycle {
            self.forget(place(owner, context));
            return;
        }
        self.remember(owner, context, node);
        if begins_cycle {
            self.of_cycle.push(place(owner, context));
        }
    }

    /// Notes the bytes of a value that is met again and again.
    pub fn remember(&mut self, value: &Bound<'py, PyAny>, context: Context, node: &[u8]) {
        self.done.push(place(value, context));
        self.set(value, context, Seen::Done(SmallVec::from_slice(node)));
    }

    fn name_cycle(&mut self, node: &[u8], start: usize) {
        let digest = blake3::hash(node);
        let members = self.cycle.split_off(start);
        for (number, place) in members.into_iter().enumerate() {
            let Some(place) = place else {
                continue;
            };
            let mut name = Encoder::new();
            name.unit(Tag::OfCycle);
            name.node(digest.as_bytes());
            name.length(number);
            let entry = self.seen.as_mut().and_then(|seen| seen.get_mut(&place));
            if let Some((_, seen)) = entry {
                *seen = Seen::Done(SmallVec::from_slice(name.as_bytes()));
                self.of_cycle.push(place);
            }
        }
    }

    /// Forgets what has to do with cycles since `marks`; returns how many containers that were.
    pub fn forget_cycles(&mut self, marks: Marks) -> usize {
        let members = self.cycle.split_off(marks.cycle.min(self.cycle.len()));
        let complete = self
            .of_cycle
            .split_off(marks.of_cycle.min(self.of_cycle.len()));
        let forgotten = members.len() + complete.len();
        for place in members.into_iter().flatten().chain(complete) {
            self.forget(place);
        }
        forgotten
    }

    /// Forgets what was completed since `marks`.
    pub fn forget_done(&mut self, marks: Marks) {
        self.forget_cycles(marks);
        for place in self.done.split_off(marks.done.min(self.done.len())) {
            self.forget(place);
        }
    }

    fn forget(&mut self, place: Place) {
        if let Some(seen) = &mut self.seen {
            seen.remove(&place);
        }
    }
}
