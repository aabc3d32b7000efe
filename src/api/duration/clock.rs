//! Amounts with units, a clock time behind them, or a bare number: "-1 days +02:03:04.5", "1h23s", "5".
//!
//! One pass over the characters, because what a character means depends on all before it: spaces, commas and plus signs
//! are skipped even within a number ("1 0d" is ten days), and "1d.5" is fifteen days. A table of regular forms would
//! refuse such texts, which pandas takes.

use super::{Fault, Sum, units::Unit};

/// Python refuses to convert longer texts into integers.
const MAX_DIGITS: usize = 4300;

/// Decimal places of a second; further digits are cut off.
const MAX_PLACES: usize = 9;

/// The nanoseconds in a text that is not ISO 8601, unchecked for range.
pub(super) fn nanoseconds(text: &str) -> Result<i128, Fault> {
    let mut reader = Reader::default();
    text.chars()
        .try_for_each(|character| reader.read(character))?;
    reader.finish()
}

/// The term being read, and the sum of those before it.
#[derive(Default)]
struct Reader {
    sum: Sum,
    number: String,
    fraction: String,
    unit: String,
    /// Whether digits go to the fraction.
    after_point: bool,
    /// Whether a unit came already.
    has_term: bool,
    /// The unit of the last field that a colon ended.
    field: Option<Unit>,
}

impl Reader {
    fn read(&mut self, character: char) -> Result<(), Fault> {
        match character {
            ' ' | ',' | '+' => Ok(()),
            '-' => self.minus(),
            '0'..='9' => self.digit(character),
            ':' => self.colon(),
            '.' => self.point(),
            letter => {
                self.letter(letter);
                Ok(())
            }
        }
    }

    fn minus(&mut self) -> Result<(), Fault> {
        if self.sum.negative || self.has_term || self.field.is_some() {
            return Err(Fault::MisplacedSign);
        }
        self.sum.negative = true;
        Ok(())
    }

    fn digit(&mut self, digit: char) -> Result<(), Fault> {
        if self.unit.is_empty() {
            let part = if self.after_point {
                &mut self.fraction
            } else {
                &mut self.number
            };
            part.push(digit);
            return Ok(());
        }
        // A point right behind a unit starts no new term.
        if !std::mem::take(&mut self.after_point) {
            self.end_term()?;
        }
        self.number.push(digit);
        Ok(())
    }

    fn letter(&mut self, letter: char) {
        self.unit.push(letter);
        self.has_term = true;
        self.after_point = false;
    }

    fn colon(&mut self) -> Result<(), Fault> {
        if self.has_term {
            // The sign is that of the days: "-1 days 02:00:00" is 22 hours ago.
            self.sum.negative = false;
        }
        let field = match self.field {
            None => Unit::Hour,
            Some(Unit::Hour) => Unit::Minute,
            Some(_) => Unit::Second,
        };
        self.end_field(field)?;
        self.field = Some(field);
        self.unit.clear();
        Ok(())
    }

    fn point(&mut self) -> Result<(), Fault> {
        if self.field.is_some() && !self.number.is_empty() {
            self.end_seconds()?;
            self.unit.clear();
            self.fraction.clear();
        }
        self.after_point = true;
        Ok(())
    }

    fn finish(mut self) -> Result<i128, Fault> {
        if self.after_point && self.unit.is_empty() {
            self.end_fraction()?;
        } else if self.after_point {
            self.end_term()?;
        } else if self.field.is_some() {
            self.end_clock()?;
        } else {
            self.end_amount()?;
        }
        Ok(self.sum.nanoseconds)
    }

    /// The last term of a text without a clock time: one with a unit, or nothing but a number.
    fn end_amount(&mut self) -> Result<(), Fault> {
        if self.number.is_empty() {
            return Err(Fault::MissingNumber);
        }
        if !self.unit.is_empty() {
            return self.end_term();
        }
        if self.has_term {
            return Err(Fault::MissingUnit);
        }
        self.sum.add(Unit::Nanosecond.amount(&self.number, "")?)
    }

    fn end_clock(&mut self) -> Result<(), Fault> {
        if !self.unit.is_empty() {
            return Err(Fault::Clock);
        }
        self.end_seconds()
    }

    fn end_seconds(&mut self) -> Result<(), Fault> {
        if self.field != Some(Unit::Minute) {
            return Err(Fault::Clock);
        }
        self.end_field(Unit::Second)
    }

    /// The decimal places of a clock time's seconds.
    fn end_fraction(&mut self) -> Result<(), Fault> {
        if self.field.is_none() {
            return Err(Fault::MissingUnit);
        }
        self.fraction.truncate(MAX_PLACES);
        let zeros = MAX_PLACES - self.fraction.len();
        let scale = 10_i128.pow(u32::try_from(zeros).unwrap_or_default());
        self.sum.add(whole(&self.fraction)? * scale)
    }

    fn end_field(&mut self, unit: Unit) -> Result<(), Fault> {
        let field = whole(&self.number)?.checked_mul(unit.nanoseconds().into());
        self.number.clear();
        self.sum.add(field.ok_or(Fault::OutOfRange)?)
    }

    fn end_term(&mut self) -> Result<(), Fault> {
        let term = Unit::named(&self.unit)?.amount(&self.number, &self.fraction)?;
        self.number.clear();
        self.fraction.clear();
        self.unit.clear();
        self.sum.add(term)
    }
}

fn whole(digits: &str) -> Result<i128, Fault> {
    if digits.is_empty() {
        return Err(Fault::Clock);
    }
    if digits.len() > MAX_DIGITS {
        return Err(Fault::OutOfRange);
    }
    digits.parse().map_err(|_| Fault::OutOfRange)
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
            ("5", 5),
            ("-5", -5),
            ("+5", 5),
            ("1d", DAY),
            ("1.5 days", DAY + 12 * HOUR),
            ("1h23s", HOUR + 23 * SECOND),
            ("1 day, 2 hours", DAY + 2 * HOUR),
            ("00:01:30", 90 * SECOND),
            ("00:01:30.5", 90 * SECOND + SECOND / 2),
            ("1 days 00:01:30", DAY + 90 * SECOND),
            ("-1 days 02:00:00", -22 * HOUR),
            ("-02:00:00", -2 * HOUR),
            ("0:0:0.1234567899", 123_456_789),
        ] {
            assert_eq!(nanoseconds(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn irregular_forms_that_pandas_takes() {
        for (text, expected) in [
            ("1 0d", 10 * DAY),
            ("1d.5", 15 * DAY),
            ("1d.", DAY),
            ("1.5:", HOUR + SECOND / 2),
            ("1:0:2:.5", HOUR + 2 * SECOND + SECOND / 2),
            (".5d1h", 13 * HOUR),
            ("-1d2h", -26 * HOUR),
            ("+-+5", -5),
        ] {
            assert_eq!(nanoseconds(text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn refusals() {
        for (text, fault) in [
            ("1.5", Fault::MissingUnit),
            ("1d 5", Fault::MissingUnit),
            ("d", Fault::MissingNumber),
            (".5d", Fault::MissingNumber),
            (" ", Fault::MissingNumber),
            ("--5", Fault::MisplacedSign),
            ("1d -5h", Fault::MisplacedSign),
            ("1:2", Fault::Clock),
            ("1:2.5", Fault::Clock),
            ("1:2:", Fault::Clock),
            (":2:3", Fault::Clock),
            ("1:2:3:4", Fault::Clock),
            ("3:25:00 PM", Fault::Clock),
            ("1\t2", Fault::UnknownUnit("\t".to_owned())),
            ("1M", Fault::AmbiguousUnit("M".to_owned())),
        ] {
            assert_eq!(nanoseconds(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn endless_fields_are_out_of_range() {
        for digits in [39, 100, MAX_DIGITS + 1] {
            assert_eq!(
                nanoseconds(&format!("{}:0:0", "9".repeat(digits))),
                Err(Fault::OutOfRange)
            );
        }
        assert_eq!(
            nanoseconds(&format!("{}1:0:0", "0".repeat(MAX_DIGITS - 1))),
            Ok(HOUR)
        );
        assert_eq!(
            nanoseconds(&format!("{}1:0:0", "0".repeat(MAX_DIGITS))),
            Err(Fault::OutOfRange)
        );
    }
}
