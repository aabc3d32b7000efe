//! The steps of an operation on disk, at which tests make it fail or end the process.

/// A call of the operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    MakeFolder,
    Create,
    Write,
    Sync,
    Rename,
    SyncFolder,
    Open,
    Read,
    Lock,
    Remove,
}

/// Goes on, outside of tests.
#[cfg(not(test))]
#[inline]
#[expect(clippy::unnecessary_wraps, reason = "tests make it fail")]
pub(super) fn pass(_step: Step) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
pub(super) use plan::{Action, pass, with};

#[cfg(test)]
mod plan {
    use std::cell::Cell;
    use std::io;

    use super::Step;

    /// What happens instead of a step.
    #[derive(Clone, Copy)]
    pub(in super::super) enum Action {
        /// It fails with this error's number.
        Fail(i32),
        /// The process ends, as by `kill -9`.
        Kill,
    }

    thread_local! {
        static PLAN: Cell<Option<(Step, Action)>> = const { Cell::new(None) };
    }

    /// Runs `body`; in this thread, `action` takes the place of each `step`.
    pub(in super::super) fn with<T>(step: Step, action: Action, body: impl FnOnce() -> T) -> T {
        PLAN.set(Some((step, action)));
        let result = body();
        PLAN.set(None);
        result
    }

    pub(in super::super) fn pass(step: Step) -> io::Result<()> {
        match PLAN.get() {
            Some((planned, Action::Fail(number))) if planned == step => {
                Err(io::Error::from_raw_os_error(number))
            }
            Some((planned, Action::Kill)) if planned == step => {
                rustix::process::kill_process(
                    rustix::process::getpid(),
                    rustix::process::Signal::KILL,
                )?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
