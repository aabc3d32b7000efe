//! How often an entry was read, as an attribute of its file: it goes with the file, and no byte of the entry changes.
//!
//! It is counted when the use is noted, so at most once a minute, and two processes that count at once may count one.
//! It is shown to users, and nothing else depends on it.

use std::fs::File;

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
mod attribute {
    use rustix::fs::{XattrFlags, fgetxattr, fsetxattr};
    use rustix::io::Errno;

    use super::File;

    const NAME: &str = "user.memoxide.hits";

    /// What a file without the attribute says, on systems of either kind.
    const ABSENT: Errno = if cfg!(target_os = "linux") {
        Errno::NODATA
    } else {
        // `ENOATTR`
        Errno::from_raw_os_error(93)
    };

    pub fn read(file: &File) -> Option<u64> {
        let mut bytes = [0; size_of::<u64>()];
        match fgetxattr(file, NAME, &mut bytes[..]) {
            Ok(length) if length == bytes.len() => Some(u64::from_le_bytes(bytes)),
            Ok(_) | Err(ABSENT) => Some(0),
            Err(_) => None,
        }
    }

    pub fn write(file: &File, hits: u64) {
        // A disk that is full or read-only has an older number.
        let _ = fsetxattr(file, NAME, &hits.to_le_bytes(), XattrFlags::empty());
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
mod attribute {
    use super::File;

    pub fn read(_file: &File) -> Option<u64> {
        None
    }

    pub fn write(_file: &File, _hits: u64) {}
}

/// The hits of an entry; none where files have no attributes.
pub(super) fn read(file: &File) -> Option<u64> {
    attribute::read(file)
}

/// Counts a hit.
pub(super) fn count(file: &File) {
    if let Some(hits) = read(file) {
        attribute::write(file, hits.saturating_add(1));
    }
}
