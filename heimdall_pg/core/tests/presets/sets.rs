//! Where the published dumps are.

use std::io::Write;
use std::path::PathBuf;

/// The files of a set whose names have that ending, in order; none, said aloud, where the set is not there.
pub fn files(set: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let root = std::env::var_os("HEIMDALL_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let Ok(folder) = std::fs::read_dir(root.join(set)) else {
        say(&format!("{set}: SKIPPED, the dumps are not on this machine"));
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = folder.map(|file| file.expect("a file").path()).collect();
    files.retain(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(ending) && name != "README.txt"
    });
    files.sort();
    let read = |file: PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (name, std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
    };
    files.into_iter().map(read).collect()
}

/// Says a line, past the capture of the test harness.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
