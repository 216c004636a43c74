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
    /// RFC 4180 with a header line.
    Csv = "csv",
    /// One JSON object a line.
    Ndjson = "ndjson",
    /// Logs of Zeek, tab separated or as JSON lines.
    Zeek = "zeek",
    /// Access and error logs of Apache and nginx.
    Clf = "clf",
    /// W3C extended log file format.
    W3c = "w3c",
    /// A report of nmap in XML.
    Nmap = "nmap",
    /// Reports and lists, read for observables line by line.
    Text = "text",
}

impl Format {
    /// What a source has that declares neither a format nor a preset.
    pub const DEFAULT: Format = Format::Csv;

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether its dumps are text, which may come in other encodings than UTF-8.
    pub const fn is_text(self) -> bool {
        true
    }
}
