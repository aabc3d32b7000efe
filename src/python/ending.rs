//! Threads that the interpreter ends while it exits.
//!
//! Before Python 3.14 a thread that comes back to an interpreter which is about to go is ended by
//! `pthread_exit`. With glibc that unwinds its stack: not as a panic does, and not through Rust, where it would
//! drop objects of an interpreter that the thread has no right to, or end the process. Any call of Python's
//! may release the interpreter and come back so. Instead of each call, the one function is guarded that all
//! unwinding through frames of ours goes by: it has such a thread stay where it is until the process is gone,
//! as Python 3.14 does. Other systems end threads without unwinding.

#[cfg(all(
    not(Py_3_14),
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod unwinding {
    use std::ffi::{c_int, c_void};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicPtr, Ordering};
    use std::thread;

    /// What the unwinder asks what to do with a frame, by the C++ ABI for exception handling.
    type Personality = unsafe extern "C" fn(c_int, c_int, u64, *mut c_void, *mut c_void) -> c_int;

    /// `_UA_FORCE_UNWIND`: nobody may stop it.
    const FORCED: c_int = 8;

    unsafe extern "C" {
        /// Where the unwinder finds the personality of this library's frames. The compiler makes one for all,
        /// in memory that can be written to.
        #[link_name = "DW.ref.rust_eh_personality"]
        static PERSONALITY: AtomicPtr<c_void>;
    }

    /// That of Rust's own.
    static RUST: OnceLock<Personality> = OnceLock::new();

    pub fn guard() {
        RUST.get_or_init(|| {
            // SAFETY: the linker has put a pointer there, aligned as one, which is only read after this; it is
            // that to a function of this type.
            unsafe {
                let rust = PERSONALITY.swap(ours as *mut c_void, Ordering::AcqRel);
                std::mem::transmute::<*mut c_void, Personality>(rust)
            }
        });
    }

    unsafe extern "C" fn ours(
        version: c_int,
        actions: c_int,
        class: u64,
        exception: *mut c_void,
        context: *mut c_void,
    ) -> c_int {
        if actions & FORCED != 0 {
            // Nothing has been unwound of frames of ours, and nothing will be.
            loop {
                thread::park();
            }
        }
        let rust = RUST.wait();
        // SAFETY: passed on as the unwinder has passed it in.
        unsafe { rust(version, actions, class, exception, context) }
    }
}

/// Has threads outlast the interpreter's exit, whatever code of ours they have called Python from.
pub fn outlast_exit() {
    #[cfg(all(
        not(Py_3_14),
        target_os = "linux",
        target_env = "gnu",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))]
    unwinding::guard();
}
