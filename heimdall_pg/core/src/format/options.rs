//! What a source declares about the form of its dumps.

use serde::{Deserialize, Serialize};

use super::Format;
use crate::mapping::MappingError;

/// What cannot be told from a dump itself, or not for certain. As JSON in `heimdall.create_source(options => …)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FormatOptions {}

impl FormatOptions {
    /// Reads options and checks that they concern dumps of that format.
    ///
    /// # Errors
    /// [`MappingError`] with the path of the mistake.
    pub fn parse(json: &str, _format: Format) -> Result<FormatOptions, MappingError> {
        serde_json::from_str(json)
            .map_err(|error| MappingError { path: "options".to_owned(), problem: error.to_string() })
    }
}
