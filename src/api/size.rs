//! A size in bytes written as text: "500MB", "1.5 GiB", "123".

use thiserror::Error;

/// The units, in lower case and with their powers of 1024, which "MB" means here as it does to Streamlit.
const UNITS: [(&str, u32); 13] = [
    ("b", 0),
    ("k", 1),
    ("kb", 1),
    ("kib", 1),
    ("m", 2),
    ("mb", 2),
    ("mib", 2),
    ("g", 3),
    ("gb", 3),
    ("gib", 3),
    ("t", 4),
    ("tb", 4),
    ("tib", 4),
];

/// Why a text is no size.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SizeError {
    /// The text does not start with a number, or starts with a sign.
    #[error("{0:?} is no size: it has to start with a number without a sign; {examples}", examples = EXAMPLES)]
    MissingNumber(String),
    /// What follows the number is no unit.
    #[error("{0:?} is no size: its unit is none of B, KB, MB, GB, TB, KiB, MiB, GiB and TiB; {examples}", examples = EXAMPLES)]
    UnknownUnit(String),
    /// A number without a unit, which is most likely meant to have one.
    #[error("{0:?} is no size: it needs a unit; {examples}", examples = EXAMPLES)]
    MissingUnit(String),
    /// The size is less than one byte.
    #[error("{0:?} is no size: it is less than one byte; {examples}", examples = EXAMPLES)]
    Zero(String),
    /// The size is 2^64 bytes or more.
    #[error("{0:?} is no size: it does not fit into 64 bits; {examples}", examples = EXAMPLES)]
    OutOfRange(String),
}

/// The end of each message.
const EXAMPLES: &str = r#"write for example "500MB", "1.5 GB", "200KiB" or "4096B""#;

/// Reads a positive number of bytes.
///
/// Units are powers of 1024 in any case, with blanks before and after allowed.
/// Fractions are rounded down to whole bytes: "1.1KB" is 1126.
pub fn parse_bytes(text: &str) -> Result<u64, SizeError> {
    let (number, unit) = split(text.trim_matches(' '));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if !is_number(whole, fraction) {
        return Err(SizeError::MissingNumber(text.to_owned()));
    }
    if unit.is_empty() {
        return Err(SizeError::MissingUnit(text.to_owned()));
    }
    let scale = scale(unit).ok_or_else(|| SizeError::UnknownUnit(text.to_owned()))?;
    match scaled(whole, fraction, scale) {
        None => Err(SizeError::OutOfRange(text.to_owned())),
        Some(0) => Err(SizeError::Zero(text.to_owned())),
        Some(bytes) => Ok(bytes),
    }
}

fn split(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    (number, unit.trim_start_matches(' '))
}

fn is_number(whole: &str, fraction: &str) -> bool {
    let has_digit = !whole.is_empty() || !fraction.is_empty();
    has_digit && !fraction.contains('.')
}

fn scale(unit: &str) -> Option<u64> {
    let unit = UNITS
        .iter()
        .find(|(name, _)| unit.eq_ignore_ascii_case(name));
    unit.map(|&(_, power)| 1024_u64.pow(power))
}

fn scaled(whole: &str, fraction: &str, scale: u64) -> Option<u64> {
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    whole.checked_mul(scale)?.checked_add(part(fraction, scale))
}

/// Rounds `0.fraction * scale` down, exactly: a long multiplication from the last digit to the first.
fn part(fraction: &str, scale: u64) -> u64 {
    let digits = fraction.bytes().rev().map(|byte| u64::from(byte - b'0'));
    digits.fold(0, |carry, digit| (digit * scale + carry) / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("123B", 123),
            ("1B", 1),
            ("10 KiB", 10_240),
            ("1k", 1024),
            ("1.1KB", 1126),
            ("500MB", 524_288_000),
            ("1.5 GB", 1_610_612_736),
            (" .5  gib ", 536_870_912),
            ("2.TB", 2_199_023_255_552),
            ("18446744073709551615B", u64::MAX),
        ] {
            assert_eq!(parse_bytes(text), Ok(bytes), "{text:?}");
        }
    }

    #[test]
    fn fractions_round_down_exactly() {
        let just_below = format!("1.{}KB", "9".repeat(90));
        assert_eq!(parse_bytes(&just_below), Ok(2047));
        assert_eq!(parse_bytes("0.0009765625KB"), Ok(1));
        assert_eq!(
            parse_bytes("0.00000000000090949470177292823791503906250TB"),
            Ok(1)
        );
    }

    #[test]
    fn refusals() {
        type Refusal = fn(String) -> SizeError;
        for (text, refusal) in [
            ("", SizeError::MissingNumber as Refusal),
            (".", SizeError::MissingNumber),
            ("MB", SizeError::MissingNumber),
            ("-5MB", SizeError::MissingNumber),
            ("+5MB", SizeError::MissingNumber),
            ("nan", SizeError::MissingNumber),
            ("inf", SizeError::MissingNumber),
            ("1.2.3MB", SizeError::MissingNumber),
            ("1.5", SizeError::MissingUnit),
            ("1.", SizeError::MissingUnit),
            ("1e6", SizeError::UnknownUnit),
            ("1 PB", SizeError::UnknownUnit),
            ("1\tMB", SizeError::UnknownUnit),
            ("1_000", SizeError::UnknownUnit),
            ("1 000", SizeError::UnknownUnit),
            ("500", SizeError::MissingUnit),
            ("0B", SizeError::Zero),
            ("0.5B", SizeError::Zero),
            ("18446744073709551616B", SizeError::OutOfRange),
            ("16777216TB", SizeError::OutOfRange),
        ] {
            assert_eq!(parse_bytes(text), Err(refusal(text.to_owned())), "{text:?}");
        }
    }
}
