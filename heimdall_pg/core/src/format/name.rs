//! The formats by name.

/// The formats, by the name that `create_source` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header line.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Logs of Zeek, tab separated or as JSON lines.
    Zeek,
    /// W3C extended log file format.
    W3c,
    /// Access and error logs of Apache and nginx.
    Clf,
    /// Reports and lists, read for observables line by line.
    Text,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 6] =
        [Format::Csv, Format::Ndjson, Format::Zeek, Format::W3c, Format::Clf, Format::Text];

    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
            Format::Zeek => "zeek",
            Format::W3c => "w3c",
            Format::Clf => "clf",
            Format::Text => "text",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }
}
