//! BLAKE3 with as many cores as pay.

use blake3::Hasher;

use crate::cores;
use crate::key::interruption;

/// From here on BLAKE3's own advice is to hash with all cores.
const ALL_CORES_FROM: usize = 128 * 1024;

/// The digest of what lies in one piece; for short pieces faster than by a hasher.
pub(super) fn hash(bytes: &[u8]) -> [u8; 32] {
    if bytes.len() < ALL_CORES_FROM {
        return *blake3::hash(bytes).as_bytes();
    }
    let mut hasher = Hasher::new();
    update(&mut hasher, bytes);
    *hasher.finalize().as_bytes()
}

/// Adds bytes, until the work is interrupted.
pub(super) fn update(hasher: &mut Hasher, bytes: &[u8]) {
    for piece in bytes.chunks(interruption::EVERY) {
        if interruption::spend(piece.len()) {
            return;
        }
        add(hasher, piece);
    }
}

fn add(hasher: &mut Hasher, bytes: &[u8]) {
    let pool = (bytes.len() >= ALL_CORES_FROM).then(cores::pool).flatten();
    match pool {
        Some(pool) => pool.install(|| hasher.update_rayon(bytes)),
        None => hasher.update(bytes),
    };
}
