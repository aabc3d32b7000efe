//! Hashing with all cores, in forked processes too.

use blake3::Hasher;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::sync::system::Mutex;

/// Shorter pieces are hashed sooner than other threads wake up.
const FROM: usize = 256 * 1024;

/// More threads than this wait for memory.
const MAX_THREADS: usize = 8;

/// The threads, and the process that they belong to: threads stay behind in a fork, and who waited for them
/// would wait forever. What a fork leaves over is a few kilobytes, which are not reclaimed.
static POOL: Mutex<Option<(u32, &'static ThreadPool)>> = Mutex::new(None);

/// Hashes `piece`.
pub(super) fn update(hasher: &mut Hasher, piece: &[u8]) {
    match pool(piece.len()) {
        Some(pool) => pool.install(|| {
            hasher.update_rayon(piece);
        }),
        None => {
            hasher.update(piece);
        }
    }
}

fn pool(length: usize) -> Option<&'static ThreadPool> {
    if length < FROM {
        return None;
    }
    // Another thread starts them, or one that is gone had the lock at a fork. Then this one does the work alone.
    let mut pool = POOL.try_lock()?;
    let process = std::process::id();
    match *pool {
        Some((owner, threads)) if owner == process => Some(threads),
        _ => {
            let threads = start()?;
            *pool = Some((process, threads));
            Some(threads)
        }
    }
}

fn start() -> Option<&'static ThreadPool> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let builder = ThreadPoolBuilder::new().num_threads(cores.min(MAX_THREADS));
    let pool = builder
        .thread_name(|index| format!("memoxide-disk-{index}"))
        .build();
    pool.ok().map(|pool| &*Box::leak(Box::new(pool)))
}
