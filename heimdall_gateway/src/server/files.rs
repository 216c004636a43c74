//! Each connection is an open file, of which the system allows so many.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// For the database, the identity provider, the log, and files that are read.
const OTHERS: u64 = 256;

/// Raises the limit of open files as far as it goes, and gives how many connections it has room for: `wanted` at most.
pub fn room_for(wanted: usize) -> usize {
    let before = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: before.maximum, maximum: before.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
    let Some(files) = getrlimit(Resource::Nofile).current else { return wanted };
    let room = usize::try_from(files.saturating_sub(OTHERS)).unwrap_or(usize::MAX).max(1);
    if room < wanted {
        tracing::warn!(
            files,
            connections = room,
            wanted,
            "the limit of open files is below HMD_CONNECTIONS: fewer connections are taken"
        );
    }
    wanted.min(room)
}
