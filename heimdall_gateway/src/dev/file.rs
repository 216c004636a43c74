//! Files that nobody else may read.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// The folder, closed to others where it is made here.
pub fn folder(path: &Path) -> Result<(), String> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| told(path, &error))
}

/// Writes a file whole or not at all: who reads it meanwhile has the old one.
pub fn write(path: &Path, text: &str, mode: u32) -> Result<(), String> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = Path::new(&new);
    let _ = std::fs::remove_file(new);
    let write = |mut file: File| file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(new);
    opened.and_then(write).and_then(|()| std::fs::rename(new, path)).map_err(|error| told(path, &error))
}

/// What the file holds; nothing where there is none.
pub fn read(path: &Path) -> Result<Option<String>, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(told(path, &error)),
    }
}

fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
