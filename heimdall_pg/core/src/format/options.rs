//! What a source declares about the form of its dumps.

use serde::{Deserialize, Serialize};

use super::Format;
use crate::mapping::MappingError;

/// What cannot be told from a dump itself, or not for certain. As JSON in `heimdall.create_source(options => …)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FormatOptions {
    /// `json` and its dialects: where in a document the array of records is, `data.items`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
}

impl FormatOptions {
    /// Reads options and checks that they concern dumps of that format.
    ///
    /// # Errors
    /// [`MappingError`] with the path of the mistake.
    pub fn parse(json: &str, format: Format) -> Result<FormatOptions, MappingError> {
        let options: FormatOptions = serde_json::from_str(json).map_err(|error| wrong("options", error))?;
        if let Some(records) = &options.records {
            let documents =
                matches!(format, Format::Json | Format::Suricata | Format::Cloudtrail | Format::Winevent);
            if !documents {
                return Err(wrong("options.records", "only json, suricata, cloudtrail and winevent have it"));
            }
            if records.split('.').any(str::is_empty) {
                return Err(wrong("options.records", "names of members, with points between them"));
            }
        }
        Ok(options)
    }
}

fn wrong(path: &str, problem: impl ToString) -> MappingError {
    MappingError { path: path.to_owned(), problem: problem.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_those_of_the_format() {
        let path = |json, format| {
            FormatOptions::parse(json, format).map(|options| options.records).map_err(|error| error.path)
        };
        assert_eq!(path(r#"{"records": "data.items"}"#, Format::Json), Ok(Some("data.items".to_owned())));
        for format in [Format::Csv, Format::Ndjson, Format::Misp] {
            assert_eq!(path(r#"{"records": "a"}"#, format), Err("options.records".to_owned()));
        }
        assert_eq!(path(r#"{"records": "a..b"}"#, Format::Json), Err("options.records".to_owned()));
        assert_eq!(path(r#"{"other": 1}"#, Format::Json), Err("options".to_owned()));
    }
}
