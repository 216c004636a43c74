//! Where the published dumps and vectors are. They are no part of the project.

use std::io::Write;
use std::path::PathBuf;

/// The folder of a set, in `$HEIMDALL_CORPORA` or in `shared/corpora` beside the work tree; `None`, said aloud, where
/// there is none.
pub fn folder(set: &str) -> Option<PathBuf> {
    let root = std::env::var_os("HEIMDALL_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let folder = root.join(set);
    if folder.is_dir() {
        return Some(folder);
    }
    say(&format!("{set}: SKIPPED, it is not on this machine"));
    None
}

/// Straight to the error stream: the harness would keep it for itself when the test passes.
pub fn say(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").expect("the error stream is open");
}
