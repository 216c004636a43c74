//! The formats by name.

/// The formats, by the name that `create_source` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a header line.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// RFC 5424 and RFC 3164.
    Syslog,
    /// ArcSight's Common Event Format.
    Cef,
    /// QRadar's Log Event Extended Format.
    Leef,
    /// `key=value` pairs.
    Kv,
    /// The log of the Linux audit daemon.
    Auditd,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 7] =
        [Format::Csv, Format::Ndjson, Format::Syslog, Format::Cef, Format::Leef, Format::Kv, Format::Auditd];

    /// The name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
            Format::Syslog => "syslog",
            Format::Cef => "cef",
            Format::Leef => "leef",
            Format::Kv => "kv",
            Format::Auditd => "auditd",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// True where a header of syslog may precede each record.
    pub const fn has_syslog_header(self) -> bool {
        matches!(self, Format::Syslog | Format::Cef | Format::Leef | Format::Kv)
    }
}
