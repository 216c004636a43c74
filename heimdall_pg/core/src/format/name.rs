//! The formats by name.

/// The formats, by the name that `create_source` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header line.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// A report of nmap in XML.
    Nmap,
    /// A spreadsheet (Office Open XML).
    Xlsx,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 4] = [Format::Csv, Format::Ndjson, Format::Nmap, Format::Xlsx];

    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
            Format::Nmap => "nmap",
            Format::Xlsx => "xlsx",
        }
    }

    /// Whether its dumps are text, which may come in other encodings than UTF-8.
    pub const fn is_text(self) -> bool {
        match self {
            Format::Csv | Format::Ndjson | Format::Nmap => true,
            Format::Xlsx => false,
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }
}
