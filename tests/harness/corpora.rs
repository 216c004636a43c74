//! Real data, where this machine has some.

use std::path::PathBuf;

/// The folder of the corpora, which is beside the clone or where `HEIMDALL_CORPORA` says; none where it is not there.
pub fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("HEIMDALL_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpora")),
        PathBuf::from,
    );
    folder.is_dir().then_some(folder)
}
