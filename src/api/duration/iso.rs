//! ISO 8601 durations as pandas reads them, which is more freely than the standard: "P1DT2H3M4.5S", "P2W", "PT-5S".
//!
//! "P" and "T" are skipped wherever they stand, so that "M" always means minutes; a number that no letter follows is
//! dropped, and so "P5" is zero.

use super::{Fault, Sum, units::Unit};

/// Digits of a fraction that make one unit: the first three are milliseconds, the next microseconds.
const GROUP: usize = 3;

/// The longest number of hours or minutes.
const MAX_SHORT_DIGITS: usize = 2;

/// The nanoseconds in a text that starts with "P", unchecked for range.
pub(super) fn nanoseconds(text: &str) -> Result<i128, Fault> {
    let mut reader = Reader::default();
    text.chars()
        .try_for_each(|character| reader.read(character))?;
    if reader.has_digit {
        Ok(reader.sum.nanoseconds)
    } else {
        Err(Fault::Iso)
    }
}

/// The number being read, and the sum of the parts before it.
struct Reader {
    sum: Sum,
    number: String,
    has_digit: bool,
    after_point: bool,
    /// The unit of the fraction's present group of digits.
    group: Unit,
    /// Digits in the present group; in the last one there may be more than fit.
    places: usize,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            sum: Sum::default(),
            number: String::new(),
            has_digit: false,
            after_point: false,
            group: Unit::Millisecond,
            places: 0,
        }
    }
}

impl Reader {
    fn read(&mut self, character: char) -> Result<(), Fault> {
        match character {
            'P' | 'T' | '+' => Ok(()),
            '-' => self.minus(),
            '0'..='9' => self.digit(character),
            '.' => self.point(),
            'W' => self.end_part(Unit::Week),
            'D' => self.end_part(Unit::Day),
            'H' => self.end_short_part(Unit::Hour),
            'M' => self.end_short_part(Unit::Minute),
            'S' => self.end_seconds(),
            _ => Err(Fault::Iso),
        }
    }

    fn minus(&mut self) -> Result<(), Fault> {
        if self.sum.negative || self.has_digit {
            return Err(Fault::Iso);
        }
        self.sum.negative = true;
        Ok(())
    }

    fn digit(&mut self, digit: char) -> Result<(), Fault> {
        self.has_digit = true;
        if self.after_point {
            self.count_place()?;
        }
        self.number.push(digit);
        Ok(())
    }

    fn count_place(&mut self) -> Result<(), Fault> {
        if self.places == GROUP && self.group != Unit::Nanosecond {
            self.end_part(self.group)?;
            self.group = if self.group == Unit::Millisecond {
                Unit::Microsecond
            } else {
                Unit::Nanosecond
            };
            self.places = 0;
        }
        self.places += 1;
        Ok(())
    }

    fn point(&mut self) -> Result<(), Fault> {
        if !self.number.is_empty() {
            self.add(Unit::Second)?;
            self.number.clear();
        }
        self.after_point = true;
        Ok(())
    }

    fn end_seconds(&mut self) -> Result<(), Fault> {
        if !self.after_point {
            return self.add(Unit::Second);
        }
        if self.number.is_empty() || self.places > GROUP {
            return Err(Fault::Iso);
        }
        self.number.extend((self.places..GROUP).map(|_| '0'));
        self.add(self.group)
    }

    fn end_short_part(&mut self, unit: Unit) -> Result<(), Fault> {
        if self.number.len() > MAX_SHORT_DIGITS {
            return Err(Fault::Iso);
        }
        self.end_part(unit)
    }

    /// Adds a part; a minus sign after the "P" holds for the first one only.
    fn end_part(&mut self, unit: Unit) -> Result<(), Fault> {
        self.add(unit)?;
        self.sum.negative = false;
        self.number.clear();
        Ok(())
    }

    /// Adds the number without forgetting it: "PT1S2S" is one and twelve seconds.
    fn add(&mut self, unit: Unit) -> Result<(), Fault> {
        self.sum.add(unit.amount(&self.number, "0")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i128 = 1_000_000_000;
    const HOUR: i128 = 3600 * SECOND;
    const DAY: i128 = 24 * HOUR;

    #[test]
    fn regular_forms() {
        for (text, expected) in [
            ("PT1H", HOUR),
            ("P2W", 14 * DAY),
            ("P1DT2H3M4.5S", DAY + 2 * HOUR + 184 * SECOND + SECOND / 2),
            ("PT0.000000123S", 123),
            ("PT1.000001S", SECOND + 1_000),
            ("PT-5S", -5 * SECOND),
            ("P-1DT2H", -22 * HOUR),
            ("PT36500S", 36_500 * SECOND),
        ] {
            assert_eq!(nanoseconds(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn irregular_forms_that_pandas_takes() {
        for (text, expected) in [
            ("P5", 0),
            ("P1M", 60 * SECOND),
            ("P1DTH", DAY),
            ("PT1S2S", 13 * SECOND),
            ("PT1.2.3S", 3 * SECOND + 30_000_000),
            ("PT-0.123456S", -123_000_000 + 456_000),
            ("P1.5D", 5 * DAY + SECOND),
        ] {
            assert_eq!(nanoseconds(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn refusals() {
        for text in [
            "P",
            "PT",
            "PTS",
            "P1Y",
            "P 1D",
            "PT1h",
            "PT100H",
            "PT1.S",
            "PT0.1234567891S",
            "P1D-2D",
        ] {
            assert_eq!(nanoseconds(text), Err(Fault::Iso), "{text:?}");
        }
        assert_eq!(nanoseconds("P106752D"), Err(Fault::OutOfRange));
    }
}
