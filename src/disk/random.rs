//! Bytes that nobody can guess.

/// `LENGTH` bytes from the operating system.
///
/// Where it has none, which is so only in broken sandboxes, the process's hash seeds have to do: the names of
/// drafts need to be different only. A key is not made of these, see [`secret`].
pub(super) fn bytes<const LENGTH: usize>() -> [u8; LENGTH] {
    secret().unwrap_or_else(|_| {
        use std::hash::{BuildHasher, RandomState};
        let seed = RandomState::new().hash_one(std::time::SystemTime::now());
        let mut bytes = [0; LENGTH];
        let mut reader = blake3::Hasher::new();
        reader.update(&seed.to_le_bytes());
        reader.finalize_xof().fill(&mut bytes);
        bytes
    })
}

/// `LENGTH` bytes that may become a key.
pub(super) fn secret<const LENGTH: usize>() -> std::io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
