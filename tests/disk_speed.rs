//! How long entries take, beside what the file system takes for the same bytes:
//! `cargo test --release --test disk_speed -- --ignored --nocapture`

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use memoxide::disk::{Codec, Folder, Name, Namespace, Options, Pace, Parts, Scope, now};

const LARGE: usize = 80 << 20;
const SMALL: u16 = 10_000;
const SYNCED: u16 = 500;
const ROUNDS: usize = 7;

fn name(number: u16) -> Name {
    let mut call = [0; 32];
    call[..2].copy_from_slice(&number.to_le_bytes());
    Name {
        function: [1; 32],
        call,
    }
}

fn write(namespace: &Namespace, number: u16, payload: &[u8], buffers: &[&[u8]]) {
    let parts = Parts {
        created: now(),
        cost: 1_000_000_000,
        codec: Codec {
            tag: *b"test",
            version: 1,
        },
        metadata: b"module.function",
        payload,
        buffers,
    };
    namespace.write(&name(number), &parts, None).unwrap();
}

fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

/// The median of several runs, each followed by what is not counted.
fn median(mut run: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<_> = (0..ROUNDS).map(|_| run()).collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

fn time(run: impl FnOnce()) -> Duration {
    let began = Instant::now();
    run();
    began.elapsed()
}

fn report(what: &str, time: Duration, peer: Duration) {
    let ratio = time.as_secs_f64() / peer.as_secs_f64();
    println!("{what:56} {time:10.2?}   {ratio:5.2} x its peer ({peer:.2?})");
}

fn raw_write(path: &Path, bytes: &[u8], syncs: bool) {
    let mut file = File::create(path.join("raw")).unwrap();
    file.write_all(bytes).unwrap();
    if syncs {
        file.sync_all().unwrap();
    }
}

fn raw_read(path: &Path) {
    let mut bytes = Vec::new();
    let mut file = File::open(path.join("raw")).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    std::hint::black_box(bytes);
}

fn opened(path: &Path, map_from: Option<u64>, sync_from: Option<Duration>) -> Namespace {
    let options = Options {
        map_from,
        sync_from,
        ..Options::default()
    };
    Folder::open(path.join("cache"), options)
        .unwrap()
        .namespace("speed")
}

#[test]
#[ignore = "a measurement"]
fn one_large_entry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let bytes = noise(LARGE);
    for (how, sync_from) in [("unsynced", None), ("synced", Some(Duration::ZERO))] {
        let namespace = opened(path, None, sync_from);
        // A rename over a file would make ext4 write the new one at once, and free the old one's pages.
        let fresh = || {
            namespace.clear(Scope::All).unwrap();
            time(|| write(&namespace, 1, b"frame", &[&bytes]))
        };
        let peer = median(|| {
            let _ = std::fs::remove_file(path.join("raw"));
            time(|| raw_write(path, &bytes, sync_from.is_some()))
        });
        let own = median(fresh);
        report(
            &format!("write 80 MB, {how}; peer: write to a file"),
            own,
            peer,
        );
    }
    let file = median(|| time(|| raw_read(path)));
    let hash = median(|| {
        time(|| {
            let mut hasher = blake3::Hasher::new_keyed(&[7; 32]);
            std::hint::black_box(hasher.update_rayon(&bytes).finalize());
        })
    });
    for (how, map_from) in [("read", None), ("mapped", Some(0))] {
        let namespace = opened(path, map_from, None);
        let own = median(|| {
            time(|| {
                std::hint::black_box(namespace.read(&name(1)).unwrap().unwrap());
            })
        });
        report(
            &format!("read 80 MB, {how}; peer: read from a file"),
            own,
            file,
        );
        report(
            &format!("read 80 MB, {how}; peer: BLAKE3 over as many bytes"),
            own,
            hash,
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn sizes_from_which_mapping_pays() {
    let folder = tempfile::tempdir().unwrap();
    for size in [4, 16, 64, 256, 1024, 4096, 16384] {
        let bytes = noise(size * 1024);
        let [read, mapped] = [None, Some(0)].map(|map_from| {
            let namespace = opened(folder.path(), map_from, None);
            write(&namespace, 1, b"", &[&bytes]);
            median(|| {
                time(|| {
                    for _ in 0..20 {
                        std::hint::black_box(namespace.read(&name(1)).unwrap().unwrap());
                    }
                }) / 20
            })
        });
        report(
            &format!("read {size} KiB mapped; peer: read into memory"),
            mapped,
            read,
        );
    }
}

/// Times `run` with each of the first `count` numbers.
fn time_each(count: u16, mut run: impl FnMut(u16)) -> Duration {
    time(|| (0..count).for_each(&mut run))
}

fn report_each(what: &str, time: Duration, count: u32) {
    println!("{what:56} {:10.2?}", time / count);
}

#[test]
#[ignore = "a measurement"]
fn many_small_entries() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = noise(1000);
    let files = folder.path().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let file = |number: u16| files.join(number.to_string());
    let namespace = opened(folder.path(), Some(1 << 20), None);

    let peer = time_each(SMALL, |number| {
        std::fs::write(file(number), &bytes).unwrap();
    });
    let own = time_each(SMALL, |number| write(&namespace, number, &bytes, &[]));
    report("write 10,000 of 1 kB; peer: plain files", own, peer);

    let peer = time_each(SMALL, |number| {
        std::hint::black_box(std::fs::read(file(number)).unwrap());
    });
    let own = time_each(SMALL, |number| {
        std::hint::black_box(namespace.read(&name(number)).unwrap().unwrap());
    });
    report("read 10,000 of 1 kB; peer: plain files", own, peer);

    let synced = opened(folder.path(), None, Some(Duration::ZERO));
    let peer = time_each(SYNCED, |number| {
        let mut draft = File::create(files.join("draft")).unwrap();
        draft.write_all(&bytes).unwrap();
        draft.sync_data().unwrap();
        std::fs::rename(files.join("draft"), file(number)).unwrap();
        File::open(&files).unwrap().sync_all().unwrap();
    });
    let own = time_each(SYNCED, |number| write(&synced, number, &bytes, &[]));
    report("write 500 of 1 kB, synced; peer: the same calls", own, peer);
}

#[test]
#[ignore = "a measurement"]
fn what_is_around_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = opened(folder.path(), None, None);
    let absent = Name {
        function: [1; 32],
        call: [0xff; 32],
    };
    for number in 0..SMALL {
        write(&namespace, number, b"value", &[]);
    }
    let miss = time_each(SMALL, |_| {
        assert!(namespace.read(&absent).unwrap().is_none());
    });
    report_each("a miss", miss, SMALL.into());
    let generation = time(|| {
        for _ in 0..1_000_000 {
            std::hint::black_box(namespace.generation(&absent));
        }
    });
    report_each("a look at the generation", generation, 1_000_000);
    let lock = time_each(SMALL, |number| {
        drop(namespace.try_lock(&name(number)).unwrap());
    });
    report_each("a lock, taken and given back", lock, SMALL.into());
    let folder = Folder::open(folder.path().join("cache"), Options::default()).unwrap();
    let sweep = time(|| assert!(folder.sweep(Pace::Careful).unwrap().is_some()));
    report_each("a sweep over 10,000 entries", sweep, 1);
    let list = time(|| assert_eq!(folder.entries(true).unwrap().count(), usize::from(SMALL)));
    report_each("a list of 10,000 entries", list, 1);
}
