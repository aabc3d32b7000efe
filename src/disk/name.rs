//! What an entry is called, and where its file lies.

use std::fmt::Write as _;

/// Ends the names of entries.
pub(super) const ENTRY: &str = ".entry";

/// Ends the names of lock files.
pub(super) const LOCK: &str = ".lock";

/// Begins the names of files that are being written.
pub(super) const DRAFT: &str = ".draft-";

/// Characters of an application's name that its folder shows.
const SHOWN: usize = 40;

/// The name of an entry inside of its namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The digest of the function.
    pub function: [u8; 32],
    /// The digest of the whole call.
    pub call: [u8; 32],
}

/// The folder of an application: readable, and different for different names however alike they look.
pub(super) fn namespace_folder(application: &str) -> String {
    let shown = application.chars().take(SHOWN).map(|character| {
        let is_plain = character.is_ascii_alphanumeric() || "-_".contains(character);
        if is_plain { character } else { '_' }
    });
    let digest = blake3::hash(application.as_bytes());
    let mut folder: String = shown.collect();
    folder.push('-');
    folder.push_str(&hex(&digest.as_bytes()[..8]));
    folder
}

/// The folder of a function, from the root.
pub(super) fn function_folder(namespace: &str, function: &[u8; 32]) -> String {
    format!("{namespace}/{}", hex(function))
}

/// The file of an entry, from the root.
pub(super) fn entry_file(namespace: &str, name: &Name) -> String {
    file(namespace, name, ENTRY)
}

/// The lock file of an entry, from the root.
pub(super) fn lock_file(namespace: &str, name: &Name) -> String {
    file(namespace, name, LOCK)
}

fn file(namespace: &str, name: &Name, ending: &str) -> String {
    let folder = function_folder(namespace, &name.function);
    format!("{folder}/{}{ending}", hex(&name.call))
}

/// A name for a file that is being written, which nobody else uses.
pub(super) fn draft_file(folder: &str) -> String {
    let draft = format!("{DRAFT}{}", hex(&super::random::bytes::<16>()));
    if folder.is_empty() {
        return draft;
    }
    format!("{folder}/{draft}")
}

/// Two digits for each byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Whether `text` is a digest in hexadecimal digits.
pub(super) fn is_digest(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 64 && text.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_have_folders_of_their_own() {
        let folders = ["a/b", "a_b", "../a", "", "ä", "a\0b"].map(namespace_folder);
        for (index, folder) in folders.iter().enumerate() {
            assert!(!folders[..index].contains(folder), "{folder}");
            assert!(
                folder
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            );
        }
    }

    #[test]
    fn a_digest_is_64_small_digits() {
        assert!(is_digest(&hex(&[0xab; 32])));
        assert!(!is_digest(&hex(&[0xab; 31])));
        assert!(!is_digest(&"G".repeat(64)));
    }
}
