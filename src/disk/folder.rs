//! A folder that was checked, its key and its options.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::directory::Directory;
use super::fault::{Fault, Refusal};
use super::key_file::{self, KEY_LENGTH};
use super::namespace::Namespace;
use super::once::make_once;
use super::seal::Sealer;
use super::sweep::Due;
use crate::sync::system::{Mutex, RwLock};

/// Tells backup programs to leave the folder out, by the convention of bford.info/cachedir.
const CACHE_TAG: (&str, &[u8]) = (
    "CACHEDIR.TAG",
    b"Signature: 8a477f597d28d172789f06886806bc55\n# A cache of memoxide; it may be deleted.\n",
);

/// Who may do anything anyway.
const ROOT: u32 = 0;

/// What is up to the user.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bytes of all entries; sweeping removes what was used least recently. No entry is larger.
    pub max_bytes: Option<u64>,
    /// Older entries are misses, and are swept.
    pub max_age: Option<Duration>,
    /// Entries of so many bytes are mapped instead of read, on file systems of this machine.
    pub map_from: Option<u64>,
    /// Entries that took so long to compute survive a power failure; others may be lost by one, and are found to be.
    pub sync_from: Option<Duration>,
    /// Payloads of so many bytes are compressed if they shrink.
    pub compress_from: Option<usize>,
    /// The key, if it is not to lie in the folder.
    pub key: Option<[u8; KEY_LENGTH]>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_bytes: Some(10 << 30),
            max_age: None,
            map_from: Some(1 << 20),
            sync_from: Some(Duration::from_millis(100)),
            compress_from: Some(4096),
            key: None,
        }
    }
}

/// A folder of entries, which other processes may use at the same time.
#[derive(Clone)]
pub struct Folder {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    options: Options,
    root: RwLock<Arc<Root>>,
    due: Mutex<Due>,
}

/// The directory as it was found, and what its entries are sealed with.
pub(super) struct Root {
    pub directory: Directory,
    pub sealer: Sealer,
    pub map_from: Option<u64>,
    /// Other machines may use it.
    pub is_remote: bool,
    secret: [u8; KEY_LENGTH],
}

impl Folder {
    /// Opens the folder at `path`, which is made for its owner alone if it does not exist.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, Refusal> {
        let given = path.as_ref();
        // Where the process goes later must not change which folder it is.
        let path = std::path::absolute(given).map_err(Refusal::io(given))?;
        // A slash at the end would follow a link.
        let path: PathBuf = path.components().collect();
        let root = RwLock::new(Arc::new(Root::open(&path, &options)?));
        let shared = Shared {
            path,
            options,
            root,
            due: Mutex::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// The entries of one application.
    pub fn namespace(&self, application: &str) -> Namespace {
        Namespace::new(self.clone(), application)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// What it was opened with.
    pub fn options(&self) -> &Options {
        &self.shared.options
    }

    pub(super) fn due(&self) -> &Mutex<Due> {
        &self.shared.due
    }

    pub(super) fn root(&self) -> Arc<Root> {
        self.shared.root.read().clone()
    }

    /// Runs `operation`, once more in a new folder if the old one was deleted.
    pub(super) fn insist<T>(
        &self,
        operation: impl Fn(&Root) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        match operation(&self.root()) {
            Err(fault) if fault.is_missing() => operation(&*self.reopen()?),
            result => result,
        }
    }

    /// Opens whatever folder has the path now.
    pub(super) fn reopen(&self) -> Result<Arc<Root>, Refusal> {
        let root = Arc::new(Root::open(self.path(), self.options())?);
        *self.shared.root.write() = root.clone();
        Ok(root)
    }

    /// The folder anew, if another key was put into it since `root` was opened.
    pub(super) fn reopen_for_new_key(&self, root: &Root) -> Option<Arc<Root>> {
        let new = Root::open(self.path(), self.options()).ok()?;
        if new.secret == root.secret {
            return None;
        }
        let new = Arc::new(new);
        *self.shared.root.write() = new.clone();
        Some(new)
    }
}

/// Whoever removes a folder again and again, as soon as it is made, has it so.
const ATTEMPTS: usize = 8;

impl Root {
    /// Opens the folder, and begins anew if somebody removes it meanwhile.
    fn open(path: &Path, options: &Options) -> Result<Self, Refusal> {
        for _ in 1..ATTEMPTS {
            match Self::try_open(path, options) {
                Err(refusal) if refusal.is_missing() => {}
                result => return result,
            }
        }
        Self::try_open(path, options)
    }

    fn try_open(path: &Path, options: &Options) -> Result<Self, Refusal> {
        let directory = open_or_make(path)?;
        let rights = directory.rights().map_err(Refusal::io(path))?;
        rights.check(path)?;
        let secret = match options.key {
            Some(key) => key,
            None => key_file::load_or_make(&directory, path)?,
        };
        if directory.look(CACHE_TAG.0).is_err() {
            // It serves other programs only.
            let _ = make_once(&directory, "", CACHE_TAG.0, CACHE_TAG.1);
        }
        let is_remote = directory.is_remote();
        Ok(Self {
            sealer: Sealer::new(&secret),
            directory,
            map_from: options.map_from.filter(|_| !is_remote),
            is_remote,
            secret,
        })
    }
}

fn open_or_make(path: &Path) -> Result<Directory, Refusal> {
    match Directory::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Directory::make_all(path).map_err(Refusal::io(path))?;
            Directory::open(path).map_err(Refusal::io(path))
        }
        Err(error) if error.kind() == ErrorKind::NotADirectory => follow(path),
        result => result.map_err(Refusal::io(path)),
    }
}

/// The directory that a link leads to, unless another user has made the link: that one chooses where it leads.
fn follow(path: &Path) -> Result<Directory, Refusal> {
    let link = Directory::rights_of_link(path).map_err(Refusal::io(path))?;
    let path_of = || path.to_owned();
    let Some(link) = link else {
        return Err(Refusal::NotAFolder { path: path_of() });
    };
    if ![link.user, ROOT].contains(&link.owner) {
        return Err(Refusal::OtherOwner {
            path: path_of(),
            owner: link.owner,
            user: link.user,
        });
    }
    match Directory::follow(path) {
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            Err(Refusal::NotAFolder { path: path_of() })
        }
        result => result.map_err(Refusal::io(path)),
    }
}
