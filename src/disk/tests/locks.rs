//! The right to compute an entry, and the file that becomes the entry.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::time::Duration;

use super::super::name::{entry_file, function_folder, namespace_folder};
use super::super::step::{Action, Step, with};
use super::super::write::Target;
use super::*;

const NO_SPACE: i32 = 28;

#[test]
fn names_have_locks_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    let first = namespace.try_lock(&name(1)).unwrap();
    assert!(matches!(
        namespace.try_lock(&name(2)),
        Ok(Attempt::Owned(_))
    ));
    let limit = Duration::from_millis(20);
    assert!(matches!(
        namespace.lock_within(&name(1), limit),
        Ok(Attempt::Busy)
    ));
    drop(first);
    assert!(matches!(
        namespace.try_lock(&name(1)),
        Ok(Attempt::Owned(_))
    ));
}

#[test]
fn the_file_of_the_lock_becomes_the_entry() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    write(&namespace, 1, 300).unwrap();
    let guard = lock(&namespace, 1);
    let inode = locks(folder.path())[0].metadata().unwrap().ino();
    assert!(guard.holds());
    write_under(&namespace, Some(&guard), 1, 200).unwrap();
    let entry = &entries(folder.path())[0].metadata().unwrap();
    assert_eq!(entry.ino(), inode);
    assert_eq!(entry.permissions().mode() & 0o777, 0o600);
    assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
    assert!(locks(folder.path()).is_empty());
    assert!(!guard.holds());
}

#[test]
fn who_comes_after_the_entry_has_a_lock_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    let first = lock(&namespace, 1);
    write_under(&namespace, Some(&first), 1, 200).unwrap();
    let second = lock(&namespace, 1);
    drop(first);
    assert_eq!(locks(folder.path()).len(), 1);
    assert!(matches!(namespace.try_lock(&name(1)), Ok(Attempt::Busy)));
    assert!(second.holds());
}

#[test]
fn an_entry_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    let guard = lock(&namespace, 1);
    write_under(&namespace, Some(&guard), 1, 2 << 20).unwrap();
    let old = namespace.read(&name(1)).unwrap().unwrap();
    assert!(old.is_mapped());
    let second = lock(&namespace, 1);
    for length in [10, 3 << 20] {
        write_under(&namespace, Some(&guard), 1, length).unwrap();
        let new = namespace.read(&name(1)).unwrap().unwrap();
        assert_eq!(new.payload().len(), length);
        assert!(is_right(&new, 1) && is_right(&old, 1));
    }
    assert!(second.holds());
    assert_eq!(locks(folder.path()).len(), 1);
}

#[test]
fn what_a_dead_owner_has_written_goes() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    drop(lock(&namespace, 1));
    let guard = lock(&namespace, 1);
    let path = locks(folder.path()).remove(0);
    drop(guard);
    std::fs::write(&path, [7; 5000]).unwrap();
    let guard = lock(&namespace, 1);
    write_under(&namespace, Some(&guard), 1, 100).unwrap();
    assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
    assert!(!path.exists());
}

#[test]
fn a_write_that_fails_leaves_the_lock_and_the_old_entry() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        sync_from: Some(Duration::ZERO),
        ..Options::default()
    };
    let namespace = Folder::open(folder.path(), options)
        .unwrap()
        .namespace(APPLICATION);
    for length in [100, 300_000] {
        for step in [Step::Write, Step::Sync, Step::Rename] {
            write(&namespace, 1, length).unwrap();
            let guard = lock(&namespace, 1);
            for _ in 0..2 {
                let failed = with(step, Action::Fail(NO_SPACE), || {
                    write_under(&namespace, Some(&guard), 1, length + 1)
                });
                assert!(matches!(failed, Err(Fault::Full { .. })), "{step:?}");
                assert!(guard.holds());
                let old = namespace.read(&name(1)).unwrap().unwrap();
                assert_eq!(old.payload().len(), length);
            }
            assert!(matches!(namespace.try_lock(&name(1)), Ok(Attempt::Busy)));
            write_under(&namespace, Some(&guard), 1, length + 1).unwrap();
            let new = namespace.read(&name(1)).unwrap().unwrap();
            assert_eq!(new.payload().len(), length + 1);
            assert!(is_right(&new, 1) && drafts(folder.path()).is_empty());
        }
    }
    assert!(locks(folder.path()).is_empty());
}

#[test]
fn another_entrys_lock_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    let guard = lock(&namespace, 1);
    write_under(&namespace, Some(&guard), 2, 100).unwrap();
    assert!(guard.holds());
    assert!(is_right(&namespace.read(&name(2)).unwrap().unwrap(), 2));
    assert!(namespace.read(&name(1)).unwrap().is_none());
}

#[test]
fn a_lock_whose_file_was_taken_away_is_no_place_to_write() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    let guard = lock(&namespace, 1);
    std::fs::remove_file(&locks(folder.path())[0]).unwrap();
    let second = lock(&namespace, 1);
    write_under(&namespace, Some(&guard), 1, 100).unwrap();
    assert!(second.holds());
    assert_eq!(locks(folder.path()).len(), 1);
    assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
}

#[test]
fn who_lets_go_leaves_anothers_lock_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    let first = lock(&namespace, 1);
    std::fs::remove_file(&locks(folder.path())[0]).unwrap();
    let _second = lock(&namespace, 1);
    drop(first);
    assert!(matches!(namespace.try_lock(&name(1)), Ok(Attempt::Busy)));
}

#[test]
fn a_lock_file_with_a_second_name_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    let guard = lock(&namespace, 1);
    let copy = folder.path().join("copy");
    std::fs::hard_link(&locks(folder.path())[0], &copy).unwrap();
    write_under(&namespace, Some(&guard), 1, 100).unwrap();
    assert_eq!(std::fs::read(copy).unwrap(), b"");
    assert!(guard.holds());
    assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
}

/// Writes an entry; `meanwhile` comes when it is about to get its name.
fn write_while(
    namespace: &Namespace,
    folder: &Folder,
    guard: &Guard,
    meanwhile: &dyn Fn(),
) -> Result<Option<u64>, Fault> {
    let name = name(1);
    // Makes what a clear is announced by.
    namespace.generation(&name);
    let place = namespace_folder(APPLICATION);
    let target = Target {
        place: &place,
        folder: &function_folder(&place, &name.function),
        path: &entry_file(&place, &name),
        lock: Some(guard),
        is_overtaken: &|| {
            meanwhile();
            false
        },
        named: std::cell::Cell::new(None),
    };
    let sealed = parts(b"value", &[]).fold(APPLICATION, &name, &options());
    super::super::write::write(&folder.root(), &target, &sealed.unwrap())
}

#[test]
fn a_lock_file_that_another_has_made_meanwhile_becomes_no_entry() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::open(temporary.path(), options()).unwrap();
    let namespace = folder.namespace(APPLICATION);
    let guard = lock(&namespace, 1);
    let second = std::cell::RefCell::new(None);
    let written = write_while(&namespace, &folder, &guard, &|| {
        std::fs::remove_file(&locks(temporary.path())[0]).unwrap();
        *second.borrow_mut() = Some(lock(&namespace, 1));
    });
    assert!(written.is_err_and(|fault| fault.is_missing()));
    assert!(entries(temporary.path()).is_empty());
    assert_eq!(locks(temporary.path()).len(), 1);
    assert!(second.into_inner().unwrap().holds());
}

#[test]
fn a_clear_sees_what_was_about_to_get_its_name() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::open(temporary.path(), options()).unwrap();
    let namespace = folder.namespace(APPLICATION);
    let guard = lock(&namespace, 1);
    std::thread::scope(|scope| {
        let clearing = std::cell::Cell::new(None);
        let written = write_while(&namespace, &folder, &guard, &|| {
            let clear = || namespace.clear(super::super::Scope::All).unwrap();
            clearing.set(Some(scope.spawn(clear)));
            std::thread::sleep(Duration::from_millis(100));
        });
        assert!(written.unwrap().is_some());
        assert_eq!(clearing.take().unwrap().join().unwrap().entries, 1);
    });
    assert!(entries(temporary.path()).is_empty());
}

#[test]
fn a_folder_that_is_deleted_or_moved_while_a_value_is_computed_takes_it() {
    let above = tempfile::tempdir().unwrap();
    let path = above.path().join("cache");
    for is_moved in [false, true] {
        let namespace = open(&path);
        let guard = lock(&namespace, 1);
        if is_moved {
            std::fs::rename(&path, above.path().join("moved")).unwrap();
        } else {
            std::fs::remove_dir_all(&path).unwrap();
        }
        write_under(&namespace, Some(&guard), 1, 100).unwrap();
        drop(guard);
        assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
    }
}
