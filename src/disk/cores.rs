//! Work on all cores, in forked processes too.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::sync::system::Mutex;

/// Less is done sooner than other threads wake up.
const FROM: usize = 1024 * 1024;

/// More threads than this wait for memory.
const MAX_THREADS: usize = 8;

/// The threads, and the process that they belong to: threads stay behind in a fork, and who waited for them
/// would wait forever. What a fork leaves over is a few kilobytes, which are not reclaimed.
static POOL: Mutex<Option<(u32, &'static ThreadPool)>> = Mutex::new(None);

/// What `work` makes of each `size` bytes, in order; the last may be fewer.
pub(super) fn map<T: Send>(
    bytes: &[u8],
    size: usize,
    work: impl Fn(&[u8]) -> T + Send + Sync,
) -> Vec<T> {
    match pool(bytes.len()) {
        Some(pool) => pool.install(|| bytes.par_chunks(size).map(work).collect()),
        None => bytes.chunks(size).map(work).collect(),
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
