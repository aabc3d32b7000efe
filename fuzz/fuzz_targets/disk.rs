//! Any bytes are an entry or are refused; the sections of one are among its bytes, in order, aligned and apart.

#![no_main]

use libfuzzer_sys::fuzz_target;
use memoxide::disk::{ALIGNMENT, sections};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // With the first fields right, so that what comes behind them is reached at once.
    let mut file = bytes.to_vec();
    let length = file.len() as u64;
    if let Some(prefix) = file.get_mut(..24) {
        prefix[..8].copy_from_slice(b"memoxide");
        prefix[8..12].copy_from_slice(&2_u32.to_le_bytes());
        prefix[16..].copy_from_slice(&length.to_le_bytes());
        check(&file);
    }
});

fn check(file: &[u8]) {
    let Ok(sections) = sections(file) else {
        return;
    };
    let mut end = 144;
    for section in sections {
        assert!(section.start >= end && section.start % ALIGNMENT == 0);
        assert!(section.end >= section.start);
        end = section.end;
    }
    assert_eq!(end + 32, file.len());
}
