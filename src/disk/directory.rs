//! A directory by its descriptor, and what lies in it by paths from there.
//!
//! The descriptor was checked once, and stays the directory that was checked whatever is renamed above it. What is
//! made in it is for its owner alone, whatever the umask.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::look::{Look, Rights};
use super::step::{Step, pass};

#[derive(Debug)]
pub(super) struct Directory {
    descriptor: OwnedFd,
}

const COMMON: OFlags = OFlags::CLOEXEC
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NOCTTY);

impl Directory {
    /// The directory at `path`; a link to one is none.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        match Self::open_with_flags(path, OFlags::NOFOLLOW) {
            Err(Errno::LOOP) => Err(io::ErrorKind::NotADirectory.into()),
            result => Ok(result?),
        }
    }

    /// The directory at `path`, or that a link there leads to.
    pub(super) fn follow(path: &Path) -> io::Result<Self> {
        Ok(Self::open_with_flags(path, OFlags::empty())?)
    }

    fn open_with_flags(path: &Path, flags: OFlags) -> Result<Self, Errno> {
        let flags = flags | OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let descriptor = fs::open(path, flags, Mode::empty())?;
        Ok(Self { descriptor })
    }

    /// Whose the link at `path` is; none, if it is no link.
    pub(super) fn rights_of_link(path: &Path) -> io::Result<Option<Rights>> {
        let stat = fs::lstat(path)?;
        let is_link = FileType::from_raw_mode(stat.st_mode) == FileType::Symlink;
        Ok(is_link.then(|| rights(&stat)))
    }

    /// Makes the directory at `path` and those above it that are missing.
    pub(super) fn make_all(path: &Path) -> io::Result<()> {
        use std::os::unix::fs::DirBuilderExt as _;
        pass(Step::MakeFolder)?;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)?;
        // A umask may have taken the owner's own rights. Of what another user was faster to make it takes none; that
        // is refused as soon as it is looked at.
        let _ = fs::chmodat(fs::CWD, path, Mode::RWXU, AtFlags::empty());
        Ok(())
    }

    pub(super) fn rights(&self) -> io::Result<Rights> {
        Ok(rights(&fs::fstat(&self.descriptor)?))
    }

    /// Whether its content is on another machine or behind another process, which may take it away at any time.
    pub(super) fn is_remote(&self) -> bool {
        remote::is_remote(&self.descriptor)
    }

    pub(super) fn open_file(&self, path: &str) -> io::Result<File> {
        pass(Step::Open)?;
        // A pipe would be waited for until somebody writes to it.
        self.open_with(path, OFlags::RDONLY | OFlags::NONBLOCK)
    }

    /// A new file for writing; an error if there is one.
    pub(super) fn create(&self, path: &str) -> io::Result<File> {
        pass(Step::Create)?;
        let file = self.open_with(path, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL)?;
        make_private(&file)?;
        Ok(file)
    }

    /// A file for writing, made if there is none.
    pub(super) fn open_or_create(&self, path: &str) -> io::Result<File> {
        pass(Step::Lock)?;
        let file = self.open_with(path, OFlags::RDWR | OFlags::CREATE)?;
        let _ = make_private(&file);
        Ok(file)
    }

    pub(super) fn open_to_write(&self, path: &str) -> io::Result<File> {
        pass(Step::Write)?;
        self.open_with(path, OFlags::RDWR)
    }

    fn open_with(&self, path: &str, flags: OFlags) -> io::Result<File> {
        let file = fs::openat(&self.descriptor, path, flags | COMMON, PRIVATE)?;
        Ok(File::from(file))
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        pass(Step::Rename)?;
        Ok(fs::renameat(&self.descriptor, from, &self.descriptor, to)?)
    }

    /// A second name for a file; an error if it is taken.
    pub(super) fn link(&self, from: &str, to: &str) -> io::Result<()> {
        pass(Step::Rename)?;
        let here = &self.descriptor;
        Ok(fs::linkat(here, from, here, to, AtFlags::empty())?)
    }

    pub(super) fn remove(&self, path: &str) -> io::Result<()> {
        pass(Step::Remove)?;
        Ok(fs::unlinkat(&self.descriptor, path, AtFlags::empty())?)
    }

    pub(super) fn make(&self, path: &str) -> io::Result<()> {
        pass(Step::MakeFolder)?;
        fs::mkdirat(&self.descriptor, path, Mode::RWXU)?;
        // A umask may have taken the owner's own rights.
        fs::chmodat(&self.descriptor, path, Mode::RWXU, AtFlags::empty())?;
        Ok(())
    }

    pub(super) fn remove_directory(&self, path: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.descriptor, path, AtFlags::REMOVEDIR)?)
    }

    /// Makes new names in the directory at `path` outlast a power failure.
    pub(super) fn sync(&self, path: &str) -> io::Result<()> {
        pass(Step::SyncFolder)?;
        Ok(fs::fsync(self.directory(path)?)?)
    }

    /// The names in the directory at `path`.
    pub(super) fn names(&self, path: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for item in fs::Dir::read_from(self.directory(path)?)? {
            // Ours are ASCII; others are nobody's business.
            if let Ok(name) = item?.file_name().to_str()
                && name != "."
                && name != ".."
            {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    fn directory(&self, path: &str) -> io::Result<OwnedFd> {
        let path = if path.is_empty() { "." } else { path };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | COMMON;
        Ok(fs::openat(&self.descriptor, path, flags, Mode::empty())?)
    }

    pub(super) fn look(&self, path: &str) -> io::Result<Look> {
        let stat = fs::statat(&self.descriptor, path, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(look(&stat))
    }
}

const PRIVATE: Mode = Mode::RUSR.union(Mode::WUSR);

/// What is known of an open file.
pub(super) fn look_at(file: &File) -> io::Result<Look> {
    Ok(look(&fs::fstat(file)?))
}

/// Whose an open file is.
pub(super) fn rights_of(file: &File) -> io::Result<Rights> {
    Ok(rights(&fs::fstat(file)?))
}

/// Has the owner alone read and write an open file. A look is cheaper than a change to what it is already.
pub(super) fn make_private(file: &File) -> io::Result<()> {
    if Mode::from_raw_mode(fs::fstat(file)?.st_mode) != PRIVATE {
        fs::fchmod(file, PRIVATE)?;
    }
    Ok(())
}

/// Notes that a file was used at `time`.
pub(super) fn touch(file: &File, time: SystemTime) -> io::Result<()> {
    file.set_modified(time)
}

#[allow(
    clippy::unnecessary_cast,
    clippy::useless_conversion,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_lossless,
    reason = "the types of a stat differ by platform"
)]
fn look(stat: &fs::Stat) -> Look {
    let seconds = stat.st_mtime as i64;
    Look {
        size: stat.st_size as u64,
        // What is not on the disk yet has no blocks there.
        taken: (stat.st_size as u64).max((stat.st_blocks as u64).saturating_mul(512)),
        modified: seconds
            .saturating_mul(1_000_000_000)
            .saturating_add(stat.st_mtime_nsec as i64),
        is_file: FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile,
        identity: (stat.st_dev as u64, stat.st_ino as u64),
        links: stat.st_nlink as u64,
    }
}

#[allow(clippy::unnecessary_cast, clippy::cast_lossless, reason = "as above")]
fn rights(stat: &fs::Stat) -> Rights {
    Rights {
        owner: stat.st_uid,
        user: rustix::process::geteuid().as_raw(),
        mode: stat.st_mode as u32 & 0o7777,
    }
}

#[cfg(target_os = "linux")]
mod remote {
    use std::os::fd::OwnedFd;

    /// NFS, SMB in its three versions, FUSE, 9P, Ceph, Lustre, AFS, GPFS, `BeeGFS`, GFS2, OCFS2, shared folders of
    /// `VirtualBox` and `VMware`, as `statfs` numbers them.
    const REMOTE: [u32; 15] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x6573_5546,
        0x0102_1997,
        0x00c3_6400,
        0x0bd0_0bd0,
        0x5346_414f,
        0x4750_4653,
        0x1983_0326,
        0x0116_1970,
        0x7461_636f,
        0x786f_4256,
        0xbacb_acbc,
    ];

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the numbers have 32 bits, the field has more on some machines"
    )]
    pub(super) fn is_remote(directory: &OwnedFd) -> bool {
        // Who does not know is careful.
        rustix::fs::fstatfs(directory).map_or(true, |stat| REMOTE.contains(&(stat.f_type as u32)))
    }
}

#[cfg(not(target_os = "linux"))]
mod remote {
    pub(super) fn is_remote(_directory: &std::os::fd::OwnedFd) -> bool {
        false
    }
}
