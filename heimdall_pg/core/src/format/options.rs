//! What a source declares about the form of its dumps.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::{Format, TextEncoding};
use crate::mapping::MappingError;

/// What cannot be told from a dump itself, or not for certain. As JSON in `heimdall.create_source(options => …)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FormatOptions {
    /// What a text dump is encoded in; recognised where it is not declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<TextEncoding>,
    /// How many times its compressed size a dump may become.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_expansion: Option<NonZeroU32>,
}

/// Real logs shrink to a twentieth, seldom to a fiftieth; what expands much further was made to. Once 64 MiB came out
/// that is: small dumps may expand as they like.
const MAX_EXPANSION: u32 = 200;

impl FormatOptions {
    /// How many times its compressed size a dump may become, declared or not.
    pub fn max_expansion(&self) -> u32 {
        self.max_expansion.map_or(MAX_EXPANSION, NonZeroU32::get)
    }

    /// Reads options and checks that they concern dumps of that format.
    ///
    /// # Errors
    /// [`MappingError`] with the path of the mistake.
    pub fn parse(json: &str, format: Format) -> Result<FormatOptions, MappingError> {
        let options: FormatOptions = serde_json::from_str(json)
            .map_err(|error| MappingError { path: "options".to_owned(), problem: error.to_string() })?;
        if options.encoding.is_some() && !format.is_text() {
            return Err(MappingError {
                path: "options.encoding".to_owned(),
                problem: format!("a dump of format {} is not text", format.name()),
            });
        }
        Ok(options)
    }
}
