//! The bytes of an entry: a head, the payload, the buffers, the seal. `docs/disk-format.md` tells it to others.
//!
//! Lengths stand in the head, places do not: each section begins at the next multiple of 64 after the one before
//! it, so that no two statements of a head can contradict each other. All numbers are little-endian.

use std::ops::Range;

use super::fault::Fault;
use super::name::Name;

/// The first bytes of every entry.
pub const MAGIC: [u8; 8] = *b"memoxide";

/// The version that is written, and the only one that is read.
pub const VERSION: u32 = 2;

/// Sections begin at multiples of it: what the widest vector registers and a cache line ask for.
pub const ALIGNMENT: usize = 64;

/// Bytes of the seal at the end.
pub const SEAL: usize = blake3::OUT_LEN;

/// Bytes of the head before what varies in length.
pub const FIXED: usize = 144;

/// Bytes that tell whether the rest can be understood: magic, version, lengths of head and file.
const PREFIX: usize = 24;

/// How the bytes of payload and buffers are to be understood; the caller's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codec {
    /// Which one.
    pub tag: [u8; 4],
    /// Its version.
    pub version: u32,
}

/// How the payload is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    /// One block of LZ4 without a header.
    Lz4,
}

/// All that a head says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub name: Name,
    /// Nanoseconds since the beginning of 1970.
    pub created: i64,
    /// Nanoseconds that the computation took.
    pub cost: u64,
    pub codec: Codec,
    pub form: Form,
    pub namespace: String,
    pub metadata: Vec<u8>,
    /// Bytes of the payload in the file.
    pub stored: u64,
    /// Bytes of the payload as it was given.
    pub plain: u64,
    /// Bytes of each buffer.
    pub buffers: Vec<u64>,
}

/// Where the sections of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub head: usize,
    pub payload: Range<usize>,
    pub buffers: Vec<Range<usize>>,
    /// Bytes before the seal.
    pub body: usize,
}

impl Head {
    /// Where the sections of such an entry are, unless they are longer than anything.
    pub(super) fn layout(&self) -> Result<Layout, Fault> {
        let namespace_and_metadata = self.namespace.len() + self.metadata.len();
        let head = aligned(FIXED + namespace_and_metadata + 8 * self.buffers.len())?;
        let payload = section(head, self.stored)?;
        let mut body = payload.end;
        let mut buffers = Vec::with_capacity(self.buffers.len());
        for &length in &self.buffers {
            let buffer = section(body, length)?;
            body = buffer.end;
            buffers.push(buffer);
        }
        body.checked_add(SEAL).ok_or(TOO_LONG)?;
        Ok(Layout {
            head,
            payload,
            buffers,
            body,
        })
    }

    /// The head's bytes, with the padding behind them.
    pub(super) fn encode(&self, layout: &Layout) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::with_capacity(layout.head);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(short(layout.head)?);
        bytes.extend(((layout.body + SEAL) as u64).to_le_bytes());
        self.encode_fields(&mut bytes)?;
        bytes.extend(self.namespace.as_bytes());
        bytes.extend(&self.metadata);
        bytes.extend(self.buffers.iter().flat_map(|length| length.to_le_bytes()));
        bytes.resize(layout.head, 0);
        Ok(bytes)
    }

    fn encode_fields(&self, bytes: &mut Vec<u8>) -> Result<(), Fault> {
        bytes.extend(self.name.function);
        bytes.extend(self.name.call);
        bytes.extend(self.created.to_le_bytes());
        bytes.extend(self.cost.to_le_bytes());
        bytes.extend(self.codec.tag);
        bytes.extend(self.codec.version.to_le_bytes());
        bytes.extend(self.form.number().to_le_bytes());
        bytes.extend(short(self.namespace.len())?);
        bytes.extend(short(self.metadata.len())?);
        bytes.extend(short(self.buffers.len())?);
        bytes.extend(self.stored.to_le_bytes());
        bytes.extend(self.plain.to_le_bytes());
        Ok(())
    }

    /// Reads the head at the beginning of a file of `size` bytes, and where its sections are.
    pub(super) fn parse(front: &[u8], size: usize) -> Result<(Self, Layout), Fault> {
        recognise(front, size as u64)?;
        let head = Self::read(front)?;
        let layout = head.layout()?;
        let claimed = u32_at(front, 12).map(|length| length as usize);
        if claimed != Some(layout.head) || layout.body + SEAL != size {
            return Err(Fault::Malformed("its lengths do not add up"));
        }
        if head.form == Form::Plain && head.plain != head.stored {
            return Err(Fault::Malformed("a plain payload of two lengths"));
        }
        Ok((head, layout))
    }

    /// Reads what a head says from the beginning of a file, which need not be whole.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        Self::try_read(bytes).ok_or(Fault::Malformed("it ends early"))?
    }

    fn try_read(bytes: &[u8]) -> Option<Result<Self, Fault>> {
        let mut rest = bytes.get(FIXED..)?;
        let namespace = take(&mut rest, u32_at(bytes, 116)? as usize)?;
        let metadata = take(&mut rest, u32_at(bytes, 120)? as usize)?;
        let lengths = take(&mut rest, (u32_at(bytes, 124)? as usize).checked_mul(8)?)?;
        let Some(form) = Form::of(u32_at(bytes, 112)?) else {
            return Some(Err(Fault::Malformed("an unknown form of payload")));
        };
        let Ok(namespace) = std::str::from_utf8(namespace) else {
            return Some(Err(Fault::Malformed("a namespace that is no text")));
        };
        Some(Ok(Self {
            name: Name {
                function: array_at(bytes, 24)?,
                call: array_at(bytes, 56)?,
            },
            created: i64::from_le_bytes(array_at(bytes, 88)?),
            cost: u64_at(bytes, 96)?,
            codec: Codec {
                tag: array_at(bytes, 104)?,
                version: u32_at(bytes, 108)?,
            },
            form,
            namespace: namespace.to_owned(),
            metadata: metadata.to_vec(),
            stored: u64_at(bytes, 128)?,
            plain: u64_at(bytes, 136)?,
            buffers: lengths
                .chunks_exact(8)
                .filter_map(|length| u64_at(length, 0))
                .collect(),
        }))
    }
}

impl Form {
    fn number(self) -> u32 {
        match self {
            Self::Plain => 0,
            Self::Lz4 => 1,
        }
    }

    fn of(number: u32) -> Option<Self> {
        [Self::Plain, Self::Lz4]
            .into_iter()
            .find(|form| form.number() == number)
    }
}

/// Whether a file of `size` bytes that begins with `prefix` can be an entry. Nothing else is believed before its
/// seal was checked, and this only gives a fault its name.
pub(super) fn recognise(prefix: &[u8], size: u64) -> Result<(), Fault> {
    if size == 0 {
        return Err(Fault::Empty);
    }
    let magic = &prefix[..prefix.len().min(MAGIC.len())];
    if !MAGIC.starts_with(magic) {
        return Err(Fault::Foreign);
    }
    let (Some(version), Some(expected)) = (u32_at(prefix, 8), u64_at(prefix, 16)) else {
        let expected = PREFIX as u64;
        return Err(Fault::Length {
            expected,
            found: size,
        });
    };
    match version {
        VERSION if expected == size => Ok(()),
        VERSION => Err(Fault::Length {
            expected,
            found: size,
        }),
        found if found < VERSION => Err(Fault::Older { found }),
        found => Err(Fault::Newer { found }),
    }
}

/// Bytes of the head, from the beginning of its file.
pub(super) fn head_length(prefix: &[u8]) -> Option<u64> {
    u32_at(prefix, 12).map(u64::from)
}

/// When an entry was made, from the beginning of its file.
pub(super) fn created(prefix: &[u8]) -> Option<i64> {
    prefix.starts_with(&MAGIC).then_some(())?;
    array_at(prefix, 88).map(i64::from_le_bytes)
}

const TOO_LONG: Fault = Fault::Malformed("sections that are longer than memory");

/// Where the payload as it is stored and the buffers lie in the bytes of a whole file. Its seal is not checked.
pub fn sections(file: &[u8]) -> Result<Vec<Range<usize>>, Fault> {
    let (_, layout) = Head::parse(file, file.len())?;
    let payload = std::iter::once(layout.payload);
    Ok(payload.chain(layout.buffers).collect())
}

/// Zero bytes up to the next section.
pub(super) fn padding(position: usize) -> &'static [u8] {
    const ZEROS: [u8; ALIGNMENT] = [0; ALIGNMENT];
    &ZEROS[..position.wrapping_neg() % ALIGNMENT]
}

fn aligned(position: usize) -> Result<usize, Fault> {
    position.checked_next_multiple_of(ALIGNMENT).ok_or(TOO_LONG)
}

/// The section of `length` bytes that follows what ends at `position`.
fn section(position: usize, length: u64) -> Result<Range<usize>, Fault> {
    let start = aligned(position)?;
    let length = usize::try_from(length).map_err(|_| TOO_LONG)?;
    Ok(start..start.checked_add(length).ok_or(TOO_LONG)?)
}

fn short(length: usize) -> Result<[u8; 4], Fault> {
    let length = u32::try_from(length).map_err(|_| TOO_LONG)?;
    Ok(length.to_le_bytes())
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(taken)
}

fn array_at<const LENGTH: usize>(bytes: &[u8], position: usize) -> Option<[u8; LENGTH]> {
    bytes.get(position..)?.first_chunk().copied()
}

fn u32_at(bytes: &[u8], position: usize) -> Option<u32> {
    array_at(bytes, position).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], position: usize) -> Option<u64> {
    array_at(bytes, position).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn heads() -> impl Strategy<Value = Head> {
        let varying = (
            ".{0,40}",
            proptest::collection::vec(any::<u8>(), 0..100),
            proptest::collection::vec(0..200_u64, 0..5),
        );
        (any::<([u8; 32], [u8; 32], i64, u64)>(), 0..300_u64, varying).prop_map(
            |((function, call, created, cost), stored, (namespace, metadata, buffers))| Head {
                name: Name { function, call },
                created,
                cost,
                codec: Codec {
                    tag: *b"test",
                    version: 7,
                },
                form: Form::Lz4,
                namespace,
                metadata,
                stored,
                plain: stored * 2,
                buffers,
            },
        )
    }

    fn file(head: &Head) -> Vec<u8> {
        let layout = head.layout().unwrap();
        let mut file = head.encode(&layout).unwrap();
        file.resize(layout.body + SEAL, 0xff);
        file
    }

    fn parse(file: &[u8]) -> Result<(Head, Layout), Fault> {
        Head::parse(file, file.len())
    }

    proptest! {
        #[test]
        fn a_head_is_read_as_it_was_written(head in heads()) {
            let (read, layout) = parse(&file(&head)).unwrap();
            prop_assert_eq!(&read, &head);
            prop_assert_eq!(layout.head % ALIGNMENT, 0);
            prop_assert!(layout.buffers.iter().all(|buffer| buffer.start % ALIGNMENT == 0));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes);
            let _ = Head::read(&bytes);
            let _ = created(&bytes);
        }

        #[test]
        fn a_changed_head_is_read_or_refused(head in heads(), at in 0..FIXED, byte: u8) {
            let mut file = file(&head);
            file[at] = byte;
            if let Ok((_, layout)) = parse(&file) {
                prop_assert!(layout.body <= file.len());
            }
        }
    }

    #[test]
    fn a_fault_has_its_name() {
        let name = Name {
            function: [1; 32],
            call: [2; 32],
        };
        let codec = Codec {
            tag: *b"test",
            version: 0,
        };
        let head = Head {
            name,
            codec,
            created: 0,
            cost: 0,
            form: Form::Plain,
            namespace: String::new(),
            metadata: vec![],
            stored: 3,
            plain: 3,
            buffers: vec![],
        };
        let good = file(&head);
        let with = |at: usize, byte| {
            let mut file = good.clone();
            file[at] = byte;
            parse(&file).map(drop)
        };
        assert!(matches!(parse(&[]), Err(Fault::Empty)));
        assert!(matches!(parse(b"memo"), Err(Fault::Length { .. })));
        assert!(matches!(parse(b"mem0"), Err(Fault::Foreign)));
        assert!(matches!(parse(&good[1..]), Err(Fault::Foreign)));
        assert!(matches!(parse(&good[..200]), Err(Fault::Length { .. })));
        assert!(matches!(with(8, 1), Err(Fault::Older { found: 1 })));
        assert!(matches!(with(8, 3), Err(Fault::Newer { found: 3 })));
        assert!(matches!(with(12, 0), Err(Fault::Malformed(_))));
        assert!(matches!(with(127, 0xff), Err(Fault::Malformed(_))));
        assert!(matches!(with(135, 0xff), Err(Fault::Malformed(_))));
        assert!(with(24, 9).is_ok());
    }
}
