//! The native stack, which ends before the interpreter's own limit if a user has raised that.

use std::cell::Cell;

use pyo3::exceptions::PyRecursionError;
use pyo3::prelude::*;

/// Bytes that must be left: what it takes until the next one looks.
const NEEDED: usize = if cfg!(debug_assertions) {
    256 * 1024
} else {
    64 * 1024
};

/// Raises before the stack ends, on behalf of `function`. Code that is run for a key may need a key
/// itself, and a call that computes another one.
pub fn check(function: &str) -> PyResult<()> {
    if has_room() {
        return Ok(());
    }
    let message = format!("{function}: too many calls inside of each other");
    Err(PyRecursionError::new_err(message))
}

thread_local! {
    /// Above this address there is room, as far as was found out.
    static ROOM: Cell<usize> = const { Cell::new(usize::MAX) };
}

#[inline]
fn has_room() -> bool {
    let marker = 0_u8;
    let here = std::ptr::from_ref(&marker).addr();
    here > ROOM.get() || finds_room(here)
}

/// Asks for the end of the stack. Of the main thread, the system's library reads it from the list of all mappings,
/// which takes a millisecond where much is loaded: that waits until it is near.
#[cold]
fn finds_room(here: usize) -> bool {
    if let Some(end) = main_threads_end(here) {
        ROOM.set(end.saturating_add(NEEDED));
        if here > ROOM.get() {
            return true;
        }
    }
    let Some(left) = stacker::remaining_stack() else {
        return true;
    };
    ROOM.set(here.saturating_sub(left).saturating_add(NEEDED));
    left > NEEDED
}

/// Where the main thread's stack ends at the earliest, if `here` is on it.
#[cfg(target_os = "linux")]
fn main_threads_end(here: usize) -> Option<usize> {
    use rustix::process::{Resource, getrlimit};

    /// The system keeps at least twice as much free for it, whatever the limit.
    const FREE: u64 = 64 << 20;
    /// The program's path is the first thing on the stack; it is shorter than that.
    const PATH: usize = 8192;

    // SAFETY: it takes a number and returns one.
    let path = unsafe { libc::getauxval(libc::AT_EXECFN) };
    let limit = getrlimit(Resource::Stack).current.unwrap_or(FREE);
    let size = usize::try_from(limit.min(FREE)).ok()?;
    let top = usize::try_from(path).ok()?;
    let used = top.checked_sub(here)?;
    (used < size).then(|| top.saturating_add(PATH).saturating_sub(size))
}

#[cfg(not(target_os = "linux"))]
fn main_threads_end(_here: usize) -> Option<usize> {
    None
}
