//! A key in a file of the server's account.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{KeySource, KeySourceError};
use crate::protect::Secret;

/// A file that holds a key.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
    /// Bits of the mode that may not be set.
    closed: u32,
    must_exist: bool,
}

impl KeyFile {
    /// A file that somebody has named: it has to be there, and to be closed to all but its owner.
    pub fn named(path: impl Into<PathBuf>) -> KeyFile {
        KeyFile { path: path.into(), closed: 0o077, must_exist: true }
    }

    /// A credential that systemd may have put into a directory of the service's own. Where systemd grants it by an
    /// access list, the bits of the group show what the list allows, and not that a group may read it.
    pub fn credential(directory: &Path, name: &str) -> KeyFile {
        KeyFile { path: directory.join(name), closed: 0o027, must_exist: false }
    }
}

impl KeySource for KeyFile {
    fn fetch(&self) -> Result<Option<Secret>, KeySourceError> {
        let mode = match fs::metadata(&self.path) {
            Ok(metadata) => metadata.permissions().mode(),
            Err(error) if error.kind() == ErrorKind::NotFound && !self.must_exist => return Ok(None),
            Err(error) => return Err(KeySourceError::Unreadable(error)),
        };
        if mode & self.closed != 0 {
            return Err(KeySourceError::OpenToOthers);
        }
        let text = fs::read_to_string(&self.path).map(Zeroizing::new).map_err(KeySourceError::Unreadable)?;
        Ok(Some(Secret::parse(&text)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n";

    struct Folder(PathBuf);

    impl Folder {
        fn new(test: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("heimdall-{test}-{}", std::process::id()));
            fs::create_dir(&path).unwrap();
            Folder(path)
        }

        fn file(&self, name: &str, content: &str, mode: u32) -> PathBuf {
            let path = self.0.join(name);
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn a_file_that_is_closed_to_others_gives_its_key() {
        let folder = Folder::new("closed");
        for mode in [0o600, 0o400] {
            let file = KeyFile::named(folder.file("key", KEY, mode));
            assert_eq!(file.fetch().unwrap().unwrap().bytes(), Secret::parse(KEY).unwrap().bytes());
            fs::remove_file(folder.0.join("key")).unwrap();
        }
    }

    #[test]
    fn a_file_that_others_can_read_or_write_does_not() {
        let folder = Folder::new("open");
        for mode in [0o640, 0o604, 0o620, 0o602] {
            let file = KeyFile::named(folder.file("key", KEY, mode));
            assert!(matches!(file.fetch(), Err(KeySourceError::OpenToOthers)), "{mode:o}");
        }
    }

    #[test]
    fn a_file_that_is_named_has_to_be_there_and_a_credential_need_not() {
        let folder = Folder::new("absent");
        assert!(matches!(KeyFile::named(folder.0.join("key")).fetch(), Err(KeySourceError::Unreadable(_))));
        assert!(KeyFile::credential(&folder.0, "key").fetch().unwrap().is_none());
    }

    #[test]
    fn a_credential_may_carry_an_access_list() {
        let folder = Folder::new("credential");
        folder.file("key", KEY, 0o440);
        assert!(KeyFile::credential(&folder.0, "key").fetch().unwrap().is_some());
        folder.file("other", KEY, 0o444);
        assert!(matches!(KeyFile::credential(&folder.0, "other").fetch(), Err(KeySourceError::OpenToOthers)));
    }
}
