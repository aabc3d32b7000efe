//! The folder's key: 32 random bytes beside the namespaces.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use super::directory::{Directory, make_private, rights_of};
use super::fault::Refusal;
use super::look::Rights;
use super::once::make_once;
use super::random;

/// The name of the key file.
pub(super) const KEY: &str = "key";

/// Bytes of a key.
pub const KEY_LENGTH: usize = 32;

/// The key of the folder at `path`, made if there is none.
pub(super) fn load_or_make(
    directory: &Directory,
    path: &Path,
) -> Result<[u8; KEY_LENGTH], Refusal> {
    let path = path.join(KEY);
    if let Some(key) = load(directory, &path)? {
        return Ok(key);
    }
    let key = random::secret::<KEY_LENGTH>().map_err(Refusal::io(&path))?;
    make_once(directory, "", KEY, &key).map_err(Refusal::io(&path))?;
    // Whoever was first, this is what all others read. If it is gone, so is the folder.
    let key = load(directory, &path)?;
    key.ok_or_else(|| Refusal::io(&path)(ErrorKind::NotFound.into()))
}

/// The key of the folder, if it has one.
fn load(directory: &Directory, path: &Path) -> Result<Option<[u8; KEY_LENGTH]>, Refusal> {
    let file = match directory.open_file(KEY) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Refusal::io(path)(error)),
    };
    let rights = rights_of(&file).map_err(Refusal::io(path))?;
    rights.check(path)?;
    if rights.mode & 0o077 != 0 {
        // A copy of a folder may have lost its modes. On a read-only disk that cannot be mended.
        let _ = make_private(&file);
    }
    read(file, path).map(Some)
}

fn read(file: File, path: &Path) -> Result<[u8; KEY_LENGTH], Refusal> {
    let mut bytes = Vec::with_capacity(KEY_LENGTH + 1);
    let mut limited = file.take(KEY_LENGTH as u64 + 1);
    limited.read_to_end(&mut bytes).map_err(Refusal::io(path))?;
    let path = path.to_owned();
    bytes.try_into().map_err(|_| Refusal::Key { path })
}

impl Rights {
    /// Refuses what another user owns or may write to.
    pub(super) fn check(self, path: &Path) -> Result<(), Refusal> {
        let path = path.to_owned();
        if self.owner != self.user {
            let (owner, user) = (self.owner, self.user);
            return Err(Refusal::OtherOwner { path, owner, user });
        }
        if self.mode & 0o022 != 0 {
            let mode = self.mode;
            return Err(Refusal::OthersMayWrite { path, mode });
        }
        Ok(())
    }
}
