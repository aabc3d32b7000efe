//! Bitmaps: the lowest bit of each byte comes first.

/// Bits of a word.
const WORD: usize = 64;

/// A bitmap that begins with the first bit of its first byte.
#[derive(Default)]
pub struct Bits {
    bytes: Vec<u8>,
    length: usize,
}

impl Bits {
    /// Appends `count` bits of `bytes`, from bit `start` on.
    pub fn extend(&mut self, bytes: &[u8], start: usize, count: usize) {
        for (at, taken) in words(start, start + count) {
            self.push(word(bytes, at, taken), taken);
        }
    }

    /// Appends `count` bits that are all set.
    pub fn extend_set(&mut self, count: usize) {
        for (_, taken) in words(0, count) {
            self.push(u64::MAX >> (WORD - taken), taken);
        }
    }

    /// Appends the lowest `count` bits of a word whose others are zero.
    fn push(&mut self, word: u64, count: usize) {
        let used = self.length % 8;
        let mut word = u128::from(word) << used;
        if used > 0
            && let Some(last) = self.bytes.last_mut()
        {
            word |= u128::from(*last);
            self.bytes.pop();
        }
        self.length += count;
        let length = self.length.div_ceil(8) - self.bytes.len();
        self.bytes.extend_from_slice(&word.to_le_bytes()[..length]);
    }

    /// Whether all bits are set.
    pub fn are_all_set(&self) -> bool {
        words(0, self.length)
            .all(|(at, taken)| word(&self.bytes, at, taken) == u64::MAX >> (WORD - taken))
    }

    /// How many bits are set.
    pub fn count(&self) -> usize {
        words(0, self.length)
            .map(|(at, taken)| word(&self.bytes, at, taken).count_ones() as usize)
            .sum()
    }

    /// The bits, with zeros up to a whole byte.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Start and length of each run of set bits between two places.
    pub fn runs(&self, start: usize, end: usize) -> impl Iterator<Item = (usize, usize)> {
        let mut next = start;
        std::iter::from_fn(move || {
            let first = self.find(true, next, end);
            next = self.find(false, first, end);
            (first < end).then_some((first, next - first))
        })
    }

    /// The first bit from `start` on that is, or is not, set; `end` if there is none.
    fn find(&self, set: bool, start: usize, end: usize) -> usize {
        for (at, taken) in words(start, end) {
            let word = word(&self.bytes, at, taken);
            let wanted = if set { word } else { !word };
            let found = wanted.trailing_zeros() as usize;
            if found < taken {
                return at + found;
            }
        }
        end
    }
}

/// Cuts bits into words: where each begins, and its bits.
fn words(start: usize, end: usize) -> impl Iterator<Item = (usize, usize)> {
    (start..end)
        .step_by(WORD)
        .map(move |at| (at, WORD.min(end - at)))
}

/// `count` bits from bit `start` on, of which there is at least one.
fn word(bytes: &[u8], start: usize, count: usize) -> u64 {
    let shift = start % 8;
    let bytes = &bytes[start / 8..(start + count).div_ceil(8)];
    let mut wide = [0; 16];
    // Most words are whole: a copy of a known length is one instruction.
    match bytes.first_chunk::<8>() {
        Some(whole) => wide[..8].copy_from_slice(whole),
        None => wide[..bytes.len()].copy_from_slice(bytes),
    }
    if let Some(ninth) = bytes.get(8) {
        wide[8] = *ninth;
    }
    let word = u128::from_le_bytes(wide) >> shift;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the bits above are not asked for"
    )]
    let word = word as u64;
    word & (u64::MAX >> (WORD - count))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn bit(bytes: &[u8], index: usize) -> bool {
        bytes[index / 8] >> (index % 8) & 1 == 1
    }

    proptest! {
        #[test]
        fn bits_are_moved_to_the_front(bytes in vec(any::<u8>(), 1..60), start in 0..200usize, lead in 0..70usize) {
            let start = start.min(bytes.len() * 8);
            let count = bytes.len() * 8 - start;
            let mut bits = Bits::default();
            bits.extend_set(lead);
            bits.extend(&bytes, start, count);
            prop_assert!((0..lead).all(|index| bit(bits.as_bytes(), index)));
            for index in 0..count {
                prop_assert_eq!(bit(bits.as_bytes(), lead + index), bit(&bytes, start + index));
            }
            prop_assert_eq!(bits.as_bytes().len(), (lead + count).div_ceil(8));
            let set = (start..start + count).filter(|&index| bit(&bytes, index)).count();
            prop_assert_eq!(bits.count(), lead + set);
            prop_assert_eq!(bits.are_all_set(), set == count);
        }

        #[test]
        fn runs_are_the_set_bits(bytes in vec(any::<u8>(), 1..60), start in 0..100usize, end in 0..480usize) {
            let mut bits = Bits::default();
            bits.extend(&bytes, 0, bytes.len() * 8);
            let end = end.min(bytes.len() * 8);
            let found: Vec<usize> = bits.runs(start, end).flat_map(|(at, length)| at..at + length).collect();
            let set: Vec<usize> = (start..end).filter(|&index| bit(&bytes, index)).collect();
            prop_assert_eq!(found, set);
        }
    }
}
