//! What holds for the disk in the whole process: `memoxide.configure()` and the environment.

use std::env;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pyo3::prelude::*;

use crate::api::options;
use crate::disk::{self, KEY_LENGTH};
use crate::error::Result;
use crate::sync::system::Mutex;

/// What was configured; the environment or the platform decides the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The folder of those that are given none.
    pub folder: Option<PathBuf>,
    /// Its bytes; the inner `None` is no bound.
    pub max_bytes: Option<Option<u64>>,
    /// The age of its entries; the inner `None` is no bound.
    pub max_age: Option<Option<Duration>>,
    /// The application's name.
    pub application: Option<String>,
    /// The folder where neither the user nor the environment names one.
    pub fallback: Option<PathBuf>,
}

static SETTINGS: Mutex<Settings> = Mutex::new(Settings {
    folder: None,
    max_bytes: None,
    max_age: None,
    application: None,
    fallback: None,
});

/// Counts the changes.
static VERSION: AtomicU64 = AtomicU64::new(0);

/// A number that is another after each change.
pub fn version() -> u64 {
    VERSION.load(Ordering::Acquire)
}

/// The present settings.
pub fn current() -> Settings {
    SETTINGS.lock().clone()
}

/// Changes what is given, and leaves the rest.
pub fn change(given: Settings) {
    let mut settings = SETTINGS.lock();
    let old = std::mem::take(&mut *settings);
    *settings = Settings {
        folder: given.folder.or(old.folder),
        max_bytes: given.max_bytes.or(old.max_bytes),
        max_age: given.max_age.or(old.max_age),
        application: given.application.or(old.application),
        fallback: old.fallback,
    };
    VERSION.fetch_add(1, Ordering::Release);
}

/// Takes the platform's place with another folder, or gives it back: what surrounds the process, such as
/// an app, may have its own.
#[pyfunction]
pub fn set_default_folder(folder: Option<PathBuf>) {
    SETTINGS.lock().fallback = folder;
    VERSION.fetch_add(1, Ordering::Release);
}

impl Settings {
    /// What was given to `configure`; none, if nothing was.
    pub fn given(
        folder: Option<PathBuf>,
        max_size: Option<&Bound<'_, PyAny>>,
        max_age: Option<&Bound<'_, PyAny>>,
        application: Option<String>,
    ) -> Result<Option<Self>> {
        let settings = Self {
            // Where the process goes later must not change which folder it is.
            folder: folder
                .map(std::path::absolute)
                .transpose()
                .map_err(PyErr::from)?,
            max_bytes: max_size
                .map(|size| options::bound("disk_max_size", size))
                .transpose()?,
            max_age: max_age
                .map(|age| options::duration("disk_max_age", age))
                .transpose()?,
            application,
            fallback: None,
        };
        let is_given = settings != Self::default();
        Ok(is_given.then_some(settings))
    }

    /// The common folder.
    pub fn folder(&self) -> std::result::Result<PathBuf, String> {
        if let Some(folder) = &self.folder {
            return Ok(folder.clone());
        }
        if let Some(folder) = env::var_os("MEMOXIDE_CACHE_DIR").filter(|path| !path.is_empty()) {
            return Ok(from_origin(folder.into()));
        }
        self.fallback
            .clone()
            .or_else(platform_folder)
            .ok_or_else(|| {
                "this user has no home folder; set MEMOXIDE_CACHE_DIR, or \
             memoxide.configure(cache_dir=...)"
                    .to_owned()
            })
    }

    /// The options of the common folder.
    pub fn options(&self) -> std::result::Result<disk::Options, String> {
        let defaults = disk::Options::default();
        Ok(disk::Options {
            max_bytes: self.max_bytes.unwrap_or(defaults.max_bytes),
            max_age: self.max_age.unwrap_or(defaults.max_age),
            key: key()?,
            ..defaults
        })
    }
}

/// Where the process was when it loaded this library.
static ORIGIN: LazyLock<Option<PathBuf>> = LazyLock::new(|| env::current_dir().ok());

/// Notes where the process is: what its environment says counts from there, wherever it goes later.
pub fn note_origin() {
    LazyLock::force(&ORIGIN);
}

fn from_origin(path: PathBuf) -> PathBuf {
    match &*ORIGIN {
        Some(origin) => origin.join(path),
        None => path,
    }
}

/// The user's folder for caches, as the platform has it.
fn platform_folder() -> Option<PathBuf> {
    let absolute = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if cfg!(windows) {
        return Some(absolute("LOCALAPPDATA")?.join("memoxide").join("Cache"));
    }
    let home = || env::home_dir().filter(|path| path.is_absolute());
    if cfg!(target_os = "macos") {
        return Some(home()?.join("Library/Caches/memoxide"));
    }
    let caches = absolute("XDG_CACHE_HOME").or_else(|| Some(home()?.join(".cache")));
    Some(caches?.join("memoxide"))
}

/// The key from the environment, if there is one.
fn key() -> std::result::Result<Option<[u8; KEY_LENGTH]>, String> {
    let Some(digits) = env::var_os("MEMOXIDE_DISK_KEY").filter(|digits| !digits.is_empty()) else {
        return Ok(None);
    };
    let key = digits
        .to_str()
        .and_then(|digits| blake3::Hash::from_hex(digits.trim()).ok());
    match key {
        Some(key) => Ok(Some(*key.as_bytes())),
        None => Err("MEMOXIDE_DISK_KEY must be 64 hexadecimal digits".to_owned()),
    }
}
