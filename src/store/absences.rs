//! Why entries are not there, of the last ones.

use std::collections::VecDeque;

use super::Departure;

/// Departures that a store remembers: what somebody asks about was mostly there a moment ago.
pub const REMEMBERED: usize = 64;

/// What a store knows of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Its value is there.
    Stored,
    /// Its value is there and has expired.
    Expired,
    /// It is not there, for this reason.
    Left(Departure),
    /// It was never there.
    Never,
    /// It is not there; why may have been forgotten.
    Unknown,
}

/// The last departures.
pub struct Absences<K> {
    last: VecDeque<(K, Departure)>,
    /// Whether there were more.
    has_forgotten: bool,
}

impl<K> Default for Absences<K> {
    fn default() -> Self {
        Self {
            last: VecDeque::new(),
            has_forgotten: false,
        }
    }
}

impl<K: Eq + Clone> Absences<K> {
    /// Notes why there is no entry under `key`.
    pub fn note(&mut self, key: &K, departure: Departure) {
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
            self.has_forgotten = true;
        }
        self.last.push_back((key.clone(), departure));
    }

    /// Notes that all entries were cleared, as many as `count`. Looking at more of them than are
    /// remembered, which are `newest`, would take the longer the more there are.
    pub fn note_clear(&mut self, count: usize, newest: &[K]) {
        self.has_forgotten |= count > newest.len();
        for key in newest {
            self.note(key, Departure::Cleared);
        }
    }

    /// What is known of a key that has no entry.
    pub fn of(&self, key: &K) -> Presence {
        let newest = self.last.iter().rev().find(|(other, _)| other == key);
        match newest {
            Some((_, departure)) => Presence::Left(*departure),
            None if self.has_forgotten => Presence::Unknown,
            None => Presence::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_reason_counts() {
        let mut absences = Absences::default();
        assert_eq!(absences.of(&1), Presence::Never);
        absences.note(&1, Departure::Evicted);
        absences.note(&1, Departure::Expired);
        assert_eq!(absences.of(&1), Presence::Left(Departure::Expired));
    }

    #[test]
    fn what_is_forgotten_is_not_denied() {
        let mut absences = Absences::default();
        for key in 0..=REMEMBERED {
            absences.note(&key, Departure::Evicted);
        }
        assert_eq!(absences.of(&0), Presence::Unknown);
        assert_eq!(absences.of(&1), Presence::Left(Departure::Evicted));
        assert_eq!(absences.last.len(), REMEMBERED);
    }

    #[test]
    fn a_clear_notes_the_keys_that_were_used_last() {
        let mut absences = Absences::default();
        absences.note_clear(100, &[0, 1]);
        assert_eq!(absences.of(&0), Presence::Left(Departure::Cleared));
        assert_eq!(absences.of(&99), Presence::Unknown);
    }
}
