//! Formats: how the memory of a type is laid out.

use super::{Error, Result};

/// How a type's rows lie in memory. Types of one layout are told apart by their fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Nothing but nulls, and no memory.
    Null,
    /// A bit for each row.
    Boolean,
    /// So many bytes for each row.
    Fixed(usize),
    /// Bytes of any length, between offsets.
    Binary(Offsets),
    /// Bytes of any length, each row where its view says.
    BinaryView,
    /// Rows of the child, between offsets; a map is a list of pairs.
    List(Offsets),
    /// Rows of the child, from an offset on, as many as a size says.
    ListView(Offsets),
    /// So many rows of the child for each row.
    FixedList(usize),
    /// A row of each child for each row.
    Struct,
    /// A row of one of the children, which have these numbers.
    Union {
        /// Whether the rows say where in the child they are.
        dense: bool,
        /// The children's numbers.
        ids: Vec<i8>,
    },
    /// Rows that repeat, and where each ends.
    RunEnds,
}

/// How wide offsets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offsets {
    /// 32 bits.
    Narrow,
    /// 64 bits.
    Wide,
}

impl Offsets {
    /// Bytes of each.
    pub fn width(self) -> usize {
        match self {
            Self::Narrow => 4,
            Self::Wide => 8,
        }
    }
}

impl Layout {
    /// The layout of a format.
    pub fn of(format: &str) -> Result<Self> {
        Self::simple(format)
            .or_else(|| Self::with_parameters(format))
            .ok_or_else(|| Error::UnknownFormat(format.to_owned()))
    }

    fn simple(format: &str) -> Option<Self> {
        Some(match format {
            "n" => Self::Null,
            "b" => Self::Boolean,
            "c" | "C" => Self::Fixed(1),
            "s" | "S" | "e" => Self::Fixed(2),
            "i" | "I" | "f" | "tdD" | "tts" | "ttm" | "tiM" => Self::Fixed(4),
            "l" | "L" | "g" | "tdm" | "ttu" | "ttn" | "tDs" | "tDm" | "tDu" | "tDn" | "tiD" => {
                Self::Fixed(8)
            }
            // The last two are those of polars.
            "tin" | "_pli128" | "_plu128" => Self::Fixed(16),
            "u" | "z" => Self::Binary(Offsets::Narrow),
            "U" | "Z" => Self::Binary(Offsets::Wide),
            "vu" | "vz" => Self::BinaryView,
            "+l" | "+m" => Self::List(Offsets::Narrow),
            "+L" => Self::List(Offsets::Wide),
            "+vl" => Self::ListView(Offsets::Narrow),
            "+vL" => Self::ListView(Offsets::Wide),
            "+s" => Self::Struct,
            "+r" => Self::RunEnds,
            _ => return None,
        })
    }

    fn with_parameters(format: &str) -> Option<Self> {
        let (kind, parameters) = format.split_once(':')?;
        match kind {
            "tss" | "tsm" | "tsu" | "tsn" => Some(Self::Fixed(8)),
            "d" => decimal(parameters),
            "w" => parameters.parse().ok().map(Self::Fixed),
            "+w" => parameters.parse().ok().map(Self::FixedList),
            "+ud" => union(true, parameters),
            "+us" => union(false, parameters),
            _ => None,
        }
    }

    /// Whether there is a buffer that says which rows are null.
    pub fn has_validity(&self) -> bool {
        !matches!(self, Self::Null | Self::Union { .. } | Self::RunEnds)
    }
}

/// Precision, scale, and the width in bits unless that is 128.
fn decimal(parameters: &str) -> Option<Layout> {
    let bits = parameters.split(',').nth(2).unwrap_or("128");
    let bits: usize = bits.parse().ok()?;
    matches!(bits, 32 | 64 | 128 | 256).then_some(Layout::Fixed(bits / 8))
}

fn union(dense: bool, ids: &str) -> Option<Layout> {
    let ids = ids.split(',').filter(|id| !id.is_empty());
    let ids = ids.map(|id| id.parse().ok()).collect::<Option<_>>()?;
    Some(Layout::Union { dense, ids })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_layouts() {
        for (format, layout) in [
            ("l", Layout::Fixed(8)),
            ("d:19,10", Layout::Fixed(16)),
            ("d:5,2,32", Layout::Fixed(4)),
            ("d:60,2,256", Layout::Fixed(32)),
            ("w:0", Layout::Fixed(0)),
            ("tsu:Europe/Oslo", Layout::Fixed(8)),
            ("+w:3", Layout::FixedList(3)),
            ("+m", Layout::List(Offsets::Narrow)),
        ] {
            assert_eq!(Layout::of(format), Ok(layout), "{format}");
        }
        let ids = vec![0, 5];
        let dense = true;
        assert_eq!(Layout::of("+ud:0,5"), Ok(Layout::Union { dense, ids }));
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        for format in [
            "", "?", "+", "+x", "w:", "w:-1", "d:1,2,3", "ts:", "+ud:a", "+us:300",
        ] {
            let unknown = Error::UnknownFormat(format.to_owned());
            assert_eq!(Layout::of(format), Err(unknown));
        }
    }
}
