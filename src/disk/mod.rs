//! A folder of entries that processes share: sealed files, written whole, read by memory map.
//!
//! | file | job |
//! |---|---|
//! | `format` | the bytes of an entry |
//! | `seal`, `cores` | what tells that nobody changed them, made by all cores |
//! | `content`, `mapping` | the bytes of a file: read, and large data mapped |
//! | `compression` | payloads that shrink |
//! | `name` | what an entry is called, and where its file lies |
//! | `directory` | a directory, and what lies in it |
//! | `look` | what a look at one of them tells |
//! | `step` | the system's calls, at which tests make it fail |
//! | `once`, `key_file` | files that are made once; the key |
//! | `folder` | a folder that was checked, its key and its options |
//! | `namespace` | the entries of one application |
//! | `entry` | an entry that was read |
//! | `write`, `draft` | an entry that is written |
//! | `lock`, `guard` | one computation per name among all processes |
//! | `holder` | which process has a lock |
//! | `generation` | what tells other processes of a clear |
//! | `hits` | how often an entry was read |
//! | `walk`, `removal`, `sweep`, `listing` | all entries: removed, swept, shown |
//! | `clock` | the wall clock, which may jump |
//! | `random` | bytes that nobody can guess |
//! | `fault` | what goes wrong, each kind by its name |

mod clock;
mod compression;
mod content;
mod cores;
#[cfg(unix)]
mod directory;
#[cfg(not(unix))]
#[path = "directory_portable.rs"]
mod directory;
mod draft;
mod entry;
mod fault;
mod folder;
mod format;
mod generation;
mod guard;
mod hits;
mod holder;
mod key_file;
mod listing;
mod lock;
mod look;
mod mapping;
mod name;
mod namespace;
mod once;
mod random;
mod removal;
mod seal;
mod step;
mod sweep;
mod walk;
mod write;

pub use clock::{advance, is_expired, now};
pub use entry::{Entry, View};
pub use fault::{Fault, Refusal};
pub use folder::{Folder, Options};
pub use format::{ALIGNMENT, Codec, sections};
pub use generation::{Generation, Scope};
pub use guard::Guard;
pub use holder::Holder;
pub use key_file::KEY_LENGTH;
pub use listing::{Description, Listed};
pub use lock::Attempt;
pub use name::Name;
pub use namespace::Namespace;
pub use removal::Removed;
pub use seal::prepare;
pub use sweep::{Pace, Swept};
pub use write::{Parts, Written};

#[cfg(all(test, unix))]
mod tests;
