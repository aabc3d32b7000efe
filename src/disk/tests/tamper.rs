//! Files that somebody changed are refused, whatever was changed.

use super::*;

/// A folder with one small entry, and that entry's file.
fn small() -> (tempfile::TempDir, Namespace, std::path::PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    write(&namespace, 1, 100).unwrap();
    let file = entries(folder.path()).remove(0);
    let content = std::fs::read(&file).unwrap();
    (folder, namespace, file, content)
}

#[test]
fn every_flipped_bit_is_found() {
    let (_folder, namespace, file, content) = small();
    for at in 0..content.len() {
        for bit in 0..8 {
            let mut changed = content.clone();
            changed[at] ^= 1 << bit;
            std::fs::write(&file, changed).unwrap();
            let fault = namespace.read(&name(1)).unwrap_err();
            assert!(fault.is_damage(), "byte {at}: {fault}");
        }
    }
    std::fs::write(&file, content).unwrap();
    assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
}

#[test]
fn every_truncation_is_found() {
    let (_folder, namespace, file, content) = small();
    for length in 0..content.len() {
        std::fs::write(&file, &content[..length]).unwrap();
        let fault = namespace.read(&name(1)).unwrap_err();
        let is_named = matches!(fault, Fault::Empty | Fault::Length { .. });
        assert!(is_named, "{length} bytes: {fault}");
    }
}

#[test]
fn what_is_appended_or_shortened_consistently_is_found() {
    let (_folder, namespace, file, content) = small();
    for length in [content.len() - 64, content.len() + 1, content.len() + 64] {
        let mut changed = content.clone();
        changed.resize(length, 0);
        changed[16..24].copy_from_slice(&(length as u64).to_le_bytes());
        std::fs::write(&file, changed).unwrap();
        assert!(matches!(namespace.read(&name(1)), Err(Fault::Seal)));
    }
}

#[test]
fn an_entry_is_refused_under_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let namespace = open(folder.path());
    for number in [1, 2, 100] {
        write(&namespace, number, 100).unwrap();
    }
    let files = entries(folder.path());
    for file in &files {
        let content = std::fs::read(file).unwrap();
        for other in files.iter().filter(|other| *other != file) {
            let before = std::fs::read(other).unwrap();
            std::fs::write(other, &content).unwrap();
            let refused = [1, 2, 100].map(|number| namespace.read(&name(number)));
            let count = refused
                .iter()
                .filter(|read| matches!(read, Err(Fault::OtherName)));
            assert_eq!(count.count(), 1);
            std::fs::write(other, before).unwrap();
        }
    }
}

#[test]
fn an_entry_is_refused_in_another_application() {
    let (folder, _, file, content) = small();
    let other = Folder::open(folder.path(), options())
        .unwrap()
        .namespace("other");
    write(&other, 1, 50).unwrap();
    let mut files = entries(folder.path());
    files.retain(|path| *path != file);
    std::fs::write(&files[0], content).unwrap();
    assert!(matches!(other.read(&name(1)), Err(Fault::OtherName)));
}

#[test]
fn an_entry_of_another_key_is_refused() {
    let (_folder, namespace, file, _) = small();
    let (_other_folder, _, _, content) = small();
    std::fs::write(&file, content).unwrap();
    assert!(matches!(namespace.read(&name(1)), Err(Fault::Seal)));
}

#[test]
fn other_files_and_formats_have_their_names() {
    let (_folder, namespace, file, content) = small();
    let read = |content: &[u8]| {
        std::fs::write(&file, content).unwrap();
        namespace.read(&name(1)).unwrap_err()
    };
    assert!(matches!(read(b"\x80\x04\x95pickle"), Fault::Foreign));
    assert!(matches!(read(&vec![0; 2_000_000]), Fault::Foreign));
    let mut other = content.clone();
    other[8] = 3;
    assert!(matches!(read(&other), Fault::Newer { found: 3 }));
    other[8] = 1;
    assert!(matches!(read(&other), Fault::Older { found: 1 }));
}

#[test]
fn what_is_no_file_is_refused() {
    let (_folder, namespace, file, _) = small();
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(namespace.read(&name(1)).is_err());
    assert!(write(&namespace, 1, 10).is_err());
    std::fs::remove_dir(&file).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
    assert!(namespace.read(&name(1)).is_err());
    write(&namespace, 1, 10).unwrap();
    assert!(is_right(&namespace.read(&name(1)).unwrap().unwrap(), 1));
}

#[test]
fn a_pipe_is_refused_without_waiting() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let (_folder, namespace, file, _) = small();
    std::fs::remove_file(&file).unwrap();
    mknodat(CWD, &file, FileType::Fifo, Mode::RWXU, 0).unwrap();
    assert!(matches!(namespace.read(&name(1)), Err(Fault::Foreign)));
}

#[test]
fn a_huge_file_is_refused_by_its_length() {
    let (_folder, namespace, file, content) = small();
    let sparse = std::fs::File::options().write(true).open(&file).unwrap();
    sparse.set_len(1 << 40).unwrap();
    assert!(matches!(
        namespace.read(&name(1)),
        Err(Fault::TooLarge { .. })
    ));
    sparse.set_len(1 << 30).unwrap();
    assert!(matches!(
        namespace.read(&name(1)),
        Err(Fault::Length { .. })
    ));
    drop(content);
}
