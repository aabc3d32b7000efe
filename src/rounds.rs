//! How often tests do something.

/// As often as that; under Miri, which is hundreds of times slower, one time of five hundred.
pub const fn rounds(count: u32) -> u32 {
    if cfg!(miri) { count / 500 } else { count }
}
