//! The formats by name.

/// Names each format once.
macro_rules! formats {
    ($($(#[$doc:meta])* $format:ident = $name:literal,)*) => {
        /// The formats, by the name that `create_source` takes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Format {
            $($(#[$doc])* $format,)*
        }

        impl Format {
            /// Every format.
            pub const ALL: [Format; [$($name),*].len()] = [$(Format::$format),*];

            /// The name in SQL.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Format::$format => $name,)*
                }
            }
        }
    };
}

formats! {
    /// Whichever of the others the dump is: see [`super::recognise`].
    Auto = "auto",
    /// RFC 4180 and its dialects.
    Csv = "csv",
    /// One JSON object a line.
    Ndjson = "ndjson",
    /// One JSON document: an object, an array of them, or one that is named inside.
    Json = "json",
    /// Suricata's EVE.
    Suricata = "suricata",
    /// AWS CloudTrail's records.
    Cloudtrail = "cloudtrail",
    /// Windows events as JSON.
    Winevent = "winevent",
    /// A bundle of STIX 2.
    Stix = "stix",
    /// MISP events.
    Misp = "misp",
    /// A MISP warning list.
    Warninglist = "warninglist",
    /// Logs of Zeek, tab separated or as JSON lines.
    Zeek = "zeek",
    /// Access and error logs of Apache and nginx.
    Clf = "clf",
    /// W3C extended log file format.
    W3c = "w3c",
    /// RFC 5424 and RFC 3164.
    Syslog = "syslog",
    /// ArcSight's Common Event Format.
    Cef = "cef",
    /// QRadar's Log Event Extended Format.
    Leef = "leef",
    /// `key=value` pairs.
    Kv = "kv",
    /// The log of the Linux audit daemon.
    Auditd = "auditd",
    /// A report of nmap in XML.
    Nmap = "nmap",
    /// A spreadsheet (Office Open XML).
    Xlsx = "xlsx",
    /// Reports and lists, read for observables line by line.
    Text = "text",
}

impl Format {
    /// What a source has that declares neither a format nor a preset.
    pub const DEFAULT: Format = Format::Auto;

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether its dumps are text, which may come in other encodings than UTF-8.
    pub const fn is_text(self) -> bool {
        !matches!(self, Format::Xlsx)
    }

    /// True where a header of syslog may precede each record.
    pub const fn has_syslog_header(self) -> bool {
        matches!(self, Format::Auto | Format::Syslog | Format::Cef | Format::Leef | Format::Kv)
    }
}
