//! A folder of entries that processes share: sealed files, written whole, read by memory map.
//!
//! | file | job |
//! |---|---|
//! | `format` | the bytes of an entry |
//! | `seal`, `cores` | the keyed hash over all of them, with all cores |
//! | `compression` | payloads that shrink |
//! | `name` | what an entry is called, and where its file lies |
//! | `random` | bytes that nobody can guess |
//! | `fault` | what goes wrong, each kind by its name |

mod compression;
mod cores;
mod fault;
mod format;
mod name;
mod random;
mod seal;

pub use fault::{Fault, Refusal};
pub use format::Codec;
pub use name::Name;
