//! The arguments of one call: plain ones are written straight, the first other one begins a walk.
//!
//! Most arguments are plain, and a walk costs more to begin and to end than they cost to write.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

use super::{Walk, leaf};
use crate::error::Result;
use crate::key::definition::{Follow, class_node};
use crate::key::encoder::Encoder;
use crate::key::hashers::Hashers;

/// Writes the arguments of a call of one function, under its hash functions.
pub struct Writer<'a, 'py> {
    py: Python<'py>,
    /// The cached function's name, for messages.
    function: &'a str,
    hashers: &'a Hashers,
    follow: Follow,
    /// Whether no hash function speaks for any value.
    is_plain: bool,
    state: State<'a, 'py>,
}

#[expect(
    clippy::large_enum_variant,
    reason = "it lies on the stack, and a box is what it saves"
)]
enum State<'a, 'py> {
    Plain(Encoder),
    Walk(Walk<'a, 'py>),
}

impl<'a, 'py> Writer<'a, 'py> {
    /// A writer on behalf of `function`.
    #[inline]
    pub fn new(py: Python<'py>, function: &'a str, hashers: &'a Hashers, follow: Follow) -> Self {
        Self {
            py,
            function,
            hashers,
            follow,
            is_plain: hashers.are_none(),
            state: State::Plain(Encoder::new()),
        }
    }

    /// The interpreter that the thread is attached to.
    pub fn py(&self) -> Python<'py> {
        self.py
    }

    /// Where the bytes go.
    pub fn encoder(&mut self) -> &mut Encoder {
        match &mut self.state {
            State::Plain(encoder) => encoder,
            State::Walk(walk) => &mut walk.encoder,
        }
    }

    /// All that was written.
    #[inline]
    pub fn into_encoder(self) -> Encoder {
        match self.state {
            State::Plain(encoder) => encoder,
            State::Walk(walk) => walk.encoder,
        }
    }

    /// Writes an argument; messages call it `name`.
    #[inline]
    pub fn argument(
        &mut self,
        name: &Bound<'py, PyString>,
        value: &Bound<'py, PyAny>,
    ) -> Result<()> {
        if self.is_plain && leaf::write(self.encoder(), value)? {
            return Ok(());
        }
        self.walk().argument(name, value)
    }

    /// Writes the class of an argument.
    pub fn class_of(
        &mut self,
        name: &Bound<'py, PyString>,
        value: &Bound<'py, PyAny>,
    ) -> Result<()> {
        let class = value.get_type();
        if self.follows_plainly(&class)
            && let Some(node) = class_node(class.as_any())
        {
            self.encoder().node(&node);
            return Ok(());
        }
        self.walk().argument(name, class.as_any())
    }

    /// Whether a class is known by its definition and by nothing else. A metaclass of the user's own may
    /// say otherwise.
    fn follows_plainly(&self, class: &Bound<'py, PyType>) -> bool {
        self.is_plain && self.follow != Follow::Nothing && class.is_exact_instance_of::<PyType>()
    }

    /// Writes what is left for `*name` or `**name`.
    pub fn rest(
        &mut self,
        name: &Bound<'py, PyString>,
        container: &Bound<'py, PyAny>,
    ) -> Result<()> {
        self.walk().rest(name, container)
    }

    /// The walk, which goes on where the encoder is.
    #[inline(never)]
    fn walk(&mut self) -> &mut Walk<'a, 'py> {
        if let State::Plain(encoder) = &mut self.state {
            let encoder = std::mem::replace(encoder, Encoder::empty());
            let walk =
                Walk::with_encoder(self.py, self.function, self.hashers, self.follow, encoder);
            self.state = State::Walk(walk);
        }
        match &mut self.state {
            State::Walk(walk) => walk,
            State::Plain(_) => unreachable!("the walk has begun"),
        }
    }
}
