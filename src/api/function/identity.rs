//! What a function is, and where its entries are.

use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::CachedFunction;
use crate::api::caches::Use;
use crate::api::options::Scope;
use crate::error::Result;
use crate::history;
use crate::key::definition::Definition;
use crate::key::signature::Signature;
use crate::python::latest::Current;
use crate::python::stack;

/// What a function is, and where its entries are.
pub struct Identity {
    /// Its parameters.
    pub signature: Signature,
    pub(super) definition: Definition,
    /// The cache that is shared by all sessions.
    pub(super) global: Option<Use>,
    /// What the history says of the function; made for the first miss.
    described: OnceLock<Arc<history::Function>>,
}

impl Identity {
    /// Whether all is as it was when the function was read.
    pub fn holds(&self, function: &CachedFunction, py: Python<'_>) -> bool {
        self.definition.holds(function.wrapped.bind(py))
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        self.signature.traverse(visit)?;
        match &self.global {
            Some(global) => global.traverse(visit),
            None => Ok(()),
        }
    }

    /// The digest of the function's code, and of what it depends on.
    pub fn digest(&self) -> &[u8; 32] {
        &self.definition.digest
    }
}

impl CachedFunction {
    /// What the function is now: found again if something that it depends on has changed.
    #[inline]
    pub fn identity<'a, 'py>(&'a self, py: Python<'py>) -> Result<Current<'a, 'py, Identity>> {
        match self.identity.get(py) {
            Some(identity) if identity.holds(self, py) => Ok(Current::Borrowed(identity)),
            known => self.renew(py, known.as_deref()).map(Current::Kept),
        }
    }

    /// Finds out what the function is, which was `known` before. No lock is held: it may run code that
    /// comes here again.
    #[cold]
    fn renew(&self, py: Python<'_>, known: Option<&Identity>) -> Result<Arc<Identity>> {
        stack::check(&self.name)?;
        let found = Arc::new(self.find_identity(py)?);
        let before = self.identity.replace(py, known, Some(Arc::clone(&found)));
        let is_ours = before.as_deref().map(std::ptr::from_ref) == known.map(std::ptr::from_ref);
        match (is_ours, before) {
            (true, Some(replaced)) => Self::leave(py, &replaced),
            (true, None) => {}
            // Another thread was faster: what it found is as new.
            (false, Some(faster)) => {
                Self::leave(py, &found);
                return Ok(faster);
            }
            (false, None) => Self::leave(py, &found),
        }
        Ok(found)
    }

    /// What the function is, as a history keeps it: without the objects that it was read from.
    pub fn described<'i>(
        &self,
        py: Python<'_>,
        identity: &'i Identity,
    ) -> &'i Arc<history::Function> {
        identity.described.get_or_init(|| {
            let definition = &identity.definition;
            Arc::new(history::Function {
                name: definition.short_name(&self.name).to_owned(),
                digest: definition.digest,
                is_unique: definition.is_unique,
                outline: definition.outline().to_vec(),
                parameters: identity.signature.names(py),
            })
        })
    }

    fn find_identity(&self, py: Python<'_>) -> Result<Identity> {
        let wrapped = self.wrapped.bind(py);
        let definition = Definition::read(wrapped, &self.name, self.options.follow)?;
        let signature = Signature::of(wrapped)?;
        let global = (self.options.scope == Scope::Global)
            .then(|| self.attach(py, &definition, None))
            .transpose()?;
        Ok(Identity {
            signature,
            definition,
            global,
            described: OnceLock::new(),
        })
    }
}
