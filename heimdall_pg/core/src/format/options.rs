//! What a source declares about the form of its dumps.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::csv::options::{HeaderLines, Ragged};
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
    /// CSV: what stands between fields, one character or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<String>,
    /// CSV: what encloses a field; `""` where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// CSV: what stands before a quote that is text: the quote itself, or a backslash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escape: Option<String>,
    /// CSV: what a line that is no row begins with; `""` where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// CSV: lines before the table that are no part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_lines: Option<u16>,
    /// CSV: is there a header, or of how many lines?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<HeaderLines>,
    /// CSV: names of the columns, where no header gives them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// CSV: what becomes of a row with fewer or more fields than there are columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ragged: Option<Ragged>,
    /// The year of the first stamp of a dump whose stamps have none, as those of RFC 3164; the following ones are
    /// counted on from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// The sheet of a workbook, the first that is not hidden where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// `json` and its dialects: where in a document the array of records is, `data.items`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<String>,
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
        let options: FormatOptions = serde_json::from_str(json).map_err(|error| wrong("options", error))?;
        if options.encoding.is_some() && !format.is_text() {
            return Err(wrong("options.encoding", format!("a dump of format {} is not text", format.name())));
        }
        options.check_csv(format)?;
        options.check_year(format)?;
        options.check_records(format)?;
        if options.sheet.is_some() && !matches!(format, Format::Xlsx | Format::Auto) {
            return Err(wrong("options.sheet", "an option of xlsx alone"));
        }
        Ok(options)
    }

    fn check_year(&self, format: Format) -> Result<(), MappingError> {
        let problem = match self.year {
            None | Some(1..=9999) if self.year.is_none() || format.has_syslog_header() => return Ok(()),
            Some(1..=9999) => format!("dumps of the format {} have no stamps without a year", format.name()),
            _ => "not a year from 1 to 9999".to_owned(),
        };
        Err(wrong("options.year", problem))
    }

    fn check_records(&self, format: Format) -> Result<(), MappingError> {
        if let Some(records) = &self.records {
            let documents = matches!(
                format,
                Format::Auto | Format::Json | Format::Suricata | Format::Cloudtrail | Format::Winevent
            );
            if !documents {
                return Err(wrong("options.records", "only json, suricata, cloudtrail and winevent have it"));
            }
            if records.split('.').any(str::is_empty) {
                return Err(wrong("options.records", "names of members, with points between them"));
            }
        }
        Ok(())
    }
}

fn wrong(path: &str, problem: impl ToString) -> MappingError {
    MappingError { path: path.to_owned(), problem: problem.to_string() }
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
