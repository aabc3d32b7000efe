//! What Python sees: decorators, cached functions, options and their errors.
//!
//! [`duration`], [`project`] and [`size`] are pure; the other files are the Python face.

pub mod duration;
pub mod project;
pub mod size;

#[cfg(feature = "python")]
mod bell;
#[cfg(feature = "python")]
mod budget;
#[cfg(feature = "python")]
pub mod caches;
#[cfg(feature = "python")]
pub mod call;
#[cfg(feature = "python")]
pub mod capture;
#[cfg(feature = "python")]
pub mod classes;
#[cfg(feature = "python")]
pub mod computing;
#[cfg(feature = "python")]
pub mod coroutine;
#[cfg(feature = "python")]
mod coroutine_function;
#[cfg(feature = "python")]
pub mod decorators;
#[cfg(feature = "python")]
pub mod disk;
#[cfg(feature = "python")]
mod event_loop;
#[cfg(feature = "python")]
mod exit;
#[cfg(feature = "python")]
pub mod expiry;
#[cfg(feature = "python")]
pub mod explain;
#[cfg(feature = "python")]
pub mod failure;
#[cfg(feature = "python")]
pub mod forks;
#[cfg(feature = "python")]
pub mod function;
#[cfg(feature = "python")]
pub mod hit;
#[cfg(feature = "python")]
pub mod holdings;
#[cfg(feature = "python")]
pub mod info;
#[cfg(feature = "python")]
pub mod labels;
#[cfg(feature = "python")]
mod lasting;
#[cfg(feature = "python")]
pub mod method;
#[cfg(feature = "python")]
pub mod miss;
#[cfg(feature = "python")]
pub mod misses;
#[cfg(feature = "python")]
pub mod module;
#[cfg(feature = "python")]
pub mod nearest;
#[cfg(feature = "python")]
pub mod options;
#[cfg(feature = "python")]
pub mod redefined;
#[cfg(feature = "python")]
mod refresh;
#[cfg(feature = "python")]
pub mod release;
#[cfg(feature = "python")]
pub mod resource;
#[cfg(feature = "python")]
mod second_tier;
#[cfg(feature = "python")]
pub mod session;
#[cfg(feature = "python")]
pub mod settings;
#[cfg(feature = "python")]
mod surroundings;
#[cfg(feature = "python")]
pub mod testing;
#[cfg(feature = "python")]
pub mod value;
#[cfg(feature = "python")]
mod waiting;
