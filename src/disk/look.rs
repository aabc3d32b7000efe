//! What a look at a file or a directory tells, whatever the system.

/// What is known of a file without opening it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub size: u64,
    /// Bytes that it takes on the disk.
    pub taken: u64,
    /// Nanoseconds since 1970.
    pub modified: i64,
    pub is_file: bool,
    /// The file whatever its name; zero where the system does not tell.
    pub identity: (u64, u64),
    /// How many names it has.
    pub links: u64,
}

/// Whose a directory or a file is, and what others may do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rights {
    pub owner: u32,
    pub user: u32,
    pub mode: u32,
}
