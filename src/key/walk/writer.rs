//! The arguments of one call: plain ones are written straight, the first other one begins a walk.
//!
//! Most arguments are plain, and a walk costs more to begin and to end than they cost to write.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

use super::{Walk, leaf};
use crate::error::Result;
use crate::key::definition::{Follow, known_class};
use crate::key::encoder::Encoder;
use crate::key::hashers::Hashers;
use crate::python::stack;

/// Writes the arguments of a call of one function, under its hash functions.
pub struct Writer<'a, 'py> {
    py: Python<'py>,
    /// The cached function's name, for messages.
    function: &'a str,
    hashers: &'a Hashers,
    follow: Follow,
    /// Whether no hash function speaks for values of built-in classes.
    is_plain: bool,
    /// Where the bytes go as long as no walk has begun.
    encoder: Encoder,
    walk: Option<Box<Walk<'a, 'py>>>,
    /// A class of which the digest was written, and the rest may still be asked for.
    class: Option<Bound<'py, PyType>>,
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
            is_plain: hashers.spare_built_in(),
            encoder: Encoder::new(),
            walk: None,
            class: None,
        }
    }

    /// The interpreter that the thread is attached to.
    pub fn py(&self) -> Python<'py> {
        self.py
    }

    /// Where the bytes go.
    #[inline]
    pub fn encoder(&mut self) -> &mut Encoder {
        match &mut self.walk {
            None => &mut self.encoder,
            Some(walk) => &mut walk.encoder,
        }
    }

    /// All that was written.
    pub fn into_encoder(self) -> Encoder {
        let mut encoder = match self.walk {
            None => self.encoder,
            Some(walk) => walk.encoder,
        };
        if let Some(class) = self.class {
            known_class(class.as_any(), |node| {
                encoder.keep(&node.digest, &node.bytes);
            });
        }
        encoder
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
        self.walk()?.argument(name, value)
    }

    /// Writes the digest of an argument's class, so that the key of a method's call stays short.
    pub fn class_of(
        &mut self,
        name: &Bound<'py, PyString>,
        value: &Bound<'py, PyAny>,
    ) -> Result<()> {
        let class = value.get_type();
        if self.follows_plainly(&class)
            && known_class(class.as_any(), |node| self.encoder().digested(&node.digest)).is_some()
        {
            self.class = Some(class);
            return Ok(());
        }
        let walk = self.walk()?;
        let start = walk.encoder.len();
        walk.argument(name, class.as_any())?;
        walk.encoder.digest_from(start);
        Ok(())
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
        self.walk()?.rest(name, container)
    }

    /// The walk, which goes on where the encoder is.
    fn walk(&mut self) -> Result<&mut Walk<'a, 'py>> {
        if self.walk.is_none() {
            stack::check(self.function)?;
        }
        Ok(self.walk.get_or_insert_with(|| {
            let encoder = std::mem::replace(&mut self.encoder, Encoder::empty());
            let walk =
                Walk::with_encoder(self.py, self.function, self.hashers, self.follow, encoder);
            Box::new(walk)
        }))
    }
}
