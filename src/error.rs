//! Everything that can go wrong, and the Python exception that says so.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::host;
use crate::python::{self, Imported};

/// What every fallible step returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Where in a call a value was found that does not do.
#[derive(Debug)]
pub struct Place {
    /// The cached function: module and qualified name.
    pub function: String,
    /// The parameter, and the way from there to the value.
    pub path: String,
    /// The value's class.
    pub type_name: String,
}

/// Everything that can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A user's exception, or the interpreter's: passed on as it is.
    #[error("{0}")]
    Python(#[from] PyErr),

    /// An option that cannot be.
    #[error("{0}")]
    Option(String),

    /// Something that cannot be decorated.
    #[error("{0}")]
    Decoration(String),

    /// An argument that has no stable content.
    #[error(
        "{}: cannot make a key from the argument {}, of type {}: {reason}. \
         Rename the parameter to begin with an underscore to leave it out of the key, or say what \
         counts: hash_funcs={{{:?}: function}}, memoxide.register_hasher(type, function), \
         or a method __cache_key__(self) on the class.",
        place.function, place.path, place.type_name, place.type_name
    )]
    Unhashable {
        /// Where it is.
        place: Box<Place>,
        /// Why it has none.
        reason: String,
        /// The exception that its class raised, if one did.
        cause: Option<PyErr>,
    },

    /// A hash function that failed.
    #[error(
        "{}: the hash function {hasher} raised {cause} for the argument {}, of type {}. \
         Mend it, or {way_out}.",
        place.function, place.path, place.type_name
    )]
    UserHash {
        /// What it was to hash.
        place: Box<Place>,
        /// The hash function's name.
        hasher: String,
        /// How to do without it.
        way_out: &'static str,
        /// What it raised.
        cause: PyErr,
    },

    /// A result that cannot be pickled.
    #[error(
        "{} returned a value of type {} that cannot be stored: {cause}. \
         cache_data hands out copies, which needs a value that pickle takes; {}. The value is this error's `value`.",
        place.function, place.type_name, way_to_store(cause)
    )]
    Unserializable {
        /// Which function returned it.
        place: Box<Place>,
        /// What pickle raised.
        cause: PyErr,
        /// The result itself, so that it is not lost.
        value: Py<PyAny>,
    },

    /// A result that is used up by the first who reads it.
    #[error(
        "{} returned {what}, of type {}, which only its first reader could use: {advice}. \
         The value is this error's `value`.",
        place.function, place.type_name
    )]
    Exhaustible {
        /// Which function returned it.
        place: Box<Place>,
        /// What it is.
        what: &'static str,
        /// What to do.
        advice: &'static str,
        /// The result itself, so that it is not lost.
        value: Py<PyAny>,
    },

    /// A computation that waits for itself.
    #[error(
        "{} would wait for itself: {}. A cached function must not need its own result for the \
         same arguments.",
        chain.first().map_or("a call", String::as_str),
        chain.join(" -> ")
    )]
    Cycle {
        /// The calls, from the one that was wanted back to it.
        chain: Vec<String>,
    },

    /// A session-scoped function outside of any session.
    #[error(
        "{function} is cached with scope=\"session\", and no session is open here. \
         Call it inside `with memoxide.session(\"id\"):`."
    )]
    NoSession {
        /// The cached function.
        function: String,
    },
}

/// What to do about a value that pickle refuses. Rows of a query are data, and not to be shared as they are.
fn way_to_store(cause: &PyErr) -> &'static str {
    const ROWS: [&str; 3] = ["sqlite3.Row", "pandas.core.frame.Pandas", "sqlite3.Cursor"];
    let cause = cause.to_string();
    if ROWS.iter().any(|class| cause.contains(class)) {
        return "for the rows of a query or a frame return tuples: [tuple(row) for row in rows]";
    }
    "for a connection, a model or another shared object use cache_resource"
}

impl Error {
    fn class(&self) -> Option<&'static Imported> {
        match self {
            Self::Python(_) => None,
            Self::Option(_) => Some(&python::OPTION_ERROR),
            Self::Decoration(_) => Some(&python::DECORATION_ERROR),
            Self::Unhashable { .. } => Some(&python::UNHASHABLE_PARAM_ERROR),
            Self::UserHash { .. } => Some(&python::USER_HASH_ERROR),
            Self::Unserializable { .. } | Self::Exhaustible { .. } => {
                Some(&python::UNSERIALIZABLE_ERROR)
            }
            Self::Cycle { .. } => Some(&python::CACHE_CYCLE_ERROR),
            Self::NoSession { .. } => Some(&python::NO_SESSION_ERROR),
        }
    }

    /// The attributes that the Python exception carries beside its message.
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let attributes = PyDict::new(py);
        let set = |pairs: &[(&str, &str)]| -> PyResult<()> {
            pairs
                .iter()
                .try_for_each(|(name, text)| attributes.set_item(name, text))
        };
        match self {
            Self::Unhashable { place, .. } | Self::UserHash { place, .. } => set(&[
                ("function", &place.function),
                ("path", &place.path),
                ("type_name", &place.type_name),
            ])?,
            Self::Unserializable { place, value, .. } | Self::Exhaustible { place, value, .. } => {
                set(&[
                    ("function", &place.function),
                    ("type_name", &place.type_name),
                ])?;
                attributes.set_item("value", value)?;
            }
            Self::Cycle { chain } => attributes.set_item("chain", chain)?,
            Self::NoSession { function } => set(&[("function", function)])?,
            Self::Python(_) | Self::Option(_) | Self::Decoration(_) => {}
        }
        Ok(attributes)
    }

    fn cause(&self, py: Python<'_>) -> Option<PyErr> {
        match self {
            Self::UserHash { cause, .. } | Self::Unserializable { cause, .. } => {
                Some(cause.clone_ref(py))
            }
            Self::Unhashable { cause, .. } => cause.as_ref().map(|cause| cause.clone_ref(py)),
            _ => None,
        }
    }

    fn raise(&self, py: Python<'_>, class: &Imported) -> PyResult<PyErr> {
        let attributes = self.attributes(py)?;
        let exception = class
            .get(py)?
            .call((self.to_string(),), Some(&attributes))?;
        let error = host::translated(py, PyErr::from_value(exception));
        error.set_cause(py, self.cause(py));
        Ok(error)
    }
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        let class = match error {
            Error::Python(error) => return error,
            ref error => error.class(),
        };
        Python::attach(|py| {
            class
                .map_or_else(
                    || Ok(pyo3::exceptions::PyRuntimeError::new_err(error.to_string())),
                    |class| error.raise(py, class),
                )
                .unwrap_or_else(|raised| raised)
        })
    }
}
