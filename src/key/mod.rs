//! Keys: what identifies a call.
//!
//! [`encoder`], [`tag`], [`record`], [`strided`], [`arrow`] and [`call_key`] are pure; the other files walk
//! Python objects over them.

pub mod arrow;
pub mod call_key;
pub mod encoder;
pub mod record;
pub mod strided;
pub mod tag;

#[cfg(feature = "python")]
pub mod binding;
#[cfg(feature = "python")]
pub mod definition;
#[cfg(feature = "python")]
pub mod hashers;
#[cfg(feature = "python")]
pub mod signature;
#[cfg(feature = "python")]
pub mod walk;
