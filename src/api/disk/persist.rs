//! The option `persist`, and the class that says more than `"disk"`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};

use crate::api::options::{self, bad};
use crate::error::{Error, Result};

/// How entries are to outlive the process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Persist {
    /// A folder of its own.
    pub folder: Option<PathBuf>,
    /// Bytes of that folder.
    pub max_bytes: Option<u64>,
    /// The age of entries in that folder.
    pub max_age: Option<Duration>,
    /// Whether a time to live counts.
    pub expires: bool,
    /// Whether memory is the first tier.
    pub memory: bool,
    /// Whether large data may stay in the file.
    pub memory_map: bool,
    /// The application's name.
    pub application: Option<String>,
}

impl Persist {
    /// What `persist="disk"` says.
    const PLAIN: Self = Self {
        folder: None,
        max_bytes: None,
        max_age: None,
        expires: false,
        memory: true,
        memory_map: true,
        application: None,
    };

    /// Takes the option.
    pub fn of(value: &Bound<'_, PyAny>) -> Result<Option<Arc<Self>>> {
        const ALLOWED: &str = "\"disk\", True, False, None or a memoxide.Disk";
        if value.is_none() {
            return Ok(None);
        }
        if let Ok(disk) = value.cast::<Disk>() {
            return Ok(Some(Arc::clone(&disk.get().persist)));
        }
        let is_wanted = match (value.cast::<PyBool>(), value.cast::<PyString>()) {
            (Ok(switch), _) => switch.is_true(),
            (_, Ok(text)) if text.to_string_lossy() == "disk" => true,
            _ => return Err(bad("persist", ALLOWED, value)),
        };
        Ok(is_wanted.then(|| Arc::new(Self::PLAIN)))
    }
}

/// A switch, which is on if it is not given.
fn switch(option: &str, value: Option<&Bound<'_, PyAny>>) -> Result<bool> {
    let Some(value) = value else {
        return Ok(true);
    };
    let switch = value.cast::<PyBool>();
    let switch = switch.map_err(|_| bad(option, "True or False", value))?;
    Ok(switch.is_true())
}

/// An option's value, if there is one.
fn taken<'py, T>(
    option: &str,
    allowed: &str,
    value: Option<&Bound<'py, PyAny>>,
) -> Result<Option<T>>
where
    T: for<'a> FromPyObject<'a, 'py>,
{
    let extracted = value.map(|value| value.extract().map_err(|_| bad(option, allowed, value)));
    extracted.transpose()
}

/// A disk tier that is not the common one: `persist=memoxide.Disk(...)`.
#[pyclass(frozen, eq, hash, module = "memoxide")]
#[derive(PartialEq, Eq, Hash)]
pub struct Disk {
    persist: Arc<Persist>,
}

#[pymethods]
impl Disk {
    #[new]
    #[pyo3(
        signature = (path=None, *, ttl=None, max_size=None, max_age=None, memory=None, memory_map=None, name=None),
        text_signature = "(path=None, *, ttl=True, max_size=None, max_age=None, memory=True, memory_map=True, name=None)"
    )]
    fn new(
        path: Option<&Bound<'_, PyAny>>,
        ttl: Option<&Bound<'_, PyAny>>,
        max_size: Option<&Bound<'_, PyAny>>,
        max_age: Option<&Bound<'_, PyAny>>,
        memory: Option<&Bound<'_, PyAny>>,
        memory_map: Option<&Bound<'_, PyAny>>,
        name: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let expires = match ttl {
            Some(ttl) if !ttl.is_instance_of::<PyBool>() => {
                let allowed = "True or False (the time itself is the function's ttl)";
                return Err(bad("ttl", allowed, ttl).into());
            }
            ttl => switch("ttl", ttl)?,
        };
        let memory = switch("memory", memory)?;
        let memory_map = switch("memory_map", memory_map)?;
        let path: Option<PathBuf> = taken("path", "a path", path)?;
        let name = taken("name", "a str", name)?;
        let max_bytes = max_size
            .map(|size| options::bytes("max_size", size))
            .transpose()?;
        let max_age = max_age
            .map(|age| options::duration("max_age", age))
            .transpose()?;
        if path.is_none() && (max_size.is_some() || max_age.is_some()) {
            return Err(Error::Option(
                "max_size and max_age bound a folder: give its path as well, or bound the common \
                 one with memoxide.configure(disk_max_size=..., disk_max_age=...)"
                    .to_owned(),
            )
            .into());
        }
        // Where the process goes later must not change which folder it is.
        let folder = path.map(std::path::absolute).transpose()?;
        Ok(Self {
            persist: Arc::new(Persist {
                folder,
                max_bytes: max_bytes.flatten(),
                max_age: max_age.flatten(),
                expires,
                memory,
                memory_map,
                application: name,
            }),
        })
    }

    /// What pickle makes another one of.
    fn __getnewargs_ex__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<((Option<PathBuf>,), Bound<'py, PyDict>)> {
        let options = PyDict::new(py);
        options.set_item("ttl", self.ttl())?;
        options.set_item("max_size", self.max_size())?;
        options.set_item("max_age", self.max_age())?;
        options.set_item("memory", self.persist.memory)?;
        options.set_item("memory_map", self.persist.memory_map)?;
        options.set_item("name", self.persist.application.as_deref())?;
        Ok(((self.path(),), options))
    }

    /// The folder, if it is not the common one.
    #[getter]
    fn path(&self) -> Option<PathBuf> {
        self.persist.folder.clone()
    }

    /// Whether a function's `ttl` counts on the disk.
    #[getter]
    fn ttl(&self) -> bool {
        self.persist.expires
    }

    /// Bytes that the folder may have, if that was given.
    #[getter]
    fn max_size(&self) -> Option<u64> {
        self.persist.max_bytes
    }

    /// Seconds that entries of the folder may be old, if that was given.
    #[getter]
    fn max_age(&self) -> Option<f64> {
        self.persist.max_age.map(|age| age.as_secs_f64())
    }

    /// Whether entries are in memory as well.
    #[getter]
    fn memory(&self) -> bool {
        self.persist.memory
    }

    /// Whether large data may stay in the file, which is mapped.
    #[getter]
    fn memory_map(&self) -> bool {
        self.persist.memory_map
    }

    /// The application's name, if it is not the project's.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.persist.application.as_deref()
    }

    fn __repr__(&self) -> String {
        let persist = &self.persist;
        let mut given = Vec::new();
        let folder = persist.folder.as_ref();
        given.extend(folder.map(|folder| format!("{:?}", folder.display().to_string())));
        given.extend((!persist.expires).then(|| "ttl=False".to_owned()));
        given.extend(persist.max_bytes.map(|bytes| format!("max_size={bytes}")));
        given.extend(self.max_age().map(|age| format!("max_age={age}")));
        given.extend((!persist.memory).then(|| "memory=False".to_owned()));
        given.extend((!persist.memory_map).then(|| "memory_map=False".to_owned()));
        given.extend(self.name().map(|name| format!("name={name:?}")));
        format!("memoxide.Disk({})", given.join(", "))
    }
}
