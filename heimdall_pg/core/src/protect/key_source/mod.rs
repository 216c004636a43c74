//! Where a key comes from. Another kind of source, such as a key-management service, is another [`KeySource`].

mod command;
mod file;

pub use command::KeyCommand;
pub use file::KeyFile;

use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error;

use super::{Secret, SecretError};

/// A place that may have a key.
pub trait KeySource {
    /// The key; none where this place has none, and the next one is to be asked.
    ///
    /// # Errors
    /// [`KeySourceError`] where the place is meant to have one and does not give it.
    fn fetch(&self) -> Result<Option<Secret>, KeySourceError>;
}

/// A place that is not set has no key.
impl<S: KeySource> KeySource for Option<S> {
    fn fetch(&self) -> Result<Option<Secret>, KeySourceError> {
        self.as_ref().map_or(Ok(None), KeySource::fetch)
    }
}

/// Why a place does not give its key. Says nothing of the key, nor of what a command has written.
#[derive(Debug, Error)]
pub enum KeySourceError {
    /// What is there is no key.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The file cannot be read.
    #[error("its file cannot be read: {}", .0.kind())]
    Unreadable(std::io::Error),
    /// The file can be read or changed by others than its owner.
    #[error("its file is open to other users")]
    OpenToOthers,
    /// The command cannot be run.
    #[error("its command cannot be run: {}", .0.kind())]
    NotRun(std::io::Error),
    /// The command has failed.
    #[error("its command has ended with {0}")]
    Failed(ExitStatus),
    /// The command gave no key in time.
    #[error("its command gave no key within {} seconds", .0.as_secs_f32())]
    TooSlow(Duration),
    /// The command gives more than any key.
    #[error("its command writes more than a key")]
    TooLong,
}

/// The key of the first place that has one.
///
/// # Errors
/// What a place says that is meant to have one: those behind it are not asked then.
pub fn first_key(places: &[&dyn KeySource]) -> Result<Option<Secret>, KeySourceError> {
    for place in places {
        if let Some(secret) = place.fetch()? {
            return Ok(Some(secret));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place(Result<Option<&'static str>, ()>);

    impl KeySource for Place {
        fn fetch(&self) -> Result<Option<Secret>, KeySourceError> {
            match self.0 {
                Ok(text) => Ok(text.map(Secret::parse).transpose()?),
                Err(()) => Err(KeySourceError::OpenToOthers),
            }
        }
    }

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn the_first_place_that_has_a_key_counts() {
        let (none, some, bad) = (Place(Ok(None)), Place(Ok(Some(KEY))), Place(Err(())));
        assert!(first_key(&[&none]).unwrap().is_none());
        assert!(first_key(&[&none, &some, &bad]).unwrap().is_some());
    }

    #[test]
    fn a_place_that_fails_is_not_passed_over() {
        let (some, bad) = (Place(Ok(Some(KEY))), Place(Err(())));
        assert!(matches!(first_key(&[&bad, &some]), Err(KeySourceError::OpenToOthers)));
    }
}
