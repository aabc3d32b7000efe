//! A second reader, written from `docs/disk-format.md` alone, and files that must never change.

use std::path::{Path, PathBuf};

use aegis::aegis128l::Aegis128LMac;
use memoxide::disk::{Codec, Folder, Name, Options, Parts};

const KEY: [u8; 32] = [0x42; 32];
const NAME: Name = Name {
    function: [0xf0; 32],
    call: [0x0c; 32],
};

/// Writes an entry, and returns the bytes of its file.
fn written(payload: &[u8], buffers: &[&[u8]]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        key: Some(KEY),
        ..Options::default()
    };
    let opened = Folder::open(folder.path(), options).unwrap();
    let parts = Parts {
        created: 1_700_000_000_000_000_001,
        cost: 2_000_000_003,
        codec: Codec {
            tag: *b"demo",
            version: 4,
        },
        metadata: b"module.function",
        payload,
        buffers,
    };
    let namespace = opened.namespace("an äpp");
    namespace.write(&NAME, &parts, None).unwrap();
    std::fs::read(place(folder.path())).unwrap()
}

/// "Places": where the entry's file is.
fn place(root: &Path) -> PathBuf {
    let application = "an äpp";
    let digest = blake3::hash(application.as_bytes()).to_hex();
    let namespace = format!("an__pp-{}", &digest[..16]);
    let function = "f0".repeat(32);
    let entry = format!("{}.entry", "0c".repeat(32));
    root.join(namespace).join(function).join(entry)
}

fn number(file: &[u8], at: usize, length: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes[..length].copy_from_slice(&file[at..at + length]);
    u64::from_le_bytes(bytes)
}

fn length(file: &[u8], at: usize, bytes: usize) -> usize {
    usize::try_from(number(file, at, bytes)).unwrap()
}

/// "The seal".
fn sealed(body: &[u8]) -> [u8; 32] {
    let key = blake3::derive_key("memoxide disk format 2: seal", &KEY);
    let piece_key = blake3::derive_key("memoxide disk format 2: pieces", &KEY);
    let piece_key = piece_key[..16].try_into().unwrap();
    let tags = body.chunks(262_144).flat_map(|piece| {
        let mut mac = Aegis128LMac::<32>::new(&piece_key);
        mac.update(piece);
        mac.finalize()
    });
    *blake3::keyed_hash(&key, &tags.collect::<Vec<_>>()).as_bytes()
}

/// "Reading": the payload and the buffers.
fn read(file: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (body, seal) = file.split_at(file.len() - 32);
    assert_eq!(sealed(body), *seal);
    assert_eq!(&file[..8], b"memoxide");
    assert_eq!(number(file, 8, 4), 2);
    assert_eq!(length(file, 16, 8), file.len());
    assert_eq!(file[24..56], NAME.function);
    assert_eq!(file[56..88], NAME.call);
    assert_eq!(number(file, 88, 8), 1_700_000_000_000_000_001);
    assert_eq!(number(file, 96, 8), 2_000_000_003);
    assert_eq!((&file[104..108], number(file, 108, 4)), (&b"demo"[..], 4));
    let namespace = 144 + length(file, 116, 4);
    let metadata = namespace + length(file, 120, 4);
    assert_eq!(&file[144..namespace], "an äpp".as_bytes());
    assert_eq!(&file[namespace..metadata], b"module.function");
    let head = length(file, 12, 4);
    let mut end = head + length(file, 128, 8);
    let mut payload = file[head..end].to_vec();
    if number(file, 112, 4) == 1 {
        payload = lz4_flex::decompress(&payload, length(file, 136, 8)).unwrap();
    }
    let mut buffers = Vec::new();
    for index in 0..length(file, 124, 4) {
        let start = end.next_multiple_of(64);
        end = start + length(file, metadata + 8 * index, 8);
        buffers.push(file[start..end].to_vec());
    }
    assert_eq!(end, body.len());
    (payload, buffers)
}

#[test]
fn the_page_is_enough_to_read_an_entry() {
    let long = b"compressible ".repeat(1000);
    let pieces: Vec<u8> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
    for payload in [&b""[..], b"p", &[7; 64], &long, &pieces] {
        for buffers in [&[][..], &[&b"one"[..]], &[&[1; 64], &[], &[2; 65]]] {
            let (read_payload, read_buffers) = read(&written(payload, buffers));
            assert_eq!(read_payload, payload);
            assert_eq!(read_buffers, buffers);
        }
    }
}

#[test]
fn the_bytes_of_this_version_stay() {
    let digest = |file: Vec<u8>| blake3::hash(&file).to_hex().to_string();
    let plain = digest(written(b"payload", &[b"one", b"", b"three"]));
    assert_eq!(
        plain,
        "06f2de0eb4d42c26f21f7c06d92091748c904139657144b800bf096b8babfe23"
    );
}
