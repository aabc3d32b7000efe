//! What is wrong with the disk, said once.

use std::collections::HashSet;
use std::sync::LazyLock;

use ahash::RandomState;
use pyo3::prelude::*;

use crate::logging;
use crate::sync::system::Mutex;

/// Sayings that are remembered; a process that has so much to complain about is heard.
const REMEMBERED: usize = 1024;

static SAID: LazyLock<Mutex<HashSet<String, RandomState>>> = LazyLock::new(Mutex::default);

/// Logs a warning, unless this process has done so.
pub fn say(py: Python<'_>, message: &str) {
    let is_new = {
        let mut said = SAID.lock();
        said.len() < REMEMBERED && said.insert(message.to_owned())
    };
    if is_new {
        logging::warn(py, message);
    }
}
