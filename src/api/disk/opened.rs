//! The namespaces that this process has open: one for each folder and application, whoever uses it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use super::complaint;
use super::tier::Place;
use crate::disk::{Fault, Folder, Namespace, Options, Scope};
use crate::host;
use crate::sync::system::Mutex;

/// A folder that was refused is tried again after so long.
const RETRY: Duration = Duration::from_secs(30);

/// A namespace, and whether it may be used.
pub struct Opened {
    namespace: Namespace,
    folder: Folder,
    /// The forks that led to the process that has opened it.
    forks: u32,
    /// Something was to be cleared that is still there.
    is_muted: AtomicBool,
}

/// What was found of a place.
pub struct Found {
    /// The forks that led to this process: in a child, threads that stayed behind may have locks of its parent's.
    forks: u32,
    settings: u64,
    at: Instant,
    opened: Option<Arc<Opened>>,
}

/// By what names a namespace is known.
#[derive(PartialEq)]
struct Address {
    forks: u32,
    folder: PathBuf,
    max_bytes: Option<u64>,
    max_age: Option<Duration>,
    map_from: Option<u64>,
    key: Option<[u8; 32]>,
    application: String,
}

/// Few, and looked through when something is found anew.
static OPENED: Mutex<Vec<(Address, Arc<Opened>)>> = Mutex::new(Vec::new());
/// The places of all functions that were decorated.
static PLACES: Mutex<Vec<Arc<Place>>> = Mutex::new(Vec::new());

static FORKS: AtomicU32 = AtomicU32::new(0);

/// Notes that this process is the child of a fork.
pub fn after_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

impl Found {
    /// Looks for the namespace of a place. What is wrong with it is said, once.
    pub fn of(py: Python<'_>, place: &Place) -> Self {
        // An app may have a folder of its own.
        let _ = host::find(py);
        let forks = FORKS.load(Ordering::Relaxed);
        let settings = super::settings::version();
        let opened = open(py, place, forks);
        let opened = opened.map_err(|why| {
            complaint::say(
                py,
                &format!("persist keeps entries in memory only, for this process: {why}"),
            );
        });
        Self {
            forks,
            settings,
            at: Instant::now(),
            opened: opened.ok(),
        }
    }

    /// Whether it would be the same now.
    pub fn holds(&self) -> bool {
        self.forks == FORKS.load(Ordering::Relaxed)
            && self.settings == super::settings::version()
            && (self.opened.is_some() || self.at.elapsed() < RETRY)
    }

    /// The namespace, if there is one that may be used.
    pub fn usable(&self) -> Option<&Arc<Opened>> {
        let opened = self.opened.as_ref()?;
        (!opened.is_muted.load(Ordering::Relaxed)).then_some(opened)
    }
}

impl Opened {
    /// The namespace.
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// The folder that it lies in.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Whether this process has opened it. In a child, a thread that stayed behind may have its locks.
    pub fn is_of_this_process(&self) -> bool {
        self.forks == FORKS.load(Ordering::Relaxed)
    }

    /// Removes entries, from this process and all others. Where that cannot be, this one does without the disk: it
    /// must not find again what was cleared.
    pub fn clear(&self, py: Python<'_>, scope: Scope<'_>) {
        if let Err(fault) = py.detach(|| self.namespace.clear(scope)) {
            self.is_muted.store(true, Ordering::Relaxed);
            self.complain_of_clear(py, &fault);
        }
    }

    fn complain_of_clear(&self, py: Python<'_>, fault: &Fault) {
        let folder = self.folder.path().display();
        complaint::say(
            py,
            &format!(
                "Entries in {folder} cannot be cleared, and are not used by this process any \
                 more; others may still use them: {fault}"
            ),
        );
    }
}

fn open(py: Python<'_>, place: &Place, forks: u32) -> Result<Arc<Opened>, String> {
    let settings = super::settings::current();
    let mut options = settings.options()?;
    let folder = match &place.persist.folder {
        Some(folder) => {
            let defaults = Options::default();
            options.max_bytes = place.persist.max_bytes.or(defaults.max_bytes);
            options.max_age = place.persist.max_age;
            folder.clone()
        }
        None => settings.folder()?,
    };
    options.map_from = options.map_from.filter(|_| place.persist.memory_map);
    let named = place.persist.application.clone();
    let application = named
        .or(settings.application)
        .unwrap_or_else(|| place.root.to_string());
    let address = Address {
        forks,
        max_bytes: options.max_bytes,
        max_age: options.max_age,
        map_from: options.map_from,
        key: options.key,
        folder,
        application,
    };
    if let Some(opened) = known(&address) {
        return Ok(opened);
    }
    let folder = py.detach(|| Folder::open(&address.folder, options));
    let folder = folder.map_err(|refusal| refusal.to_string())?;
    let opened = Arc::new(Opened {
        namespace: folder.namespace(&address.application),
        folder,
        forks,
        is_muted: AtomicBool::new(false),
    });
    Ok(add(address, opened))
}

fn known(address: &Address) -> Option<Arc<Opened>> {
    let all = OPENED.lock();
    let found = all.iter().find(|(known, _)| known == address);
    found.map(|(_, opened)| Arc::clone(opened))
}

/// The one that another thread has added meanwhile, or else this.
fn add(address: Address, opened: Arc<Opened>) -> Arc<Opened> {
    let mut all = OPENED.lock();
    if let Some((_, faster)) = all.iter().find(|(known, _)| *known == address) {
        return Arc::clone(faster);
    }
    all.push((address, Arc::clone(&opened)));
    opened
}

/// Notes that a decorated function has this place.
pub fn note(place: Place) -> Arc<Place> {
    let mut all = PLACES.lock();
    if let Some(known) = all.iter().find(|known| ***known == place) {
        return Arc::clone(known);
    }
    let place = Arc::new(place);
    all.push(Arc::clone(&place));
    place
}

/// Removes the entries of all applications that this process has functions of.
pub fn clear_all(py: Python<'_>) {
    let places = PLACES.lock().clone();
    for place in places {
        if let Some(opened) = Found::of(py, &place).usable() {
            opened.clear(py, Scope::All);
        }
    }
}
