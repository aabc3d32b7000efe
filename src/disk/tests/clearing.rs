//! A clear reaches all processes. Two openings of a folder share no memory, as two processes do not.

use super::super::Scope;
use super::*;

fn filled(path: &Path) -> Namespace {
    let namespace = open(path);
    for number in [1, 2, 100] {
        write(&namespace, number, 100).unwrap();
    }
    namespace
}

fn present(namespace: &Namespace) -> [bool; 3] {
    [1, 2, 100].map(|number| namespace.read(&name(number)).unwrap().is_some())
}

#[test]
fn a_clear_removes_what_it_says_and_tells_the_others() {
    let (one, hundred) = (name(1), name(100));
    for (scope, remain) in [
        (Scope::Entry(&one), [false, true, true]),
        (Scope::Function(&one.function), [false, false, true]),
        (Scope::Function(&hundred.function), [true, true, false]),
        (Scope::All, [false; 3]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let other = open(folder.path());
        let before = [1, 2, 100].map(|number| other.generation(&name(number)));
        let removed = filled(folder.path()).clear(scope).unwrap();
        assert_eq!(
            removed.entries,
            remain.iter().filter(|stays| !**stays).count() as u64
        );
        assert_eq!(present(&other), remain);
        let after = [1, 2, 100].map(|number| other.generation(&name(number)));
        for ((stays, before), after) in remain.iter().zip(before).zip(after) {
            assert_eq!(*stays, before == after, "{scope:?}");
        }
    }
}

#[test]
fn a_folder_is_cleared_for_all_applications() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = filled(folder.path());
    let opened = Folder::open(folder.path(), options()).unwrap();
    let other = opened.namespace("other");
    write(&other, 1, 10).unwrap();
    let before = [namespace.generation(&name(1)), other.generation(&name(1))];
    assert_eq!(opened.clear().unwrap().entries, 4);
    let after = [namespace.generation(&name(1)), other.generation(&name(1))];
    assert!(
        before
            .iter()
            .zip(after)
            .all(|(before, after)| *before != after)
    );
    assert!(entries(folder.path()).is_empty());
}

#[test]
fn what_was_computed_before_a_clear_is_not_kept_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = filled(folder.path());
    let since = Some(namespace.generation(&name(1)));
    open(folder.path()).clear(Scope::All).unwrap();
    let written = namespace
        .write(&name(1), &parts(b"old", &[]), since)
        .unwrap();
    assert_eq!(written, Written::Overtaken);
    assert!(namespace.read(&name(1)).unwrap().is_none());
    let since = Some(namespace.generation(&name(1)));
    let written = namespace
        .write(&name(1), &parts(b"new", &[]), since)
        .unwrap();
    assert!(matches!(written, Written::Stored { .. }));
}

#[test]
fn a_clear_of_nothing_tells_the_others_too() {
    let folder = tempfile::tempdir().unwrap();
    let other = open(folder.path());
    let before = other.generation(&name(1));
    assert_eq!(open(folder.path()).clear(Scope::All).unwrap().entries, 0);
    assert_ne!(other.generation(&name(1)), before);
}

#[test]
fn generations_of_a_wrong_length_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).generation(&name(1));
    let mut found = files(folder.path());
    found.retain(|file| file.ends_with("generations"));
    std::fs::write(&found[0], "short").unwrap();
    let [one, other] = [open(folder.path()), open(folder.path())];
    assert_eq!(one.generation(&name(1)), other.generation(&name(1)));
    one.clear(Scope::All).unwrap();
    assert_eq!(one.generation(&name(1)), other.generation(&name(1)));
}

#[test]
fn writers_and_clears_race_and_nothing_from_before_a_clear_stays() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..100 {
        let namespace = filled(folder.path());
        let since = Some(namespace.generation(&name(1)));
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                namespace
                    .write(&name(1), &parts(b"old", &[]), since)
                    .unwrap();
            });
            open(folder.path()).clear(Scope::All).unwrap();
            writer.join().unwrap();
        });
        assert!(namespace.read(&name(1)).unwrap().is_none());
    }
}
