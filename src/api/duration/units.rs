//! The units of time: their names, and amounts of them in nanoseconds.

use super::Fault;

/// A unit of fixed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

impl Unit {
    /// Finds a unit by its name, in any case except for "M" and "Y", which are months and years.
    pub(super) fn named(name: &str) -> Result<Self, Fault> {
        if matches!(name, "M" | "Y" | "y") {
            return Err(Fault::AmbiguousUnit(name.to_owned()));
        }
        Self::of(&name.to_ascii_lowercase()).ok_or_else(|| Fault::UnknownUnit(name.to_owned()))
    }

    fn of(lowercase: &str) -> Option<Self> {
        Some(match lowercase {
            "w" => Self::Week,
            "d" | "day" | "days" => Self::Day,
            "h" | "hr" | "hour" | "hours" => Self::Hour,
            "m" | "min" | "minute" | "minutes" => Self::Minute,
            "s" | "sec" | "second" | "seconds" => Self::Second,
            "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => Self::Millisecond,
            "us" | "\u{b5}s" | "micro" | "micros" | "microsecond" | "microseconds" => {
                Self::Microsecond
            }
            "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => Self::Nanosecond,
            _ => return None,
        })
    }

    /// The length of the unit.
    pub(super) const fn nanoseconds(self) -> i64 {
        match self {
            Self::Week => 604_800_000_000_000,
            Self::Day => 86_400_000_000_000,
            Self::Hour => 3_600_000_000_000,
            Self::Minute => 60_000_000_000,
            Self::Second => 1_000_000_000,
            Self::Millisecond => 1_000_000,
            Self::Microsecond => 1_000,
            Self::Nanosecond => 1,
        }
    }

    /// The nanoseconds in `whole.fraction` units, where one of the two may be empty.
    pub(super) fn amount(self, whole: &str, fraction: &str) -> Result<i128, Fault> {
        let number: f64 = format!("{whole}.{fraction}")
            .parse()
            .map_err(|_| Fault::MissingNumber)?;
        let count = saturated(number).checked_mul(self.nanoseconds().into());
        let rest = saturated(self.rounded(number.fract()) * exact(self.nanoseconds()));
        let sum = count.and_then(|count| count.checked_add(rest));
        match sum.map(i64::try_from) {
            Some(Ok(nanoseconds)) => Ok(nanoseconds.into()),
            _ => Err(Fault::OutOfRange),
        }
    }

    /// Rounds half to even, as Python's `round` does, at the last decimal place that is worth a nanosecond.
    fn rounded(self, fraction: f64) -> f64 {
        let places = self.nanoseconds().ilog10() as usize;
        match places {
            0 => fraction,
            _ => format!("{fraction:.places$}").parse().unwrap_or(fraction),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "cut off as pandas does; what saturates is out of range later"
)]
fn saturated(number: f64) -> i128 {
    number as i128
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a week of nanoseconds is below 2^53"
)]
fn exact(nanoseconds: i64) -> f64 {
    nanoseconds as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_any_case() {
        for (name, unit) in [
            ("W", Unit::Week),
            ("w", Unit::Week),
            ("Days", Unit::Day),
            ("HR", Unit::Hour),
            ("m", Unit::Minute),
            ("MIN", Unit::Minute),
            ("Sec", Unit::Second),
            ("MS", Unit::Millisecond),
            ("\u{b5}S", Unit::Microsecond),
            ("nanos", Unit::Nanosecond),
        ] {
            assert_eq!(Unit::named(name), Ok(unit), "{name}");
        }
    }

    #[test]
    fn months_years_and_other_words_are_refused() {
        for name in ["M", "Y", "y"] {
            assert_eq!(
                Unit::named(name),
                Err(Fault::AmbiguousUnit(name.to_owned()))
            );
        }
        // The last is the Greek letter, which is another character than the sign for micro.
        for name in ["", "week", "weeks", "hrs", "mins", "secs", "n", "\u{3bc}s"] {
            assert_eq!(Unit::named(name), Err(Fault::UnknownUnit(name.to_owned())));
        }
    }

    #[test]
    fn fractions_are_rounded_then_cut() {
        for (unit, whole, fraction, nanoseconds) in [
            (Unit::Day, "1", "5", 129_600_000_000_000),
            (Unit::Second, "", "1", 100_000_000),
            (Unit::Second, "1", "", 1_000_000_000),
            (Unit::Second, "0", "0000000016", 2),
            (Unit::Microsecond, "1", "0625", 1_062),
            (Unit::Microsecond, "1", "1875", 1_188),
            (Unit::Nanosecond, "1", "9", 1),
            (Unit::Week, "0", "333333333333333", 201_599_999_999_997),
        ] {
            assert_eq!(
                unit.amount(whole, fraction),
                Ok(nanoseconds),
                "{whole}.{fraction} {unit:?}"
            );
        }
    }

    #[test]
    fn amounts_beyond_64_bits_are_refused() {
        let largest = i64::MAX.to_string();
        for (unit, whole) in [
            (Unit::Week, "15251"),
            (Unit::Nanosecond, &*largest),
            (Unit::Day, &*"9".repeat(400)),
        ] {
            assert_eq!(
                unit.amount(whole, "0"),
                Err(Fault::OutOfRange),
                "{whole} {unit:?}"
            );
        }
        assert_eq!(Unit::Day.amount("", ""), Err(Fault::MissingNumber));
    }
}
