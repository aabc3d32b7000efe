//! The walk over a value: a loop over open containers, so that no nesting exhausts the stack.

mod callable;
mod class;
mod containers;
mod custom;
pub mod family;
mod frame;
mod harmless;
mod inherited;
mod label;
mod leaf;
mod memo;
mod object;
mod path;
pub mod record;
mod refusal;
mod special;
mod writer;

use pyo3::prelude::*;
use pyo3::types::PyString;

use self::family::Families;
use self::frame::{Children, Cursor, Frame, Shape, Step};
use self::memo::{Context, Memo, Seen};
pub use self::writer::Writer;
use super::definition::{Follow, Outline, Watch};
use super::encoder::Encoder;
use super::hashers::{Hasher, Hashers};
use super::tag::Tag;
use crate::error::{Error, Result};
use crate::python::raw;

/// Containers that may lie inside each other. Deeper values are most likely endless ones, made
/// by a `__reduce__` that gives ever new objects.
const MAX_DEPTH: usize = 200_000;

/// Containers of cycles through sets that are encoded again for each element that reaches them.
const MAX_UNORDERED: usize = 100_000;

/// Values between two looks for an interrupt, which cost as much as some values.
const BETWEEN_SIGNALS: usize = 1 << 12;

/// Owners of an object that only the walk's container holds: that container, and the walk.
const UNSHARED: isize = 2;

/// The bit of a context that says that code holds the value.
const IN_CODE: Context = 1 << (Context::BITS - 1);

/// Walks values into an encoder.
pub struct Walk<'a, 'py> {
    py: Python<'py>,
    /// The cached function's name, for messages.
    function: &'a str,
    hashers: &'a Hashers,
    /// Where the bytes go.
    pub encoder: Encoder,
    frames: Vec<Frame<'py>>,
    memo: Memo<'py>,
    /// Hash functions whose results are open: they do not apply to what they themselves returned.
    suspended: Vec<&'a Hasher>,
    sentinels: Vec<Bound<'py, PyAny>>,
    families: Families<'py>,
    /// The parameter or variable whose value is being walked, for messages.
    root: Option<Bound<'py, PyString>>,
    /// What of the code that is met is followed.
    follow: Follow,
    /// Whether the definition is that of a function's code alone, without defaults and closure.
    pub is_body: bool,
    /// Where a definition's parts were found; only in a walk over one.
    watches: Option<Vec<Watch>>,
    /// What the definition consists of.
    outline: Outline,
    /// Inside of how many definitions the walk is: there, what has no content is named by its type.
    lenient: usize,
    /// Inside of how many functions it is.
    functions: usize,
    opaque: bool,
    visits: usize,
    /// Values that were met, but for most leaves: now and then the walk looks for an interrupt.
    met: usize,
    unordered: usize,
}

impl<'a, 'py> Walk<'a, 'py> {
    /// A walk on behalf of `function`, under its hash functions.
    pub fn new(py: Python<'py>, function: &'a str, hashers: &'a Hashers, follow: Follow) -> Self {
        Self::with_encoder(py, function, hashers, follow, Encoder::new())
    }

    /// A walk that goes on where an encoder is.
    pub fn with_encoder(
        py: Python<'py>,
        function: &'a str,
        hashers: &'a Hashers,
        follow: Follow,
        encoder: Encoder,
    ) -> Self {
        Self {
            py,
            function,
            hashers,
            encoder,
            frames: Vec::new(),
            memo: Memo::default(),
            suspended: Vec::new(),
            sentinels: Vec::new(),
            families: Families::default(),
            root: None,
            follow,
            is_body: false,
            watches: None,
            outline: Outline::default(),
            lenient: 0,
            functions: 0,
            opaque: false,
            visits: 0,
            met: 0,
            unordered: 0,
        }
    }

    /// Encodes an argument; messages call it `root`.
    pub fn argument(
        &mut self,
        root: &Bound<'py, PyString>,
        value: &Bound<'py, PyAny>,
    ) -> Result<()> {
        self.root = Some(root.clone());
        self.value(value)
    }

    /// Encodes what is left for `*root` or `**root`: the container is the interpreter's own, so
    /// that no hash function applies to it.
    pub fn rest(
        &mut self,
        root: &Bound<'py, PyString>,
        container: &Bound<'py, PyAny>,
    ) -> Result<()> {
        self.root = Some(root.clone());
        self.container(container)?;
        if let Some(frame) = self.frames.last_mut() {
            frame.children = match frame.cursor {
                Cursor::Dict { .. } => Children::NamedValues,
                _ => Children::Values,
            };
        }
        self.run()
    }

    /// Encodes a definition, and returns where its parts were found, and what
    /// they are. What has no content is named
    /// by its type, and noted: see [`is_opaque`](Self::is_opaque).
    pub fn definition(
        &mut self,
        root: &str,
        value: &Bound<'py, PyAny>,
    ) -> Result<(Vec<Watch>, Outline)> {
        self.root = Some(PyString::new(self.py, root));
        self.watches = Some(Vec::new());
        self.lenient += 1;
        self.value(value)?;
        let watches = self.watches.take().unwrap_or_default();
        Ok((watches, std::mem::take(&mut self.outline)))
    }

    /// Whether the walk is over a definition, with what it depends on.
    fn follows_definition(&self) -> bool {
        self.watches.is_some() && self.follow != Follow::Nothing
    }

    fn watch(&mut self, watches: impl IntoIterator<Item = Watch>) {
        if let Some(all) = &mut self.watches {
            all.extend(watches);
        }
    }

    /// Whether a definition referred to something that has no content.
    pub fn is_opaque(&self) -> bool {
        self.opaque
    }

    fn value(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        self.visit(value)?;
        self.run()
    }

    /// Walks what is open to its end.
    fn run(&mut self) -> Result<()> {
        while let Some(frame) = self.frames.last_mut() {
            let step = if frame.label.is_some() {
                self.labelled_step()
            } else if self.hashers.spare_built_in() {
                frame.cursor.write_leaves(&mut self.encoder)?
            } else {
                frame.cursor.step()
            };
            match step {
                Step::Child(child) => self.visit(&child)?,
                Step::Record(record) => self.open_record(None, record)?,
                Step::Node(node) => self.encoder.node(&node),
                Step::End => self.close(),
                Step::Failed(failure) => return Err(self.unhashable_here(failure)),
            }
        }
        Ok(())
    }

    /// Encodes a leaf, or opens a frame for what has children.
    fn visit(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        self.start_element(value)?;
        self.met = self.met.wrapping_add(1);
        if self.met.is_multiple_of(BETWEEN_SIGNALS) {
            self.py.check_signals()?;
        }
        let refused = match self.dispatch(value) {
            Err(Error::Python(raised)) => self.refused(value, raised),
            Err(error) => error,
            Ok(()) => return Ok(()),
        };
        match refused {
            Error::Unhashable { .. } if self.lenient > 0 => self.name_only(value),
            refused => Err(refused),
        }
    }

    /// Whether the walk is inside of a definition, or of a function that is an argument.
    fn is_in_code(&self) -> bool {
        self.lenient > 0 || self.functions > 0
    }

    /// The number of a bare `object()` among those that the walk has met.
    fn sentinel_number(&mut self, value: &Bound<'py, PyAny>) -> usize {
        let known = self.sentinels.iter().position(|known| known.is(value));
        known.unwrap_or_else(|| {
            self.sentinels.push(value.clone());
            self.sentinels.len() - 1
        })
    }

    /// The order in which the ways to encode a value are tried.
    fn dispatch(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        // Where no hash function speaks for the common kinds, these come first.
        let is_plain = self.hashers.spare_built_in();
        if is_plain && self.built_in(value)? {
            return Ok(());
        }
        if (!is_plain && self.known(value)) || self.custom(value)? {
            return Ok(());
        }
        if (!is_plain && self.built_in(value)?)
            || self.harmless(value)?
            || self.family(value)?
            || self.callable(value)?
            || self.standard(value)?
        {
            return Ok(());
        }
        self.reduced(value)
    }

    /// Writes what is built in, or known from before.
    fn built_in(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        Ok(leaf::write(&mut self.encoder, value)?
            || self.known(value)
            || self.long_leaf(value)?
            || self.container(value)?)
    }

    /// Writes a leaf that is worth remembering.
    fn long_leaf(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        let start = self.encoder.position();
        if !leaf::write_long(&mut self.encoder, value)? {
            return Ok(false);
        }
        if self.shared(value).is_some() {
            let context = self.context(value);
            let node = self.encoder.since(start);
            self.memo.remember(value, context, node);
        }
        Ok(true)
    }

    /// Where hash functions make a difference to what `value` is: inside of the result of one it does not
    /// apply, and to a part of a value those for built-in classes do not. In code, what has no content counts by its
    /// class, which is no content for an argument.
    fn context(&self, value: &Bound<'py, PyAny>) -> Context {
        let is_plain = self.hashers.spare_built_in();
        if object::is_iterator(value) {
            return 0;
        }
        let in_code = if self.lenient > 0 || self.functions > 0 {
            IN_CODE
        } else {
            0
        };
        if is_plain && self.suspended.is_empty() {
            return in_code;
        }
        let mix = |hasher: &&Hasher| {
            let address = std::ptr::from_ref(*hasher) as Context;
            address.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        };
        let suspended = self.suspended.iter().map(mix);
        let suspended = suspended.fold(0, Context::wrapping_add) << 5;
        let context = match self.frames.last() {
            Some(frame) if !is_plain => suspended | frame.context_of_child(),
            _ => suspended,
        };
        context & !IN_CODE | in_code
    }

    /// Writes a container that was met before in this walk.
    fn known(&mut self, value: &Bound<'py, PyAny>) -> bool {
        let context = self.context(value);
        // What counts by its content as an argument does so in code too.
        let as_argument = || self.memo.get(value, context & !IN_CODE);
        let Some(seen) = self.memo.get(value, context).or_else(as_argument) else {
            return false;
        };
        if object::is_iterator(value) {
            // Its bytes do not say that another place reads from it too: it has to be refused.
            return false;
        }
        match *seen {
            Seen::Done(ref node) => self.encoder.node(node),
            Seen::Open { depth, visit } => {
                self.encoder.unit(Tag::Enclosing);
                self.encoder.length(self.frames.len() - depth);
                self.reaches(visit);
            }
            Seen::InCycle { number, visit } => {
                self.encoder.unit(Tag::InCycle);
                self.encoder.length(self.memo.cycle_length() - number);
                self.reaches(visit);
            }
        }
        true
    }

    /// Notes that the open container refers to one that was visited earlier.
    fn reaches(&mut self, visit: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.lowest = frame.lowest.min(visit);
        }
    }

    /// Opens a frame for a container whose children `cursor` yields; `owner` is the container, if
    /// the walk may meet it again.
    fn open(
        &mut self,
        owner: Option<Bound<'py, PyAny>>,
        tag: Tag,
        cursor: Cursor<'py>,
    ) -> Result<()> {
        if self.frames.len() == MAX_DEPTH {
            return Err(self.too_deep());
        }
        let context = owner.as_ref().map_or(0, |owner| self.context(owner));
        if let Some(owner) = &owner {
            self.memo
                .open(owner, context, self.frames.len(), self.visits);
        }
        match cursor {
            Cursor::Set { .. } => self.encoder.open_sorted(tag),
            _ => self.encoder.open(tag),
        }
        self.encoder.length(cursor.count());
        let marks = self.memo.marks();
        let parent = self.frames.last();
        let frame = Frame::new(cursor, owner, context, self.visits, marks)
            .inside(parent)
            .labelled(parent);
        self.frames.push(frame);
        self.visits += 1;
        Ok(())
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if frame.is_definition() {
            self.lenient -= 1;
        }
        self.functions -= usize::from(frame.is_function());
        if frame.suspends {
            self.suspended.pop();
        }
        if let Cursor::Set { starts, .. } = &frame.cursor {
            self.encoder.sort_children(starts);
            self.unordered += self.memo.forget_cycles(frame.marks);
        }
        let node = self.encoder.close();
        let is_part_of_cycle = frame.lowest < frame.visit;
        if is_part_of_cycle {
            self.memo
                .in_cycle(frame.owner.as_ref(), frame.context, frame.visit);
        } else {
            self.memo
                .complete(frame.owner.as_ref(), frame.context, node, frame.marks);
        }
        if frame.suspends {
            self.memo.forget_done(frame.marks);
        }
        match &frame.stands_for {
            Some(value) if !is_part_of_cycle => {
                self.memo.remember(value, frame.context, node);
            }
            _ => {}
        }
        if is_part_of_cycle {
            self.reaches(frame.lowest);
        }
        if !self.is_labelled() {
            self.encoder.flush();
        }
    }

    /// In a set each element is encoded as if it were the only one, since their order is chance:
    /// what an earlier element put into a cycle is forgotten.
    fn start_element(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok(());
        };
        let Cursor::Set { starts, .. } = &mut frame.cursor else {
            return Ok(());
        };
        starts.push(self.encoder.position());
        let marks = frame.marks;
        self.unordered += self.memo.forget_cycles(marks);
        if self.unordered > MAX_UNORDERED {
            let reason = "it lies in a cycle through sets, which is too large to put in order";
            return Err(self.unhashable(value, reason, None));
        }
        Ok(())
    }

    /// `value`, if others than its container own it and may lead the walk to it again. The outermost
    /// value has no container, and whoever passed it may not count as an owner.
    fn shared(&self, value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
        let is_outermost = self.frames.is_empty();
        (is_outermost || raw::reference_count(value) > UNSHARED).then(|| value.clone())
    }

    fn open_fixed(
        &mut self,
        value: &Bound<'py, PyAny>,
        tag: Tag,
        shape: Shape,
        children: Vec<Bound<'py, PyAny>>,
    ) -> Result<()> {
        self.open(self.shared(value), tag, Cursor::fixed(shape, children))
    }

    /// Stands for something in a definition that has no content: its class counts, and the walk
    /// remembers that this was not all.
    fn name_only(&mut self, value: &Bound<'py, PyAny>) -> Result<()> {
        self.opaque = true;
        self.open_seen_through(value, Tag::Opaque, Vec::new())
    }

    /// The interpreter that the walk is attached to.
    pub fn py(&self) -> Python<'py> {
        self.py
    }
}

/// Whether a value's class is one that the interpreter itself builds objects from.
fn is_builtin(value: &Bound<'_, PyAny>) -> bool {
    let module = value.get_type().module();
    module.is_ok_and(|module| module == "builtins")
}
