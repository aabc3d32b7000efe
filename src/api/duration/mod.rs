//! A time to live written as text, read the way `pandas.Timedelta` reads it.
//!
//! | file | forms |
//! |---|---|
//! | `iso` | ISO 8601: "P1DT2H3M4.5S", "-P1D" |
//! | `clock` | all others: "1d", "1.5 days", "1h23s", "1 days 00:01:30.5", "5" (nanoseconds) |
//! | `units` | the names of the units, and an amount of one of them in nanoseconds |
//!
//! Values are those of pandas 3.1 to the nanosecond, its oddities included: an application that moves from Streamlit
//! keeps its expiry times. Sums are kept in 128 bits; pandas' are unbounded, which differs only for clock fields
//! beyond 10^38 nanoseconds that a second such field brings back into range.

mod clock;
mod iso;
mod units;

use thiserror::Error;

/// The spellings of a missing time; pandas knows no other capitals.
const NOT_A_TIME: [&str; 7] = ["", "NaT", "nat", "NAT", "nan", "NaN", "NAN"];

/// The end of each message, since the grammar is easier shown than told.
const EXAMPLES: &str = r#"write for example "1d", "1.5 days", "1h23s", "00:01:30" or "PT1H""#;

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DurationError {
    /// The text is empty or spells a missing time, such as "nan".
    #[error("a missing time is no duration; {}", EXAMPLES)]
    NotATime,
    /// The text cannot be read, or its value does not fit.
    #[error("{text:?} is no duration: {fault}; {}", EXAMPLES)]
    Invalid {
        /// The text as it was given.
        text: String,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with the text of a duration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// A word that names no unit of time.
    #[error(
        "{0:?} is no unit; the units are W, D, h, m, s, ms, us and ns, and the words from \"days\" to \"nanoseconds\""
    )]
    UnknownUnit(String),
    /// A month or a year.
    #[error(
        "{0:?} would be a month or a year, which have no fixed length; minutes are \"m\" or \"min\""
    )]
    AmbiguousUnit(String),
    /// A number that no unit follows.
    #[error("a number has no unit")]
    MissingUnit,
    /// A unit, a sign or a colon that no number precedes.
    #[error("a number is missing")]
    MissingNumber,
    /// A minus sign after the first number.
    #[error("a minus sign may stand only in front")]
    MisplacedSign,
    /// A time of day with too few or too many fields, or with something behind it.
    #[error("a clock time is written hh:mm:ss and ends the text")]
    Clock,
    /// A text that starts with "P" and does not go on as ISO 8601 does.
    #[error("it starts like ISO 8601 and does not follow it")]
    Iso,
    /// A value beyond ±(2^63 − 1) nanoseconds.
    #[error("it is beyond the 292 years that 64 bits of nanoseconds can hold")]
    OutOfRange,
}

/// Reads a duration, in nanoseconds; negative ones are read as well.
///
/// The value is `pandas.Timedelta(text).value`, and what pandas refuses is an error. A bare whole number counts
/// nanoseconds.
pub fn parse_nanoseconds(text: &str) -> Result<i64, DurationError> {
    if NOT_A_TIME.contains(&text) {
        return Err(DurationError::NotATime);
    }
    total(text).map_err(|fault| DurationError::Invalid {
        text: text.to_owned(),
        fault,
    })
}

fn total(text: &str) -> Result<i64, Fault> {
    let sum = match text.strip_prefix('-') {
        Some(body) if body.starts_with('P') => -iso::nanoseconds(body)?,
        None if text.starts_with('P') => iso::nanoseconds(text)?,
        _ => clock::nanoseconds(text)?,
    };
    // The smallest value is left out: it is pandas' mark for a missing time.
    i64::try_from(sum)
        .ok()
        .filter(|&value| value != i64::MIN)
        .ok_or(Fault::OutOfRange)
}

/// A sum of terms, each with its own sign.
#[derive(Default)]
struct Sum {
    nanoseconds: i128,
    /// Whether terms are subtracted.
    negative: bool,
}

impl Sum {
    fn add(&mut self, term: i128) -> Result<(), Fault> {
        let signed = if self.negative { -term } else { term };
        self.nanoseconds = self
            .nanoseconds
            .checked_add(signed)
            .ok_or(Fault::OutOfRange)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;
    const DAY: i64 = 86_400 * SECOND;

    fn fault(text: &str) -> Fault {
        match parse_nanoseconds(text) {
            Err(DurationError::Invalid { fault, .. }) => fault,
            other => panic!("{text:?} gave {other:?}"),
        }
    }

    #[test]
    fn missing_times_are_an_error_of_their_own() {
        for text in NOT_A_TIME {
            assert_eq!(
                parse_nanoseconds(text),
                Err(DurationError::NotATime),
                "{text:?}"
            );
        }
        assert_eq!(fault("Nat"), Fault::MissingNumber);
    }

    #[test]
    fn the_prefix_chooses_the_grammar() {
        assert_eq!(parse_nanoseconds("P1D"), Ok(DAY));
        assert_eq!(parse_nanoseconds("-P1D"), Ok(-DAY));
        assert_eq!(parse_nanoseconds("-1d"), Ok(-DAY));
        for text in ["+P1D", " P1D", "--P1D"] {
            assert!(
                matches!(fault(text), Fault::UnknownUnit(_) | Fault::MisplacedSign),
                "{text}"
            );
        }
    }

    #[test]
    fn the_range_is_symmetric() {
        assert_eq!(parse_nanoseconds("9223372036s 854775807ns"), Ok(i64::MAX));
        assert_eq!(parse_nanoseconds("-9223372036s 854775807ns"), Ok(-i64::MAX));
        assert_eq!(fault("9223372036s 854775808ns"), Fault::OutOfRange);
        assert_eq!(fault("-9223372036s 854775808ns"), Fault::OutOfRange);
    }

    #[test]
    fn messages_name_the_text_the_fault_and_the_remedy() {
        let message = parse_nanoseconds("1 week").unwrap_err().to_string();
        assert!(
            message.starts_with(r#""1 week" is no duration: "week" is no unit"#),
            "{message}"
        );
        assert!(message.ends_with(r#""00:01:30" or "PT1H""#), "{message}");
    }
}
