//! Arguments of a call that has returned: its caller may change them, and a refresh computes with what the key was
//! made of.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{PyTraverseError, PyVisit};

use super::call::Call;
use super::function::CachedFunction;
use super::miss::Missed;
use crate::error::Result;
use crate::key::signature::Signature;
use crate::python::vectorcall::Kept;
use crate::snapshot::Snapshot;

/// The arguments of a call, for longer than it runs.
pub(super) struct LastingArguments {
    /// The caller's own.
    given: Kept,
    /// Which of them count by their content.
    places: Vec<usize>,
    /// Copies of these, together: what two of them share stays shared. None, if one is an object that only pickle could
    /// copy: it may be nothing but itself.
    copies: Option<Snapshot>,
}

impl LastingArguments {
    /// The arguments of a call. What does not count by its content stays the caller's own.
    pub fn of(py: Python<'_>, call: &Call<'_, '_>, signature: &Signature) -> Result<Self> {
        let given = call.arguments.kept();
        let places = signature.places_that_count(call.arguments)?;
        let all = [call.arguments.positional(), call.arguments.named()].concat();
        let counting = PyTuple::new(py, places.iter().map(|place| &all[*place]))?;
        Ok(Self {
            given,
            places,
            copies: Snapshot::copy(&counting)?,
        })
    }

    /// What the function is to be called with; none, if nobody has any more what the key was made of.
    pub fn fitting(
        &self,
        py: Python<'_>,
        function: &CachedFunction,
        missed: &mut Missed,
    ) -> Result<Option<Kept>> {
        if let Some(copies) = &self.copies {
            let fresh = copies.restore(py)?.cast_into().map_err(PyErr::from)?;
            let copied = self.given.clone_ref(py).replaced(&self.places, &fresh);
            if missed.is_of(py, function, &copied)? {
                return Ok(Some(copied));
            }
        }
        let given = self.given.clone_ref(py);
        if !missed.is_of(py, function, &given)? {
            return Ok(None);
        }
        missed.lent = Some(self.given.clone_ref(py));
        Ok(Some(given))
    }

    /// Shows the garbage collector what they are.
    pub fn traverse(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        self.given.traverse(visit)
    }
}
