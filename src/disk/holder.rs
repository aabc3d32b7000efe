//! Who has a lock, where the system tells.

use super::look::Look;

/// A process that has a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub process: u32,
    /// The name of its program; none if it has ended, and a child of it has the lock.
    pub program: Option<String>,
    /// Whether it was stopped, as by Ctrl-Z or a debugger.
    pub is_suspended: bool,
}

impl Holder {
    /// Who has locked a file.
    #[cfg(target_os = "linux")]
    pub(super) fn of(look: &Look) -> Option<Self> {
        let locks = std::fs::read_to_string("/proc/locks").ok()?;
        let process = owner(&locks, look.identity.1)?;
        let stat = std::fs::read(format!("/proc/{process}/stat")).unwrap_or_default();
        let stat = String::from_utf8_lossy(&stat);
        let (program, state) = program_and_state(&stat).unzip();
        Some(Self {
            process,
            program: program.map(|program| program.escape_debug().to_string()),
            is_suspended: matches!(state, Some('T' | 't')),
        })
    }

    /// Who has locked a file.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn of(_look: &Look) -> Option<Self> {
        None
    }
}

/// Of lines such as `1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF` the process that has a file with this number.
/// The device is not compared: some file systems have one for a file and another for its lock.
#[cfg(any(target_os = "linux", test))]
fn owner(locks: &str, inode: u64) -> Option<u32> {
    let owners = locks.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let &[_, "FLOCK", _, "WRITE", process, file, ..] = &fields[..] else {
            return None;
        };
        let (_, found) = file.rsplit_once(':')?;
        (found.parse() == Ok(inode)).then(|| process.parse().ok())?
    });
    // Zero and less are processes that this one cannot see.
    owners.into_iter().find(|process| *process > 0)
}

/// Of `1234 (program) T ...` both; the name may have parentheses of its own.
#[cfg(any(target_os = "linux", test))]
fn program_and_state(stat: &str) -> Option<(&str, char)> {
    let (before, behind) = stat.rsplit_once(')')?;
    let (_, program) = before.split_once('(')?;
    Some((program, behind.trim_start().chars().next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_who_has_a_lock() {
        let locks = "1: POSIX  ADVISORY  WRITE 11 08:01:5678 0 EOF\n\
                     2: FLOCK  ADVISORY  WRITE 12 08:01:567 0 EOF\n\
                     3: FLOCK  ADVISORY  WRITE 13 00:2a:5678 0 EOF\n\
                     3: -> FLOCK  ADVISORY  WRITE 14 00:2a:5678 0 EOF\n";
        assert_eq!(owner(locks, 5678), Some(13));
        assert_eq!(owner(locks, 78), None);
        assert_eq!(owner("5: FLOCK ADVISORY WRITE -1 0:1:9 0 EOF", 9), None);
    }

    #[test]
    fn a_name_may_have_parentheses() {
        assert_eq!(program_and_state("7 (a) b) T 1"), Some(("a) b", 'T')));
        assert_eq!(program_and_state(""), None);
    }
}
