//! Where a folder may be, and what becomes of it.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use super::super::Refusal;
use super::*;

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_is_made_is_for_its_owner_alone() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("a/b");
    let namespace = open(&path);
    write(&namespace, 1, 10).unwrap();
    namespace.generation(&name(1));
    let guard = namespace.try_lock(&name(1)).unwrap();
    for file in files(&path) {
        let metadata = file.metadata().unwrap();
        assert_eq!(metadata.mode() & 0o7777, 0o600, "{}", file.display());
        let above = file.parent().unwrap().metadata().unwrap();
        assert_eq!(above.mode() & 0o7777, 0o700, "{}", file.display());
    }
    drop(guard);
}

#[test]
fn a_folder_that_others_may_write_to_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for mode in [0o777, 0o1777, 0o770, 0o702] {
        set_mode(folder.path(), mode);
        let refusal = Folder::open(folder.path(), options()).err().unwrap();
        assert!(matches!(refusal, Refusal::OthersMayWrite { .. }));
        assert!(refusal.to_string().contains("chmod go-w"), "{refusal}");
    }
    set_mode(folder.path(), 0o755);
    Folder::open(folder.path(), options()).unwrap();
}

#[test]
fn a_folder_of_another_user_is_refused() {
    let Ok(()) = std::os::unix::fs::chown(tempfile::tempdir().unwrap().path(), Some(1), None)
    else {
        return; // Only root can give a folder away.
    };
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::chown(folder.path(), Some(1), None).unwrap();
    let refusal = Folder::open(folder.path(), options()).err().unwrap();
    assert!(
        matches!(refusal, Refusal::OtherOwner { owner: 1, .. }),
        "{refusal}"
    );
}

#[test]
fn what_is_no_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let refusal = Folder::open(&file, options()).err().unwrap();
    assert!(matches!(refusal, Refusal::NotAFolder { .. }), "{refusal}");
}

#[test]
fn a_key_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path());
    let key = folder.path().join("key");
    for length in [0, 31, 33] {
        std::fs::write(&key, vec![1; length]).unwrap();
        let refusal = Folder::open(folder.path(), options()).err().unwrap();
        assert!(matches!(refusal, Refusal::Key { .. }), "{refusal}");
    }
}

#[test]
fn a_key_that_others_may_write_is_refused_and_one_that_they_may_read_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path());
    let key = folder.path().join("key");
    set_mode(&key, 0o644);
    open(folder.path());
    assert_eq!(key.metadata().unwrap().mode() & 0o777, 0o600);
    set_mode(&key, 0o666);
    let refusal = Folder::open(folder.path(), options()).err().unwrap();
    assert!(matches!(refusal, Refusal::OthersMayWrite { .. }));
}

#[test]
fn a_key_of_the_caller_is_written_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let with = |key| Options {
        key: Some([key; 32]),
        ..options()
    };
    let namespace = |key| {
        Folder::open(folder.path(), with(key))
            .unwrap()
            .namespace("")
    };
    write(&namespace(1), 1, 10).unwrap();
    assert!(!folder.path().join("key").exists());
    assert!(namespace(1).read(&name(1)).unwrap().is_some());
    assert!(matches!(namespace(2).read(&name(1)), Err(Fault::Seal)));
}

#[test]
fn a_folder_that_is_deleted_while_in_use_is_made_again() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("cache");
    let namespace = open(&path);
    write(&namespace, 1, 10).unwrap();
    let before = namespace.generation(&name(1));
    std::fs::remove_dir_all(&path).unwrap();
    assert!(namespace.read(&name(1)).unwrap().is_none());
    write(&namespace, 1, 10).unwrap();
    assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
    assert!(is_right(&open(&path).read(&name(1)).unwrap().unwrap(), 1));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_ne!(namespace.generation(&name(1)), before);
    std::fs::remove_dir_all(&path).unwrap();
    assert!(matches!(
        namespace.try_lock(&name(1)),
        Ok(Attempt::Owned(_))
    ));
}

#[test]
fn a_new_key_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let old = open(folder.path());
    write(&old, 1, 10).unwrap();
    std::fs::remove_file(folder.path().join("key")).unwrap();
    let new = open(folder.path());
    assert!(matches!(new.read(&name(1)), Err(Fault::Seal)));
    write(&new, 1, 10).unwrap();
    assert!(is_right(&old.read(&name(1)).unwrap().unwrap(), 1));
    write(&old, 2, 10).unwrap();
    assert!(is_right(&new.read(&name(2)).unwrap().unwrap(), 2));
}

#[test]
fn an_entry_that_is_larger_than_the_folder_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        max_bytes: Some(1000),
        ..options()
    };
    let namespace = Folder::open(folder.path(), options).unwrap().namespace("");
    assert!(matches!(
        write(&namespace, 1, 2000),
        Err(Fault::TooLarge { .. })
    ));
    assert!(entries(folder.path()).is_empty());
}

#[test]
fn no_umask_takes_anything_from_the_owner_or_gives_to_others() {
    for umask in ["511", "0"] {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("cache");
        let variables = [
            ("MEMOXIDE_PLACE", path.to_str().unwrap()),
            ("MEMOXIDE_UMASK", umask),
        ];
        assert!(process("place", &variables).status().unwrap().success());
        for file in files(&path) {
            assert_eq!(file.metadata().unwrap().mode() & 0o7777, 0o600);
            let above = file.parent().unwrap().metadata().unwrap();
            assert_eq!(above.mode() & 0o7777, 0o700);
        }
    }
}

#[test]
#[ignore = "the side with the umask"]
fn child() {
    let Some(path) = variable("MEMOXIDE_PLACE") else {
        return;
    };
    let umask = variable("MEMOXIDE_UMASK").unwrap().parse().unwrap();
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(umask));
    let namespace = open(Path::new(&path));
    // The lock file stays, to be looked at.
    std::mem::forget(namespace.try_lock(&name(1)).unwrap());
    namespace.generation(&name(1));
    write(&namespace, 1, 10).unwrap();
    assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
}

#[test]
fn a_folder_that_goes_at_any_moment_has_no_half_made_key() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("entries");
    std::thread::scope(|scope| {
        let openers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    (0..100)
                        .map(|_| Folder::open(&path, options()))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        while openers.iter().any(|opener| !opener.is_finished()) {
            let _ = std::fs::remove_dir_all(&path);
        }
        for opened in openers
            .into_iter()
            .flat_map(|opener| opener.join().unwrap())
        {
            if let Err(refusal) = opened {
                assert!(!matches!(refusal, Refusal::Key { .. }), "{refusal}");
            }
        }
    });
}
