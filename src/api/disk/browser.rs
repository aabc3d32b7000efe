//! A folder as the command line shows it.

use std::path::PathBuf;

use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::settings;
use crate::api::options;
use crate::disk::{Fault, Folder, Listed, Pace, Refusal, Removed, Scope};

/// Nanoseconds of a second.
const SECOND: f64 = 1e9;

/// A folder of entries, of all applications.
#[pyclass(frozen, module = "memoxide")]
pub struct CacheFolder {
    folder: Folder,
}

/// An entry as it was listed.
#[pyclass(frozen, module = "memoxide")]
pub struct CacheEntry {
    listed: Listed,
}

#[pymethods]
impl CacheFolder {
    #[new]
    #[pyo3(signature = (path=None, *, max_size=None, max_age=None))]
    fn new(
        py: Python<'_>,
        path: Option<PathBuf>,
        max_size: Option<&Bound<'_, PyAny>>,
        max_age: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let path = match path {
            Some(path) => path,
            None => common_folder()?,
        };
        let mut folder_options = settings::current().options().map_err(PyOSError::new_err)?;
        folder_options.max_bytes = match max_size {
            Some(size) => options::bytes("max_size", size)?,
            None => None,
        };
        folder_options.max_age = match max_age {
            Some(age) => options::duration("max_age", age)?,
            None => None,
        };
        let folder = py.detach(|| Folder::open(&path, folder_options));
        Ok(Self {
            folder: folder.map_err(refused)?,
        })
    }

    /// Where it is.
    #[getter]
    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// All entries; one function's follow each other. Unless they are checked, what they say may be forged.
    #[pyo3(signature = (*, checked=true))]
    fn entries(&self, py: Python<'_>, checked: bool) -> PyResult<Vec<CacheEntry>> {
        let listed = || self.folder.entries(checked).map(Iterator::collect);
        let entries: Result<Vec<_>, _> = py.detach(listed);
        let entries = entries.map_err(failed)?.into_iter();
        Ok(entries.map(|listed| CacheEntry { listed }).collect())
    }

    /// What is wrong with an entry; `None` if it is what was written.
    fn verify(&self, py: Python<'_>, entry: &CacheEntry) -> Option<String> {
        let verified = py.detach(|| self.folder.verify(&entry.listed));
        verified.err().map(|fault| fault.to_string())
    }

    /// How an entry is made up, once its seal is found to be right.
    fn inspect<'py>(&self, py: Python<'py>, entry: &CacheEntry) -> PyResult<Bound<'py, PyDict>> {
        let Some(described) = &entry.listed.description else {
            return Err(PyOSError::new_err("the file cannot be read as an entry"));
        };
        let namespace = self.folder.namespace(&described.namespace);
        let read = py
            .detach(|| namespace.peek(&described.name))
            .map_err(failed)?;
        let Some(read) = read else {
            return Err(PyOSError::new_err("the entry is gone"));
        };
        let buffers: Vec<usize> = read.buffers().map(|buffer| buffer.len()).collect();
        let parts = PyDict::new(py);
        parts.set_item("codec", codec(described.codec.tag, described.codec.version))?;
        parts.set_item("payload", read.payload().len())?;
        parts.set_item("buffers", buffers)?;
        Ok(parts)
    }

    /// Removes an entry's file; returns whether it was there. Memory is left alone.
    fn remove(&self, py: Python<'_>, entry: &CacheEntry) -> PyResult<bool> {
        let removed = py.detach(|| self.folder.remove(&entry.listed));
        Ok(removed.map_err(failed)?.entries > 0)
    }

    /// Clears an entry, here and in the memory of all processes.
    fn clear(&self, py: Python<'_>, entry: &CacheEntry) -> PyResult<bool> {
        let Some(described) = &entry.listed.description else {
            return self.remove(py, entry);
        };
        let namespace = self.folder.namespace(&described.namespace);
        let removed = py.detach(|| namespace.clear(Scope::Entry(&described.name)));
        Ok(removed.map_err(failed)?.entries > 0)
    }

    /// How many entries there are, and the bytes that they take.
    fn count(&self, py: Python<'_>) -> PyResult<(u64, u64)> {
        Ok(figures(py.detach(|| self.folder.count()).map_err(failed)?))
    }

    /// Clears all entries of all applications; returns how many, and their bytes.
    fn clear_all(&self, py: Python<'_>) -> PyResult<(u64, u64)> {
        Ok(figures(py.detach(|| self.folder.clear()).map_err(failed)?))
    }

    /// Removes what is too old, too much, or left over by processes that are gone; returns entries and bytes of the
    /// first two, and the number of the last. `None`: another process is at it.
    fn sweep(&self, py: Python<'_>) -> PyResult<Option<(u64, u64, u64)>> {
        let swept = py
            .detach(|| self.folder.sweep(Pace::Thorough))
            .map_err(failed)?;
        Ok(swept.map(|swept| {
            let mut removed = swept.expired;
            removed += swept.evicted;
            let (entries, bytes) = figures(removed);
            (entries, bytes, swept.left_over)
        }))
    }
}

#[pymethods]
impl CacheEntry {
    /// The file, from the folder.
    #[getter]
    fn path(&self) -> &str {
        &self.listed.path
    }

    /// Bytes of the file.
    #[getter]
    fn size(&self) -> u64 {
        self.listed.size
    }

    /// Seconds from the beginning of 1970 to the last use, to the minute.
    #[getter]
    fn used(&self) -> f64 {
        seconds(self.listed.used)
    }

    /// How often it was read, of which once a minute is counted.
    #[getter]
    fn hits(&self) -> Option<u64> {
        self.listed.hits
    }

    /// Whether the file is an entry, as far as it was checked.
    #[getter]
    fn is_readable(&self) -> bool {
        self.listed.description.is_some()
    }

    /// The application's name.
    #[getter]
    fn application(&self) -> Option<&str> {
        let described = self.listed.description.as_ref()?;
        Some(&described.namespace)
    }

    /// The function: module and qualified name.
    #[getter]
    fn function(&self) -> Option<String> {
        let described = self.listed.description.as_ref()?;
        Some(String::from_utf8_lossy(&described.metadata).into_owned())
    }

    /// The digest of the function, in hexadecimal digits.
    #[getter]
    fn digest(&self) -> Option<String> {
        let described = self.listed.description.as_ref()?;
        Some(hexadecimal(&described.name.function))
    }

    /// The key of the call, as `f.key()` gives it.
    #[getter]
    fn key(&self) -> Option<String> {
        let described = self.listed.description.as_ref()?;
        Some(hexadecimal(&described.name.call))
    }

    /// Seconds from the beginning of 1970 to the entry's creation.
    #[getter]
    fn created(&self) -> Option<f64> {
        let described = self.listed.description.as_ref()?;
        Some(seconds(described.created))
    }

    /// Seconds that the computation took.
    #[getter]
    #[expect(clippy::cast_precision_loss, reason = "exact up to three months")]
    fn cost(&self) -> Option<f64> {
        let described = self.listed.description.as_ref()?;
        Some(described.cost as f64 / SECOND)
    }
}

/// The common folder, as functions of this process use it.
#[pyfunction]
pub fn cache_folder() -> PyResult<PathBuf> {
    common_folder()
}

fn common_folder() -> PyResult<PathBuf> {
    settings::current().folder().map_err(PyOSError::new_err)
}

fn figures(removed: Removed) -> (u64, u64) {
    (removed.entries, removed.bytes)
}

fn codec(tag: [u8; 4], version: u32) -> String {
    format!("{} {version}", tag.escape_ascii())
}

fn hexadecimal(digest: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*digest).to_hex().to_string()
}

#[expect(clippy::cast_precision_loss, reason = "exact to a microsecond")]
fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / SECOND
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn failed(fault: Fault) -> PyErr {
    PyOSError::new_err(fault.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn refused(refusal: Refusal) -> PyErr {
    PyOSError::new_err(refusal.to_string())
}
