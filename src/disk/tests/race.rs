//! Threads and processes at the same time.

use std::io::Write as _;
use std::time::Duration;

use super::*;

#[test]
fn all_who_come_first_use_the_same_key() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let namespaces: Vec<_> = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| open(folder.path())))
                .collect();
            openers
                .into_iter()
                .map(|opener| opener.join().unwrap())
                .collect()
        });
        write(&namespaces[0], 1, 10).unwrap();
        for namespace in &namespaces {
            assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
        }
    }
}

#[test]
fn a_reader_sees_a_whole_entry_or_none() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let path = folder.path();
            scope.spawn(move || {
                let namespace = open(path);
                for round in 0..300_usize {
                    let number = u8::try_from(round % 4).unwrap();
                    if thread % 2 == 0 {
                        write(&namespace, number, round * 37).unwrap();
                    } else if let Some(entry) = namespace.read(&name(number)).unwrap() {
                        assert!(is_right(&entry, number));
                    }
                }
            });
        }
    });
    assert!(drafts(folder.path()).is_empty());
}

#[test]
fn one_at_a_time_computes() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    let computed = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let own = open(folder.path());
                let Ok(Attempt::Owned(guard)) = own.lock(&name(1), || true) else {
                    panic!("there are locks");
                };
                if own.read(&name(1)).unwrap().is_none() {
                    computed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(5));
                    write_under(&own, Some(&guard), 1, 10).unwrap();
                }
            });
        }
    });
    assert_eq!(computed.into_inner(), 1);
    assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
    assert!(locks(folder.path()).is_empty());
}

#[test]
fn processes_compute_each_entry_once() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let log = folder.path().join("log");
    let variables = [
        ("MEMOXIDE_RACE", cache.to_str().unwrap()),
        ("MEMOXIDE_LOG", log.to_str().unwrap()),
    ];
    let children: Vec<_> = (0..6)
        .map(|_| process("race", &variables).spawn().unwrap())
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let mut computed = std::fs::read(&log).unwrap();
    computed.sort_unstable();
    assert_eq!(computed, (0..20).collect::<Vec<u8>>());
}

#[test]
#[ignore = "the other side of processes_compute_each_entry_once"]
fn child() {
    let Some(path) = variable("MEMOXIDE_RACE") else {
        return;
    };
    let namespace = open(Path::new(&path));
    let log = variable("MEMOXIDE_LOG").unwrap();
    let mut log = std::fs::File::options()
        .append(true)
        .create(true)
        .open(log)
        .unwrap();
    for number in 0..20 {
        let Ok(Attempt::Owned(guard)) = namespace.lock(&name(number), || true) else {
            panic!("there are locks");
        };
        if let Some(entry) = namespace.read(&name(number)).unwrap() {
            assert!(is_right(&entry, number));
            continue;
        }
        log.write_all(&[number]).unwrap();
        write_under(&namespace, Some(&guard), number, 1000).unwrap();
    }
}
