//! The disk as the second tier of a function's cache: `persist="disk"`.
//!
//! | file | job |
//! |---|---|
//! | `persist` | the option, and `memoxide.Disk` |
//! | `settings` | what holds for the whole process |
//! | `application` | which application a function belongs to |
//! | `opened` | the namespaces that this process has open |
//! | `tier` | one function's part of a namespace |
//! | `held` | the locks of its computations |
//! | `recall` | from the disk to a caller, or the right to compute |
//! | `wait` | how long another process is waited for |
//! | `keep` | from a computed value to the disk |
//! | `complaint` | what is wrong with the disk, said once |
//! | `browser` | a folder as the command line shows it |

mod application;
pub mod browser;
mod complaint;
mod held;
mod keep;
mod opened;
mod persist;
mod recall;
pub mod settings;
mod tier;
mod wait;

pub use self::keep::Computed;
pub use self::opened::{after_fork, clear_all};
pub use self::persist::{Disk, Persist};
pub use self::recall::{Found, NESTED_WAIT, Patience, Permit, Recalled, Search, Stamp};
pub use self::tier::{Place, Tier};
pub use self::wait::Wait;
