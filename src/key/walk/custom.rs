//! What users say of their values: `hash_funcs`, `__cache_key__`, `register_hasher`.

use pyo3::exceptions::{PyException, PyRecursionError};
use pyo3::prelude::*;

use super::frame::{Cursor, Frame, Shape};
use super::{Walk, is_builtin};
use crate::error::{Error, Result};
use crate::key::hashers::{self, Hasher};
use crate::key::tag::Tag;
use crate::python::type_name;

impl<'a, 'py> Walk<'a, 'py> {
    /// What the user says of the value: `hash_funcs`, `__cache_key__`, `register_hasher`.
    pub(super) fn custom(&mut self, value: &Bound<'py, PyAny>) -> Result<bool> {
        if self.frames.last().is_some_and(Frame::is_at_part) && is_builtin(value) {
            return Ok(false);
        }
        if let Some(hasher) = self.hashers.local(value)?.filter(|h| self.applies(h)) {
            return self
                .hashed(value, hasher, "remove it from hash_funcs")
                .map(|()| true);
        }
        if let Some(method) = hashers::cache_key(value)? {
            return self.cache_key(value, &method).map(|()| true);
        }
        if let Some(hasher) = self.hashers.registered(value)?.filter(|h| self.applies(h)) {
            return self
                .hashed(value, hasher, "register another one for the class")
                .map(|()| true);
        }
        Ok(false)
    }

    fn applies(&self, hasher: &Hasher) -> bool {
        !self
            .suspended
            .iter()
            .any(|open| std::ptr::eq(*open, hasher))
    }

    /// A value as its hash function sees it: class, hash function, result.
    fn hashed(
        &mut self,
        value: &Bound<'py, PyAny>,
        hasher: &'a Hasher,
        way_out: &'static str,
    ) -> Result<()> {
        let result = hasher
            .call(value)
            .map_err(|cause| self.user_hash(value, hasher.name(), way_out, cause))?;
        let digest = hasher.digest(self.py, self.function)?;
        self.open_seen_through(value, Tag::Hashed, vec![digest, result])?;
        self.suspended.push(hasher);
        if let Some(frame) = self.frames.last_mut() {
            frame.suspends = true;
        }
        Ok(())
    }

    /// A value as its own `__cache_key__` describes it: class, result.
    fn cache_key(&mut self, value: &Bound<'py, PyAny>, method: &Bound<'py, PyAny>) -> Result<()> {
        let name = format!("{}.__cache_key__", type_name(value));
        let result = method
            .call1((value,))
            .map_err(|cause| self.user_hash(value, &name, "remove the method", cause))?;
        self.open_seen_through(value, Tag::CacheKey, vec![result])
    }

    /// Opens a frame for a value of which something else tells the content. The value itself is
    /// not noted as open: what stands for it may contain it, plainly.
    pub(super) fn open_seen_through(
        &mut self,
        value: &Bound<'py, PyAny>,
        tag: Tag,
        mut children: Vec<Bound<'py, PyAny>>,
    ) -> Result<()> {
        children.insert(0, value.get_type().into_any());
        let stands_for = self.shared(value);
        let context = self.context(value);
        self.open(None, tag, Cursor::fixed(Shape::Seen, children))?;
        if let Some(frame) = self.frames.last_mut() {
            frame.stands_for = stands_for;
            frame.context = context;
        }
        Ok(())
    }

    fn user_hash(
        &self,
        value: &Bound<'py, PyAny>,
        hasher: &str,
        way_out: &'static str,
        cause: PyErr,
    ) -> Error {
        let is_too_deep = cause.is_instance_of::<PyRecursionError>(self.py);
        if is_too_deep || !cause.is_instance_of::<PyException>(self.py) {
            return cause.into();
        }
        Error::UserHash {
            place: Box::new(self.place(value)),
            hasher: hasher.to_owned(),
            way_out,
            cause,
        }
    }
}
