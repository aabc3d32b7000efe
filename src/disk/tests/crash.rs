//! Processes that end without notice, by chance and at each step.

use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use super::super::Pace;
use super::super::step::{Action, Step, with};
use super::*;

const STEPS: [Step; 8] = [
    Step::MakeFolder,
    Step::Create,
    Step::Write,
    Step::Sync,
    Step::Rename,
    Step::SyncFolder,
    Step::Lock,
    Step::Remove,
];

const HOUR: i64 = 3_600_000_000_000;

/// Entries that the children write.
const NAMES: u8 = 6;

/// All entries are right or misses, and what was left over goes.
fn check(path: &Path) {
    let folder = Folder::open(path, options()).unwrap();
    let namespace = folder.namespace(APPLICATION);
    for number in 0..NAMES {
        let read = namespace.read(&name(number)).unwrap();
        assert!(read.is_none_or(|entry| is_right(&entry, number)));
        // No lock outlives its owner.
        assert!(matches!(
            namespace.try_lock(&name(number)),
            Ok(Attempt::Owned(_))
        ));
    }
    folder
        .sweep_at(Pace::Careful, now() + HOUR)
        .unwrap()
        .unwrap();
    assert!(drafts(path).is_empty());
    assert!(locks(path).is_empty());
}

#[test]
fn a_process_may_be_killed_at_any_moment() {
    let rounds = variable("MEMOXIDE_CRASH_ROUNDS").map_or(40, |rounds| rounds.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    for round in 0..rounds {
        let seed = round.to_string();
        let variables = [
            ("MEMOXIDE_CRASH", folder.path().to_str().unwrap()),
            ("MEMOXIDE_SEED", &seed),
        ];
        let mut child = process("crash", &variables).spawn().unwrap();
        let micros = u64::from(blake3::hash(seed.as_bytes()).as_bytes()[0]) * 150;
        std::thread::sleep(Duration::from_micros(3_000 + micros));
        child.kill().unwrap();
        child.wait().unwrap();
        if round % 10 == 9 {
            check(folder.path());
        }
    }
    check(folder.path());
}

#[test]
fn a_process_may_be_killed_at_each_step() {
    for step in STEPS {
        let folder = tempfile::tempdir().unwrap();
        // Once in a new folder, once where all is there already.
        for round in 0..2 {
            let step = format!("{step:?}");
            let variables = [
                ("MEMOXIDE_CRASH", folder.path().to_str().unwrap()),
                ("MEMOXIDE_STEP", &step),
            ];
            let ended = process("crash", &variables).status().unwrap();
            assert!(round == 1 || ended.signal() == Some(9), "{step}: {ended}");
            check(folder.path());
            write(&open(folder.path()), 1, 100).unwrap();
        }
    }
}

#[test]
#[ignore = "the side that is killed"]
fn child() {
    let Some(path) = variable("MEMOXIDE_CRASH") else {
        return;
    };
    let path = Path::new(&path);
    if let Some(planned) = variable("MEMOXIDE_STEP") {
        let step = STEPS.iter().find(|step| format!("{step:?}") == planned);
        with(*step.unwrap(), Action::Kill, || work(path, 0));
    } else {
        let seed: usize = variable("MEMOXIDE_SEED").unwrap().parse().unwrap();
        for round in seed.. {
            work(path, round);
        }
    }
}

fn work(path: &Path, round: usize) {
    let options = Options {
        sync_from: round.is_multiple_of(4).then_some(Duration::ZERO),
        ..Options::default()
    };
    let namespace = Folder::open(path, options).unwrap().namespace(APPLICATION);
    let number = u8::try_from(round % usize::from(NAMES)).unwrap();
    let Ok(Attempt::Owned(guard)) = namespace.lock(&name(number), || true) else {
        panic!("there are locks");
    };
    let length = round * 7919 % 400_000;
    // Into the lock's file, and into one that is made for it.
    write_under(&namespace, Some(&guard), number, length).unwrap();
    write_under(&namespace, Some(&guard), number, length + 1).unwrap();
    if round.is_multiple_of(11) {
        namespace
            .clear(super::super::Scope::Entry(&name(number)))
            .unwrap();
    }
}
