//! The folder as a whole. What concerns one file alone is tested in it.

mod clearing;
mod crash;
mod faults;
mod locks;
mod place;
mod race;
mod sweeping;
mod tamper;
mod values;

use std::path::Path;

use super::{
    Attempt, Codec, Entry, Fault, Folder, Guard, Name, Namespace, Options, Parts, Written, now,
};

const APPLICATION: &str = "an app";

/// The name with this number.
fn name(number: u8) -> Name {
    Name {
        function: [number / 16; 32],
        call: [number; 32],
    }
}

/// Bytes that tell which number they were made for.
fn bytes(number: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new()
        .update(&[number])
        .finalize_xof()
        .fill(&mut bytes);
    bytes
}

fn parts<'a>(payload: &'a [u8], buffers: &'a [&'a [u8]]) -> Parts<'a> {
    Parts {
        created: now(),
        cost: 1_000,
        codec: Codec {
            tag: *b"test",
            version: 3,
        },
        metadata: b"module.function",
        payload,
        buffers,
    }
}

/// Writes a value that [`is_right`] knows.
fn write(namespace: &Namespace, number: u8, length: usize) -> Result<Written, Fault> {
    write_under(namespace, None, number, length)
}

/// The same under a lock.
fn write_under(
    namespace: &Namespace,
    lock: Option<&Guard>,
    number: u8,
    length: usize,
) -> Result<Written, Fault> {
    let payload = bytes(number, length);
    let buffer = bytes(number, length / 2);
    let buffers: [&[u8]; 2] = [&buffer, &[]];
    namespace.write_under(&name(number), &parts(&payload, &buffers), None, lock)
}

/// The lock of an entry that nobody else has.
fn lock(namespace: &Namespace, number: u8) -> Guard {
    match namespace.try_lock(&name(number)).unwrap() {
        Attempt::Owned(guard) => guard,
        _ => panic!("another has the lock"),
    }
}

fn is_right(entry: &Entry, number: u8) -> bool {
    let payload = &entry.payload()[..];
    let buffers: Vec<_> = entry.buffers().collect();
    payload == bytes(number, payload.len())
        && buffers[0][..] == bytes(number, payload.len() / 2)
        && buffers[1].is_empty()
        && entry.name() == name(number)
}

/// Without syncs, which are slow, and of which a test sees nothing.
fn options() -> Options {
    Options {
        sync_from: None,
        ..Options::default()
    }
}

fn open(path: &Path) -> Namespace {
    Folder::open(path, options())
        .unwrap()
        .namespace(APPLICATION)
}

/// All files below `path`.
fn files(path: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for item in std::fs::read_dir(path).unwrap().map(Result::unwrap) {
        if item.file_type().unwrap().is_dir() {
            files.extend(self::files(&item.path()));
        } else {
            files.push(item.path());
        }
    }
    files
}

/// The files of entries.
fn entries(path: &Path) -> Vec<std::path::PathBuf> {
    let mut files = files(path);
    files.retain(|file| file.extension().is_some_and(|end| end == "entry"));
    files
}

/// The files that a writer began.
fn drafts(path: &Path) -> Vec<std::path::PathBuf> {
    let mut files = files(path);
    files.retain(|file| file.to_string_lossy().contains("/.draft-"));
    files
}

/// The lock files of entries.
fn locks(path: &Path) -> Vec<std::path::PathBuf> {
    let mut files = files(path);
    files.retain(|file| file.extension().is_some_and(|end| end == "lock"));
    files.retain(|file| file.parent() != Some(path));
    files
}

/// This test program once more, to run the ignored test `child` of a module with these variables.
fn process(module: &str, variables: &[(&str, &str)]) -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let test = format!("disk::tests::{module}::child");
    command.args(["--exact", &test, "--ignored", "--quiet"]);
    command.envs(variables.iter().copied());
    command.stdout(std::process::Stdio::null());
    command
}

/// A variable of a child.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
