//! What a sweep removes, and what it does not.

use std::time::{Duration, SystemTime};

use super::super::{Pace, Scope, Swept};
use super::*;

const HOUR: i64 = 3_600_000_000_000;

fn folder_with(path: &Path, max_bytes: Option<u64>, max_age: Option<Duration>) -> Folder {
    let options = Options {
        max_bytes,
        max_age,
        ..options()
    };
    Folder::open(path, options).unwrap()
}

fn sweep(folder: &Folder, pace: Pace, after: i64) -> Swept {
    folder.sweep_at(pace, now() + after).unwrap().unwrap()
}

/// Makes the entry look as if it was used so many seconds from now.
fn set_used(namespace: &Namespace, path: &Path, number: u8, ago: i64) {
    let call = super::super::name::hex(&name(number).call);
    let mut files = entries(path);
    files.retain(|file| file.to_string_lossy().contains(&call));
    let seconds = Duration::from_secs(ago.unsigned_abs());
    let time = match ago {
        0.. => SystemTime::now() - seconds,
        _ => SystemTime::now() + seconds,
    };
    let file = std::fs::File::options()
        .write(true)
        .open(&files[0])
        .unwrap();
    file.set_modified(time).unwrap();
    assert_eq!(namespace.application(), APPLICATION);
}

fn present(namespace: &Namespace, numbers: std::ops::Range<u8>) -> Vec<u8> {
    numbers
        .filter(|number| namespace.read(&name(*number)).unwrap().is_some())
        .collect()
}

#[test]
fn what_was_used_least_recently_goes_first() {
    let path = tempfile::tempdir().unwrap();
    let folder = folder_with(path.path(), Some(20_000), None);
    let namespace = folder.namespace(APPLICATION);
    for number in 0..20 {
        write(&namespace, number, 1000).unwrap();
        set_used(&namespace, path.path(), number, 1000 - i64::from(number));
    }
    // A read is a use.
    namespace.read(&name(0)).unwrap().unwrap();
    let swept = sweep(&folder, Pace::Careful, 0);
    assert!(
        swept.kept.bytes <= 18_000 && swept.kept.bytes > 15_000,
        "{swept:?}"
    );
    assert_eq!(swept.kept.entries + swept.evicted.entries, 20);
    let kept = present(&namespace, 0..20);
    assert_eq!(kept.len() as u64, swept.kept.entries);
    assert_eq!(kept[0], 0);
    assert_eq!(
        kept[1..],
        (20 - u8::try_from(kept.len()).unwrap() + 1..20).collect::<Vec<_>>()
    );
    assert_eq!(sweep(&folder, Pace::Careful, 0).evicted.entries, 0);
}

#[test]
fn what_is_too_old_is_a_miss_and_goes() {
    let path = tempfile::tempdir().unwrap();
    let folder = folder_with(path.path(), None, Some(Duration::from_secs(3600)));
    let namespace = folder.namespace(APPLICATION);
    let mut old = parts(b"old", &[]);
    old.created -= 2 * HOUR;
    namespace.write(&name(1), &old, None).unwrap();
    write(&namespace, 2, 10).unwrap();
    assert_eq!(present(&namespace, 0..9), [2]);
    let swept = sweep(&folder, Pace::Careful, 0);
    assert_eq!((swept.expired.entries, swept.kept.entries), (1, 1));
}

#[test]
fn a_clock_that_jumps_ahead_does_not_empty_the_folder() {
    let path = tempfile::tempdir().unwrap();
    let folder = folder_with(path.path(), None, Some(Duration::from_secs(3600)));
    let namespace = folder.namespace(APPLICATION);
    for number in 0..20 {
        write(&namespace, number, 10).unwrap();
    }
    let swept = sweep(&folder, Pace::Careful, 1000 * HOUR);
    assert_eq!((swept.expired.entries, swept.kept.entries), (10, 10));
    // If it did not jump, all are gone after a few sweeps, or at once where a user wants it.
    assert_eq!(sweep(&folder, Pace::Careful, 1000 * HOUR).kept.entries, 5);
    assert_eq!(sweep(&folder, Pace::Thorough, 1000 * HOUR).kept.entries, 0);
}

#[test]
fn what_comes_from_the_future_goes_too() {
    let path = tempfile::tempdir().unwrap();
    let folder = folder_with(path.path(), Some(9_000), Some(Duration::from_secs(3600)));
    let namespace = folder.namespace(APPLICATION);
    let mut future = parts(b"future", &[]);
    future.created += 1000 * HOUR;
    namespace.write(&name(1), &future, None).unwrap();
    assert!(present(&namespace, 0..9).is_empty());
    assert_eq!(sweep(&folder, Pace::Careful, 0).expired.entries, 1);
    // Used in the future counts as used now, and later uses are later.
    write(&namespace, 2, 1000).unwrap();
    set_used(&namespace, path.path(), 2, -1_000_000);
    sweep(&folder, Pace::Careful, 0);
    set_used(&namespace, path.path(), 2, 1);
    write(&namespace, 3, 1000).unwrap();
    write(&namespace, 4, 1000).unwrap();
    sweep(&folder, Pace::Careful, 0);
    assert_eq!(present(&namespace, 0..9), [4]);
}

#[test]
fn a_time_from_the_future_is_put_right() {
    let path = tempfile::tempdir().unwrap();
    let folder = folder_with(path.path(), None, None);
    let namespace = folder.namespace(APPLICATION);
    for uses in [
        |namespace: &Namespace| drop(namespace.read(&name(1)).unwrap()),
        |_: &Namespace| (),
    ] {
        write(&namespace, 1, 10).unwrap();
        set_used(&namespace, path.path(), 1, -1_000_000);
        uses(&namespace);
        sweep(&folder, Pace::Careful, 0);
        let used = folder.entries(true).unwrap().next().unwrap().used;
        assert!(now().abs_diff(used) < 10_000_000_000);
    }
}

#[test]
fn drafts_and_locks_of_the_dead_go_and_those_of_the_living_stay() {
    let path = tempfile::tempdir().unwrap();
    let folder = folder_with(path.path(), None, None);
    let namespace = folder.namespace(APPLICATION);
    write(&namespace, 1, 10).unwrap();
    let Attempt::Owned(guard) = namespace.try_lock(&name(1)).unwrap() else {
        panic!("nobody else is there")
    };
    let function = entries(path.path())[0].parent().unwrap().to_owned();
    let abandoned = function.join(".draft-1");
    std::fs::write(&abandoned, "half").unwrap();
    std::fs::write(path.path().join(".draft-2"), "half").unwrap();
    std::fs::write(function.join(format!("{}.lock", "ab".repeat(32))), "").unwrap();
    let held = function.join(".draft-3");
    let writer = std::fs::File::create(&held).unwrap();
    writer.lock().unwrap();
    // A draft that was made just now may not have its lock yet.
    assert_eq!(sweep(&folder, Pace::Careful, 0).left_over, 1);
    assert_eq!(sweep(&folder, Pace::Careful, HOUR).left_over, 2);
    assert!(held.exists() && !abandoned.exists());
    assert!(matches!(namespace.try_lock(&name(1)), Ok(Attempt::Busy)));
    drop(guard);
    assert!(matches!(
        namespace.try_lock(&name(1)),
        Ok(Attempt::Owned(_))
    ));
}

#[test]
fn empty_folders_go_and_are_made_again() {
    let path = tempfile::tempdir().unwrap();
    let folder = folder_with(path.path(), None, None);
    let namespace = folder.namespace(APPLICATION);
    write(&namespace, 1, 10).unwrap();
    let function = entries(path.path())[0].parent().unwrap().to_owned();
    namespace.clear(Scope::All).unwrap();
    sweep(&folder, Pace::Careful, 0);
    assert!(!function.exists());
    write(&namespace, 1, 10).unwrap();
    assert_eq!(present(&namespace, 0..9), [1]);
}

#[test]
fn a_sweep_is_due_at_first_and_after_much_was_written() {
    let path = tempfile::tempdir().unwrap();
    let folder = folder_with(path.path(), Some(100_000), None);
    let namespace = folder.namespace(APPLICATION);
    assert!(folder.sweep_if_due().unwrap().is_some());
    assert!(folder.sweep_if_due().unwrap().is_none());
    write(&namespace, 1, 10_000).unwrap();
    assert!(folder.sweep_if_due().unwrap().is_some());
    // Another process knows from the sweeper's file.
    let other = folder_with(path.path(), Some(100_000), None);
    assert!(other.sweep_if_due().unwrap().is_none());
}

#[test]
fn files_of_others_stay() {
    let path = tempfile::tempdir().unwrap();
    let folder = folder_with(path.path(), Some(1), Some(Duration::ZERO));
    let foreign = ["notes.txt", "a-b/notes.txt", "a-b/x.entry", "key-2"];
    std::fs::create_dir(path.path().join("a-b")).unwrap();
    for file in foreign {
        std::fs::write(path.path().join(file), "x").unwrap();
    }
    sweep(&folder, Pace::Thorough, HOUR);
    folder.clear().unwrap_or_default();
    for file in foreign {
        assert!(path.path().join(file).exists(), "{file}");
    }
}

#[test]
fn a_bound_is_of_what_the_file_system_takes() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        max_bytes: Some(100_000),
        ..options()
    };
    let opened = Folder::open(folder.path(), options).unwrap();
    for number in 1..=100 {
        write(&opened.namespace(APPLICATION), number, 10).unwrap();
    }
    let swept = opened.sweep(Pace::Thorough).unwrap().unwrap();
    assert!(swept.kept.bytes <= 100_000);
    let taken = |file: &std::path::PathBuf| {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata(file).unwrap().blocks() * 512
    };
    let left = entries(folder.path());
    assert_eq!(left.len() as u64, swept.kept.entries);
    assert!(left.iter().map(taken).sum::<u64>() <= 100_000);
    assert_eq!(opened.count().unwrap(), swept.kept);
}
