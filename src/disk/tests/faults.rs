//! Each step of each operation fails in each way: a fault with a name, and nothing is broken by it.

use super::super::step::{Action, Step, with};
use super::*;

const NO_SPACE: i32 = 28;
const INPUT_OUTPUT: i32 = 5;
const READ_ONLY: i32 = 30;
const DENIED: i32 = 13;
const QUOTA: i32 = 122;

const WRITE_STEPS: [Step; 5] = [
    Step::Create,
    Step::Write,
    Step::Sync,
    Step::Rename,
    Step::SyncFolder,
];

fn durable(path: &Path) -> Namespace {
    let options = Options {
        sync_from: Some(std::time::Duration::ZERO),
        ..Options::default()
    };
    Folder::open(path, options).unwrap().namespace(APPLICATION)
}

#[test]
fn a_write_that_fails_at_any_step_leaves_the_old_entry_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = durable(folder.path());
    for length in [100, 300_000] {
        for step in WRITE_STEPS {
            for error in [NO_SPACE, INPUT_OUTPUT, READ_ONLY, DENIED, QUOTA] {
                write(&namespace, 1, length).unwrap();
                let fault = with(step, Action::Fail(error), || {
                    write(&namespace, 1, length + 1)
                });
                let fault = fault.expect_err("the step was not taken");
                assert!(has_name(&fault, error), "{step:?}: {fault}");
                let entry = namespace.read(&name(1)).unwrap().unwrap();
                assert!(is_right(&entry, 1), "{step:?}");
                assert!(drafts(folder.path()).is_empty(), "{step:?}");
            }
        }
    }
}

fn has_name(fault: &Fault, error: i32) -> bool {
    match error {
        NO_SPACE | QUOTA => matches!(fault, Fault::Full { .. }),
        READ_ONLY => matches!(fault, Fault::ReadOnly),
        DENIED => matches!(fault, Fault::Denied { .. }),
        _ => matches!(fault, Fault::Io { .. }),
    }
}

#[test]
fn a_first_write_that_fails_leaves_a_miss() {
    for step in WRITE_STEPS.into_iter().chain([Step::MakeFolder]) {
        let folder = tempfile::tempdir().unwrap();
        let namespace = durable(folder.path());
        with(step, Action::Fail(NO_SPACE), || write(&namespace, 1, 10)).unwrap_err();
        let read = namespace.read(&name(1)).unwrap();
        assert!(read.is_none_or(|entry| is_right(&entry, 1)), "{step:?}");
        write(&namespace, 1, 10).unwrap();
    }
}

#[test]
fn a_read_that_fails_is_a_fault_of_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    for length in [100, 2 << 20] {
        write(&namespace, 1, length).unwrap();
        for step in [Step::Open, Step::Read] {
            for error in [INPUT_OUTPUT, DENIED] {
                let read = with(step, Action::Fail(error), || namespace.read(&name(1)));
                assert!(read.unwrap_err().is_of_the_place());
            }
        }
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for step in [
        Step::MakeFolder,
        Step::Create,
        Step::Write,
        Step::Sync,
        Step::Rename,
    ] {
        let path = folder.path().join(format!("{step:?}"));
        let opened = with(step, Action::Fail(NO_SPACE), || {
            Folder::open(&path, options()).map(drop)
        });
        opened.unwrap_err();
        // The next one is not hindered by what the first one left.
        write(&open(&path), 1, 10).unwrap();
    }
}

#[test]
fn without_second_names_the_key_is_made_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    // Renaming fails with it, so that the file that would have been renamed is all that is missing.
    let opened = with(Step::Rename, Action::Fail(1), || {
        Folder::open(folder.path(), options()).map(drop)
    });
    opened.unwrap_err();
    assert!(folder.path().join("first.lock").exists());
    write(&open(folder.path()), 1, 10).unwrap();
}

#[test]
fn without_locks_everybody_computes() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    for error in [READ_ONLY, DENIED, NO_SPACE] {
        let attempt = with(Step::Lock, Action::Fail(error), || {
            namespace.try_lock(&name(1))
        });
        assert!(matches!(attempt, Ok(Attempt::Unavailable)));
    }
}

#[test]
fn where_no_generations_can_be_made_the_generation_stays() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    let generation = || {
        with(Step::Create, Action::Fail(READ_ONLY), || {
            namespace.generation(&name(1))
        })
    };
    assert_eq!(generation(), generation());
}

#[test]
fn a_clear_that_fails_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    for step in [Step::Write, Step::Remove] {
        write(&namespace, 1, 10).unwrap();
        let cleared = with(step, Action::Fail(READ_ONLY), || {
            namespace.clear(super::super::Scope::All)
        });
        assert!(matches!(cleared, Err(Fault::ReadOnly)), "{step:?}");
    }
}

#[test]
#[ignore = "takes the variable MEMOXIDE_SMALL_DISK, a folder on a file system of about 2 MiB"]
fn a_disk_that_is_full_is_a_fault_and_clearing_helps() {
    let Some(path) = variable("MEMOXIDE_SMALL_DISK") else {
        return;
    };
    let path = Path::new(&path).join("cache");
    let namespace = open(&path);
    let mut written = Vec::new();
    let fault = loop {
        let number = u8::try_from(written.len()).unwrap();
        match write(&namespace, number, 100_000) {
            Ok(_) => written.push(number),
            Err(fault) => break fault,
        }
    };
    assert!(matches!(fault, Fault::Full { .. }), "{fault}");
    assert!(drafts(&path).is_empty());
    for number in &written {
        assert!(is_right(
            &namespace.read(&name(*number)).unwrap().unwrap(),
            *number
        ));
    }
    namespace.clear(super::super::Scope::All).unwrap();
    write(&namespace, 1, 100_000).unwrap();
}

#[test]
#[ignore = "takes the variable MEMOXIDE_READ_ONLY, a folder that the test above used, now on a read-only mount"]
fn a_disk_that_is_read_only_is_read() {
    let Some(path) = variable("MEMOXIDE_READ_ONLY") else {
        return;
    };
    let path = Path::new(&path).join("cache");
    let folder = Folder::open(&path, options()).unwrap();
    let namespace = folder.namespace(APPLICATION);
    assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
    assert!(matches!(write(&namespace, 1, 10), Err(Fault::ReadOnly)));
    assert!(matches!(
        namespace.try_lock(&name(1)),
        Ok(Attempt::Unavailable)
    ));
    assert_eq!(
        namespace.generation(&name(1)),
        namespace.generation(&name(1))
    );
    assert!(matches!(folder.sweep_if_due(), Err(Fault::ReadOnly)));
    assert!(matches!(folder.clear(), Err(Fault::ReadOnly)));
    let other = folder.namespace("other");
    assert_eq!(other.generation(&name(1)), other.generation(&name(1)));
    let refused = Folder::open(path.join("new"), options()).map(drop);
    refused.unwrap_err();
}
