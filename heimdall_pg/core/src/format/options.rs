//! What a source declares about the form of its dumps.

use serde::{Deserialize, Serialize};

use super::Format;
use crate::mapping::MappingError;

/// What cannot be told from a dump itself, or not for certain. As JSON in `heimdall.create_source(options => …)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FormatOptions {
    /// The year of the first stamp of a dump whose stamps have none, as those of RFC 3164; the following ones are
    /// counted on from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
}

impl FormatOptions {
    /// Reads options and checks that they concern dumps of that format.
    ///
    /// # Errors
    /// [`MappingError`] with the path of the mistake.
    pub fn parse(json: &str, format: Format) -> Result<FormatOptions, MappingError> {
        let options: FormatOptions = serde_json::from_str(json)
            .map_err(|error| MappingError { path: "options".to_owned(), problem: error.to_string() })?;
        options.check_year(format)?;
        Ok(options)
    }

    fn check_year(&self, format: Format) -> Result<(), MappingError> {
        let problem = match self.year {
            None | Some(1..=9999) if self.year.is_none() || format.has_syslog_header() => return Ok(()),
            Some(1..=9999) => format!("dumps of the format {} have no stamps without a year", format.name()),
            _ => "not a year from 1 to 9999".to_owned(),
        };
        Err(MappingError { path: "options.year".to_owned(), problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_belongs_to_formats_whose_stamps_may_lack_it() {
        let parse = |json, format| FormatOptions::parse(json, format).map(|options| options.year);
        assert_eq!(parse("{\"year\": 2005}", Format::Syslog), Ok(Some(2005)));
        assert_eq!(parse("{}", Format::Csv), Ok(None));
        for (json, format) in [("{\"year\": 2005}", Format::Csv), ("{\"year\": 0}", Format::Syslog)] {
            assert_eq!(parse(json, format).map_err(|error| error.path), Err("options.year".to_owned()));
        }
    }
}
