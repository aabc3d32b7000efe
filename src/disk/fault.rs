//! What goes wrong with a folder or an entry, each kind by its name.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why an entry was not read or written. It is a miss, or a value that is not kept; never a wrong value.
#[derive(Debug, Error)]
pub enum Fault {
    /// A file without content, as a power failure may leave it.
    #[error("the file is empty")]
    Empty,
    /// Not a file of this library.
    #[error("the file is no cache entry")]
    Foreign,
    /// The file's length is not the one that was written.
    #[error("the file has {found} bytes of {expected}")]
    Length {
        /// Bytes according to the head.
        expected: u64,
        /// Bytes of the file.
        found: u64,
    },
    /// Written by an earlier version of the library.
    #[error("the file has the older format {found}")]
    Older {
        /// The version in the file.
        found: u32,
    },
    /// Written by a later version of the library.
    #[error("the file has the newer format {found}")]
    Newer {
        /// The version in the file.
        found: u32,
    },
    /// The content is not what was written, or was written with another key.
    #[error("the file's content does not match its seal")]
    Seal,
    /// An intact entry that stands where another one belongs.
    #[error("the file is the entry of another call")]
    OtherName,
    /// The head contradicts itself.
    #[error("the file's head is malformed: {0}")]
    Malformed(&'static str),
    /// More bytes than the folder may hold, or than memory has.
    #[error("an entry of {size} bytes is too large")]
    TooLarge {
        /// Bytes of the entry.
        size: u64,
    },
    /// The disk or the quota is full.
    #[error("no space is left while {doing}")]
    Full {
        /// The step that failed.
        doing: &'static str,
    },
    /// The file system is mounted without the right to write.
    #[error("the file system is read-only")]
    ReadOnly,
    /// The permissions of a file or the folder forbid it.
    #[error("permission denied while {doing}")]
    Denied {
        /// The step that failed.
        doing: &'static str,
    },
    /// The folder disappeared, and could not be made again.
    #[error(transparent)]
    Folder(#[from] Refusal),
    /// Anything else that the operating system reports.
    #[error("{doing}: {error}")]
    Io {
        /// The step that failed.
        doing: &'static str,
        /// What the operating system says.
        error: io::Error,
    },
}

/// Why a folder is not used at all.
#[derive(Debug, Error)]
pub enum Refusal {
    /// Something else has the path.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The path in question.
        path: PathBuf,
    },
    /// Another user could replace what lies in it.
    #[error("{} belongs to user {owner}, not to user {user}; choose a folder of your own", path.display())]
    OtherOwner {
        /// The path in question.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who asks.
        user: u32,
    },
    /// Others may write to it.
    #[error("others may write to {} (mode {mode:04o}); chmod go-w makes it safe", path.display())]
    OthersMayWrite {
        /// The path in question.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The key file is not 32 bytes long.
    #[error("{} is no key of 32 bytes; remove it, and the entries beside it are made again", path.display())]
    Key {
        /// The path of the key file.
        path: PathBuf,
    },
    /// The operating system refuses it.
    #[error("{}: {error}", path.display())]
    Io {
        /// The path in question.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
}

impl Fault {
    /// What the operating system reported while `doing` something.
    pub(super) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        use io::ErrorKind as Kind;
        move |error| match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Self::Full { doing },
            Kind::ReadOnlyFilesystem => Self::ReadOnly,
            Kind::PermissionDenied => Self::Denied { doing },
            _ => Self::Io { doing, error },
        }
    }

    /// Whether the file itself is at fault, so that writing the entry anew mends it.
    pub fn is_damage(&self) -> bool {
        !self.is_of_the_place()
    }

    /// Whether the place is at fault: other entries are likely to meet the same.
    pub fn is_of_the_place(&self) -> bool {
        matches!(
            self,
            Self::Full { .. }
                | Self::ReadOnly
                | Self::Denied { .. }
                | Self::Folder(_)
                | Self::Io { .. }
        )
    }

    /// Whether something on the way to the file does not exist.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Io { error, .. } if error.kind() == io::ErrorKind::NotFound)
    }
}

impl Refusal {
    /// Whether something does not exist that was there or was made a moment before.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Io { error, .. } if error.kind() == io::ErrorKind::NotFound)
    }

    pub(super) fn io(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { path, error }
    }
}
