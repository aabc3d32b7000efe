//! Payloads that shrink are stored as a block of LZ4. Buffers never are: they are mapped as they lie.

use std::borrow::Cow;

use super::fault::Fault;
use super::format::Form;

/// Bytes that tell whether the rest will shrink.
const SAMPLE: usize = 64 * 1024;

/// A block of LZ4 cannot be much longer; what is, is most likely a buffer that was not kept apart.
const MAX: usize = 1 << 30;

/// The stored form of a payload that is at least `from` bytes long.
pub(super) fn compress(payload: &[u8], from: Option<usize>) -> (Form, Cow<'_, [u8]>) {
    let plain = (Form::Plain, Cow::Borrowed(payload));
    if from.is_none_or(|from| payload.len() < from) || payload.len() > MAX {
        return plain;
    }
    // The middle, since beginnings are often unlike what follows.
    let start = payload.len().saturating_sub(SAMPLE) / 2;
    let sample = &payload[start..payload.len().min(start + SAMPLE)];
    if sample.len() < payload.len() && !pays(lz4_flex::compress(sample).len(), sample.len()) {
        return plain;
    }
    let compressed = lz4_flex::compress(payload);
    if pays(compressed.len(), payload.len()) {
        return (Form::Lz4, Cow::Owned(compressed));
    }
    plain
}

/// A quarter less is worth the time that reading takes more.
fn pays(stored: usize, plain: usize) -> bool {
    stored <= plain / 4 * 3
}

/// The payload of `plain` bytes whose block is `stored`.
pub(super) fn decompress(stored: &[u8], plain: u64) -> Result<Vec<u8>, Fault> {
    let too_large = |_| Fault::TooLarge { size: plain };
    let length = usize::try_from(plain).map_err(|_| Fault::TooLarge { size: plain })?;
    let mut payload = Vec::new();
    payload.try_reserve_exact(length).map_err(too_large)?;
    payload.resize(length, 0);
    match lz4_flex::block::decompress_into(stored, &mut payload) {
        Ok(written) if written == length => Ok(payload),
        _ => Err(Fault::Malformed("a compressed payload of another length")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shrinks_is_compressed_and_comes_back() {
        let payload: Vec<u8> = (0..200_000_u32).map(|i| (i / 100 % 7) as u8).collect();
        let (form, stored) = compress(&payload, Some(4096));
        assert_eq!(form, Form::Lz4);
        assert!(stored.len() < payload.len() / 4);
        assert_eq!(decompress(&stored, 200_000).unwrap(), payload);
        assert!(decompress(&stored, 199_999).is_err());
        assert!(decompress(&stored, 200_001).is_err());
        assert!(decompress(&stored[1..], 200_000).is_err());
    }

    #[test]
    fn noise_and_short_payloads_stay_as_they_are() {
        let mut noise = vec![0; 300_000];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        assert_eq!(compress(&noise, Some(4096)).0, Form::Plain);
        assert_eq!(compress(&[0; 4095], Some(4096)).0, Form::Plain);
        assert_eq!(compress(&[0; 4096], None).0, Form::Plain);
    }
}
