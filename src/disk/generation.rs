//! What tells the processes that something was cleared: a small file of numbers, mapped by all of them.
//!
//! A clear puts new random numbers where the cleared names look. Several names share a number, so that a process
//! may think of a value as cleared that was not: it then finds the entry on the disk, which costs a read. The
//! numbers are random rather than counted, so that two clears at once need no lock, and so that a file which was
//! deleted and made again has none of the old numbers.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::directory::{Directory, look_at};
use super::draft::make_folders;
use super::fault::Fault;
use super::folder::Root;
use super::lock::wait_briefly;
use super::look::Look;
use super::mapping::Numbers;
use super::name::Name;
use super::once::make_once;
use super::random;

/// The name of the file inside of its namespace.
pub(super) const GENERATIONS: &str = "generations";

/// Numbers of all kinds, 32 KiB.
const COUNT: usize = 4096;

/// The first is for the whole namespace, those up to here for functions, the others for calls.
const FIRST_CALL: usize = 1024;

/// Whether the file was deleted is asked at most this often, in nanoseconds: it takes a call of the system.
const LOOKED_EVERY: u64 = 1_000_000_000;

/// What a name's entry is counted to. It is another one after each clear that concerns the name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Generation([u64; 3]);

/// What is cleared.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// One entry.
    Entry(&'a Name),
    /// All entries of a function.
    Function(&'a [u8; 32]),
    /// All entries of a namespace.
    All,
}

/// The numbers of a namespace.
pub(super) struct Board {
    numbers: Numbers,
    file: File,
    opened: Instant,
    /// Nanoseconds from the opening to the last look.
    looked: AtomicU64,
}

impl Board {
    /// The board of a namespace, made if there is none.
    pub(super) fn open(directory: &Directory, namespace: &str) -> Result<Self, Fault> {
        Self::open_or_make(directory, namespace).map_err(Fault::io("opening the generations"))
    }

    fn open_or_make(directory: &Directory, namespace: &str) -> io::Result<Self> {
        let path = path_of(namespace);
        if let Some(board) = Self::find(directory, &path)? {
            return Ok(board);
        }
        make(directory, namespace, &path)?;
        Self::find(directory, &path)?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// The board at `path`. One of another length is of no use, and is removed.
    fn find(directory: &Directory, path: &str) -> io::Result<Option<Self>> {
        // A file that came with a container's image is replaced by a copy once somebody may write to it, and who has
        // opened it before never sees what is written.
        drop(directory.open_to_write(path));
        let file = match directory.open_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            result => result?,
        };
        if look_at(&file)?.size != (COUNT * size_of::<u64>()) as u64 {
            directory.remove(path)?;
            return Ok(None);
        }
        Ok(Some(Self {
            numbers: Numbers::map(&file, COUNT)?,
            file,
            opened: Instant::now(),
            looked: AtomicU64::new(0),
        }))
    }

    /// What the name's entry is counted to now.
    pub(super) fn generation(&self, name: &Name) -> Generation {
        let indices = [
            0,
            index_of_function(&name.function),
            index_of_call(&name.call),
        ];
        Generation(indices.map(|index| self.numbers.get(index)))
    }

    /// Whether other processes still see it, as far as was looked within the last second.
    pub(super) fn is_shared(&self) -> bool {
        let now = u64::try_from(self.opened.elapsed().as_nanos()).unwrap_or(u64::MAX);
        if now.saturating_sub(self.looked.load(Ordering::Relaxed)) < LOOKED_EVERY {
            return true;
        }
        self.looked.store(now, Ordering::Relaxed);
        self.has_name()
    }

    /// Whether the file is still in its folder.
    pub(super) fn has_name(&self) -> bool {
        matches!(look_at(&self.file), Ok(Look { links: 1.., .. }))
    }
}

fn make(directory: &Directory, namespace: &str, path: &str) -> io::Result<()> {
    match make_folders(directory, namespace) {
        Err(Fault::Io { error, .. }) => return Err(error),
        Err(_) => return Err(io::ErrorKind::PermissionDenied.into()),
        Ok(()) => {}
    }
    let mut content = vec![0; COUNT * size_of::<u64>()];
    blake3::Hasher::new_keyed(&random::bytes())
        .finalize_xof()
        .fill(&mut content);
    make_once(directory, namespace, path, &content)
}

/// Tells all processes that the entries of `scope` are gone.
///
/// It is written by the system's call and not through the map: a full disk is an error there, and ends the process
/// here.
pub(super) fn announce(
    directory: &Directory,
    namespace: &str,
    scope: Scope<'_>,
) -> Result<(), Fault> {
    Board::open(directory, namespace)?;
    let index = match scope {
        Scope::All => 0,
        Scope::Function(function) => index_of_function(function),
        Scope::Entry(name) => index_of_call(&name.call),
    };
    write(directory, namespace, index).map_err(Fault::io("announcing a clear"))
}

/// Until it is dropped, no clear is announced: who is not overtaken can give an entry its name.
pub(super) struct Silence(File);

impl Silence {
    /// None where there are no locks, or where those of other machines take from readers what they have mapped.
    pub(super) fn keep(root: &Root, namespace: &str) -> Option<Self> {
        if root.is_remote {
            return None;
        }
        let file = root.directory.open_file(&path_of(namespace)).ok()?;
        wait_briefly(|| file.try_lock_shared()).then_some(Self(file))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // Closing is not enough where a forked child has the file open too.
        let _ = self.0.unlock();
    }
}

fn path_of(namespace: &str) -> String {
    format!("{namespace}/{GENERATIONS}")
}

fn write(directory: &Directory, namespace: &str, index: usize) -> io::Result<()> {
    let file = directory.open_to_write(&path_of(namespace))?;
    let is_locked = !directory.is_remote() && wait_briefly(|| file.try_lock());
    let written = write_at(&file, index);
    if is_locked {
        let _ = file.unlock();
    }
    written
}

fn write_at(mut file: &File, index: usize) -> io::Result<()> {
    file.seek(SeekFrom::Start((index * size_of::<u64>()) as u64))?;
    file.write_all(&random::bytes::<8>())
}

fn index_of_function(function: &[u8; 32]) -> usize {
    1 + low(function) % (FIRST_CALL - 1)
}

fn index_of_call(call: &[u8; 32]) -> usize {
    FIRST_CALL + low(call) % (COUNT - FIRST_CALL)
}

/// Digests are random enough as they are.
fn low(digest: &[u8; 32]) -> usize {
    usize::from(u16::from_le_bytes([digest[0], digest[1]]))
}
