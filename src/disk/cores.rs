//! Work on all cores, by threads that live no longer than the work: a fork leaves none behind that its child would
//! wait for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder, Scope, ScopedJoinHandle};

/// Fewer bytes are done sooner than another thread has started.
const BYTES_OF_A_THREAD: usize = 2 * 1024 * 1024;

/// More threads than this wait for memory.
const MAX_THREADS: usize = 8;

/// What `work` makes of each `size` bytes, in order; the last may be fewer.
pub(super) fn map<T: Send>(bytes: &[u8], size: usize, work: impl Fn(&[u8]) -> T + Sync) -> Vec<T> {
    let helpers = threads(bytes.len()) - 1;
    if helpers == 0 {
        return bytes.chunks(size).map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let take = || -> Vec<(usize, T)> {
        let numbers = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        numbers
            .map_while(|number| {
                let start = number.checked_mul(size)?;
                let rest = bytes.get(start..).filter(|rest| !rest.is_empty())?;
                Some((number, work(&rest[..size.min(rest.len())])))
            })
            .collect()
    };
    let mut made = thread::scope(|scope| {
        let helpers: Vec<_> = (0..helpers).map_while(|_| start(scope, &take)).collect();
        let mut made = take();
        for helper in helpers {
            made.extend(
                helper
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            );
        }
        made
    });
    made.sort_unstable_by_key(|(number, _)| *number);
    made.into_iter().map(|(_, value)| value).collect()
}

/// A helper, unless the system has no threads left: the others do its work then.
fn start<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    take: &'scope (impl Fn() -> T + Sync),
) -> Option<ScopedJoinHandle<'scope, T>> {
    let builder = Builder::new().name("memoxide-disk".to_owned());
    builder.spawn_scoped(scope, take).ok()
}

/// The threads that so many bytes are worth.
fn threads(length: usize) -> usize {
    let worth = (length / BYTES_OF_A_THREAD).min(MAX_THREADS);
    if worth < 2 {
        return 1;
    }
    thread::available_parallelism().map_or(1, |cores| worth.min(cores.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_is_taken_once_and_in_order() {
        for length in [0, 1, 9, 10, 3 * BYTES_OF_A_THREAD + 7] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            for size in [10, 4096, length.max(1)] {
                let expected: Vec<Vec<u8>> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
                assert_eq!(map(&bytes, size, <[u8]>::to_vec), expected);
            }
        }
    }

    #[test]
    fn a_panic_goes_to_the_caller() {
        let bytes = vec![0; 4 * BYTES_OF_A_THREAD];
        let mapped = std::panic::catch_unwind(|| map(&bytes, 4096, |_| panic!("of a piece")));
        assert_eq!(mapped.unwrap_err().downcast_ref(), Some(&"of a piece"));
    }
}
