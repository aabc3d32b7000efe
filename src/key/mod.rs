//! Keys: what identifies a call.
//!
//! [`arrow`], [`call_key`], [`decoder`], [`difference`], [`encoder`], [`interruption`], [`record`], [`strided`],
//! [`tag`] and [`trace`] are pure; the other files walk Python objects over them.

pub mod arrow;
pub mod call_key;
pub mod decoder;
pub mod difference;
pub mod encoder;
pub mod interruption;
pub mod record;
pub mod strided;
pub mod tag;
pub mod trace;

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
