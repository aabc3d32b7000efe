//! The cache that a call uses: by its session, and by the test that is isolated.

use std::ops::Deref;
use std::sync::Arc;

use pyo3::prelude::*;

use super::{CachedFunction, Identity};
use crate::api::caches::{self, CacheId, FunctionCache, Use};
use crate::api::options::Scope;
use crate::api::session;
use crate::error::{Error, Result};
use crate::key::definition::Definition;
use crate::testing;

/// The cache that a call uses: that of all sessions, or that of one.
pub enum Here<'i> {
    /// That of all sessions.
    Global(&'i Arc<FunctionCache>),
    /// That of one, or of a test that is isolated.
    Apart(Arc<FunctionCache>),
}

impl Here<'_> {
    /// The cache for longer.
    pub fn kept(&self) -> Arc<FunctionCache> {
        Arc::clone(match self {
            Self::Global(cache) => cache,
            Self::Apart(cache) => cache,
        })
    }
}

impl Deref for Here<'_> {
    type Target = FunctionCache;

    fn deref(&self) -> &FunctionCache {
        match self {
            Self::Global(cache) => cache,
            Self::Apart(cache) => cache,
        }
    }
}

impl CachedFunction {
    pub(super) fn attach(
        &self,
        py: Python<'_>,
        definition: &Definition,
        session: Option<Arc<str>>,
    ) -> Result<Use> {
        let id = CacheId {
            session,
            isolation: testing::isolation(),
            kind: self.options.kind,
            function: definition.digest,
        };
        caches::attach(py, &id, definition.is_unique, self)
    }

    /// Ends the use of the cache that an identity has.
    pub(super) fn leave(py: Python<'_>, identity: &Identity) {
        if let Some(global) = &identity.global {
            caches::detach(py, &global.cache);
        }
    }

    /// Ends the use of all caches, each as `end` does: nobody calls the function any more.
    pub(super) fn leave_all(&self, py: Python<'_>, end: fn(Python<'_>, &Arc<FunctionCache>)) {
        let identity = self.identity.take(py);
        let global = identity
            .as_ref()
            .and_then(|identity| identity.global.as_ref());
        let apart = std::mem::take(&mut *self.apart.lock());
        for ended in global.into_iter().chain(&apart) {
            end(py, &ended.cache);
        }
    }

    /// The cache that a call uses here and now.
    #[inline]
    pub fn cache<'i>(&self, py: Python<'_>, identity: &'i Identity) -> Result<Here<'i>> {
        let global = identity.global.as_ref().map(|global| &global.cache);
        match global {
            Some(cache) if cache.id.isolation == testing::isolation() => Ok(Here::Global(cache)),
            _ => self.cache_apart(py, identity).map(Here::Apart),
        }
    }

    /// The cache of a session, or of a test that is isolated.
    fn cache_apart(&self, py: Python<'_>, identity: &Identity) -> Result<Arc<FunctionCache>> {
        let session = match self.options.scope {
            Scope::Global => None,
            Scope::Session => Some(self.session(py)?),
        };
        if let Some(cache) = self.known_apart(session.as_deref(), identity) {
            return Ok(cache);
        }
        let attached = self.attach(py, &identity.definition, session)?;
        let cache = Arc::clone(&attached.cache);
        self.apart.lock().push(attached);
        Ok(cache)
    }

    /// The session that is open here.
    fn session(&self, py: Python<'_>) -> Result<Arc<str>> {
        match session::current(py)? {
            Some(session) => Ok(session.into()),
            None => Err(Error::NoSession {
                function: self.name.to_string(),
            }),
        }
    }

    /// The cache that is used here, if this function has used it before. Those that have ended are let go.
    fn known_apart(
        &self,
        session: Option<&str>,
        identity: &Identity,
    ) -> Option<Arc<FunctionCache>> {
        let isolation = testing::isolation();
        let mut apart = self.apart.lock();
        let ended: Vec<_> = apart
            .extract_if(.., |other| other.cache.has_ended())
            .collect();
        let found = apart.iter().map(|other| &other.cache).find(|cache| {
            let id = &cache.id;
            id.session.as_deref() == session
                && id.isolation == isolation
                && id.function == *identity.digest()
        });
        let found = found.cloned();
        drop(apart);
        drop(ended);
        found
    }
}
