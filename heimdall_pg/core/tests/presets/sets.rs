//! Published dumps.

use std::path::PathBuf;

use crate::support::folder;

/// The files of a set whose names have that ending, in order; none, said aloud, where the set is not there.
pub fn files(set: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let Some(folder) = folder(set) else { return Vec::new() };
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|file| file.expect("a file").path()).collect();
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
