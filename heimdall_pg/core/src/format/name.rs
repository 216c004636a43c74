//! The formats by name.

/// The formats, by the name that `create_source` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header line.
    Csv,
    /// JSON documents: objects, arrays of them, or arrays inside of an object.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Suricata's EVE.
    Suricata,
    /// AWS CloudTrail.
    Cloudtrail,
    /// Events of Windows in JSON.
    Winevent,
    /// STIX 2.
    Stix,
    /// MISP events.
    Misp,
    /// MISP warning lists.
    Warninglist,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 9] = [
        Format::Csv,
        Format::Json,
        Format::Ndjson,
        Format::Suricata,
        Format::Cloudtrail,
        Format::Winevent,
        Format::Stix,
        Format::Misp,
        Format::Warninglist,
    ];

    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Suricata => "suricata",
            Format::Cloudtrail => "cloudtrail",
            Format::Winevent => "winevent",
            Format::Stix => "stix",
            Format::Misp => "misp",
            Format::Warninglist => "warninglist",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }
}
