//! Files that are made once, by whichever process is the first.

use std::io::{self, ErrorKind, Write as _};

use super::directory::Directory;
use super::lock::wait_briefly;
use super::name::draft_file;
use super::step::{Step, pass};

/// Where the file system knows no second names, this file's lock decides who is the first.
const FIRST: &str = "first.lock";

/// Makes the file at `path` in `folder`, whole and on the disk before it has its name, unless there is one.
pub(super) fn make_once(
    directory: &Directory,
    folder: &str,
    path: &str,
    content: &[u8],
) -> io::Result<()> {
    let draft = draft_file(folder);
    let result =
        write(directory, &draft, content).and_then(|()| give_name(directory, &draft, path));
    // After a rename there is none.
    let _ = directory.remove(&draft);
    result?;
    directory.sync(folder)
}

fn write(directory: &Directory, draft: &str, content: &[u8]) -> io::Result<()> {
    let mut file = directory.create(draft)?;
    pass(Step::Write)?;
    file.write_all(content)?;
    pass(Step::Sync)?;
    file.sync_all()
}

fn give_name(directory: &Directory, draft: &str, path: &str) -> io::Result<()> {
    match directory.link(draft, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        // What Linux and others say of file systems without second names.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::Unsupported | ErrorKind::TooManyLinks
            ) =>
        {
            rename_once(directory, draft, path)
        }
        result => result,
    }
}

fn rename_once(directory: &Directory, draft: &str, path: &str) -> io::Result<()> {
    let first = directory.open_or_create(FIRST)?;
    // Without locks two may both be the first; both read afterwards what the last one wrote.
    wait_briefly(|| first.try_lock());
    let named = match directory.look(path) {
        Ok(_) => Ok(()),
        Err(_) => directory.rename(draft, path),
    };
    // Closing is not enough where a forked child has the file open too.
    let _ = first.unlock();
    named
}
