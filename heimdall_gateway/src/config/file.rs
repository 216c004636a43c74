//! Small files of settings, and who else can read them.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::Zeroizing;

/// No setting is longer: whoever names a disk or `/dev/zero` gets an error.
const LONGEST: u64 = 64 << 10;

/// The text of a file, without the line break at its end.
///
/// # Errors
/// Where it cannot be read, is no UTF-8, or is too long.
pub fn read(path: &Path) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let length = text.trim_end_matches(['\r', '\n']).len();
    text.truncate(length);
    Ok(text)
}

/// Why a file cannot be used, in words.
pub fn why(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "the file is not there",
        io::ErrorKind::PermissionDenied => "the file may not be read by the account that the gateway runs as",
        io::ErrorKind::InvalidData => "the file is not UTF-8",
        io::ErrorKind::FileTooLarge => "the file is larger than 64 KiB",
        io::ErrorKind::IsADirectory => "it is a folder, not a file",
        _ => "the file cannot be read",
    }
}

/// Whether any account of the machine can read it: its own mode says so, and no folder on the way is closed to them.
pub fn readable_by_all(path: &Path) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    let has = |path: &Path, bit: u32| {
        path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & bit != 0)
    };
    has(&path, 0o004) && path.ancestors().skip(1).all(|folder| has(folder, 0o001))
}
