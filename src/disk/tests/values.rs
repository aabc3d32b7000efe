//! What is written is read.

use proptest::prelude::*;

use super::*;

#[test]
fn an_entry_is_read_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    assert!(namespace.read(&name(1)).unwrap().is_none());
    let parts = parts(b"payload", &[b"one", b"", b"three"]);
    namespace.write(&name(1), &parts, None).unwrap();
    let entry = open(folder.path()).read(&name(1)).unwrap().unwrap();
    assert_eq!(entry.name(), name(1));
    assert_eq!(entry.namespace(), APPLICATION);
    assert_eq!(entry.created(), parts.created);
    assert_eq!((entry.cost(), entry.codec()), (parts.cost, parts.codec));
    assert_eq!(entry.metadata(), parts.metadata);
    assert_eq!(entry.payload()[..], *parts.payload);
    let buffers: Vec<_> = entry.buffers().map(|buffer| buffer.to_vec()).collect();
    assert_eq!(buffers, parts.buffers);
}

#[test]
fn a_newer_value_takes_the_place_of_an_older_one() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    namespace
        .write(&name(1), &parts(b"old", &[]), None)
        .unwrap();
    let old = namespace.read(&name(1)).unwrap().unwrap();
    namespace
        .write(&name(1), &parts(b"new", &[]), None)
        .unwrap();
    let new = namespace.read(&name(1)).unwrap().unwrap();
    assert_eq!(
        (&old.payload()[..], &new.payload()[..]),
        (&b"old"[..], &b"new"[..])
    );
}

#[test]
fn entries_and_locks_go_from_thread_to_thread() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Entry>();
    check::<super::super::View>();
    check::<super::super::Guard>();
    check::<Namespace>();
}

#[test]
fn a_mapped_view_outlives_its_entry_and_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    write(&namespace, 1, 4 << 20).unwrap();
    let entry = namespace.read(&name(1)).unwrap().unwrap();
    assert!(entry.is_mapped());
    let buffer = entry.buffers().next().unwrap();
    drop(entry);
    write(&namespace, 1, 2 << 20).unwrap();
    std::fs::remove_dir_all(folder.path()).unwrap();
    assert!(buffer[..] == bytes(1, 2 << 20));
}

#[test]
fn buffers_are_aligned_whether_read_or_mapped() {
    let folder = tempfile::tempdir().unwrap();
    for map_from in [None, Some(0)] {
        let options = Options {
            map_from,
            ..options()
        };
        let namespace = Folder::open(folder.path(), options).unwrap().namespace("");
        namespace
            .write(
                &name(1),
                &parts(b"odd", &[b"a", b"bc", &[7; 65], b"d"]),
                None,
            )
            .unwrap();
        let entry = namespace.read(&name(1)).unwrap().unwrap();
        assert_eq!(entry.is_mapped(), map_from.is_some());
        for buffer in entry.buffers() {
            assert_eq!(buffer.as_ptr().align_offset(64), 0);
        }
    }
}

#[test]
fn a_payload_that_shrinks_takes_less_room() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    let payload = b"all work and no play ".repeat(10_000);
    namespace
        .write(&name(1), &parts(&payload, &[]), None)
        .unwrap();
    let entry = namespace.read(&name(1)).unwrap().unwrap();
    assert!(entry.payload()[..] == payload);
    assert!(entry.size() < payload.len() / 10);
}

#[test]
fn applications_do_not_share() {
    let folder = tempfile::tempdir().unwrap();
    let opened = Folder::open(folder.path(), options()).unwrap();
    let [one, other] = ["one", "other"].map(|name| opened.namespace(name));
    write(&one, 1, 10).unwrap();
    assert!(one.read(&name(1)).unwrap().is_some());
    assert!(other.read(&name(1)).unwrap().is_none());
}

#[test]
fn the_list_shows_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let opened = Folder::open(folder.path(), options()).unwrap();
    for application in ["one", "other"] {
        for number in [1, 2, 100] {
            write(&opened.namespace(application), number, 1000).unwrap();
        }
    }
    let many = vec![&b"x"[..]; 30_000];
    let namespace = opened.namespace("many");
    namespace.write(&name(7), &parts(b"", &many), None).unwrap();
    let listed: Vec<_> = opened.entries(true).unwrap().collect();
    assert_eq!(listed.len(), 7);
    for entry in &listed {
        opened.verify(entry).unwrap();
        let description = entry.description.as_ref().unwrap();
        assert_eq!(description.metadata, b"module.function");
        assert!(entry.size > 1000 && now() - entry.used < 10_000_000_000);
    }
    opened.remove(&listed[0]).unwrap();
    assert!(opened.verify(&listed[0]).is_err());
    assert_eq!(opened.entries(true).unwrap().count(), 6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_entry_is_read_as_it_was_written(
        payload in proptest::collection::vec(any::<u8>(), 0..10_000),
        buffers in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..5),
        application in ".{0,60}",
        mapped: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { map_from: mapped.then_some(0), ..options() };
        let namespace = Folder::open(folder.path(), options).unwrap().namespace(&application);
        let slices: Vec<_> = buffers.iter().map(Vec::as_slice).collect();
        namespace.write(&name(1), &parts(&payload, &slices), None).unwrap();
        let entry = namespace.read(&name(1)).unwrap().unwrap();
        prop_assert_eq!(&entry.payload()[..], &payload);
        let read: Vec<_> = entry.buffers().map(|buffer| buffer.to_vec()).collect();
        prop_assert_eq!(read, buffers);
    }
}
