//! The kinds of value that Heimdall knows, with their SQL names and graph labels.

/// A kind of value. `name` is what SQL uses (`ip`), `label` what the graph uses (`Ip`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// IPv4 or IPv6 address (RFC 5952 text).
    Ip,
    /// Domain name (UTS #46, lower case, no trailing dot).
    Domain,
    /// URL (WHATWG).
    Url,
    /// E-mail address (RFC 5321/5322). Personal data.
    Email,
    /// Digest of a file or a message: MD5, SHA-1, SHA-2 in hexadecimal.
    Hash,
    /// A point in time.
    Timestamp,
    /// MAC address (EUI-48 or EUI-64).
    Mac,
    /// CVE identifier.
    Cve,
    /// Account name. Personal data.
    User,
    /// Name of a person. Personal data.
    Person,
    /// Host name without a domain.
    Host,
    /// Any other text: trimmed, Unicode NFC is not applied, case kept.
    Text,
}

impl Kind {
    /// Every kind, in the order of the enum.
    pub const ALL: [Kind; 12] = [
        Kind::Ip,
        Kind::Domain,
        Kind::Url,
        Kind::Email,
        Kind::Hash,
        Kind::Timestamp,
        Kind::Mac,
        Kind::Cve,
        Kind::User,
        Kind::Person,
        Kind::Host,
        Kind::Text,
    ];

    /// The name in SQL and in mappings, lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Ip => "ip",
            Kind::Domain => "domain",
            Kind::Url => "url",
            Kind::Email => "email",
            Kind::Hash => "hash",
            Kind::Timestamp => "timestamp",
            Kind::Mac => "mac",
            Kind::Cve => "cve",
            Kind::User => "user",
            Kind::Person => "person",
            Kind::Host => "host",
            Kind::Text => "text",
        }
    }

    /// The vertex label in the graph, Pascal case.
    pub const fn label(self) -> &'static str {
        match self {
            Kind::Ip => "Ip",
            Kind::Domain => "Domain",
            Kind::Url => "Url",
            Kind::Email => "Email",
            Kind::Hash => "Hash",
            Kind::Timestamp => "Timestamp",
            Kind::Mac => "Mac",
            Kind::Cve => "Cve",
            Kind::User => "User",
            Kind::Person => "Person",
            Kind::Host => "Host",
            Kind::Text => "Text",
        }
    }

    /// The kind of that name (case does not matter, so that a label is found as well).
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// The kind of that label, to the letter.
    pub fn from_label(label: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.label() == label)
    }

    /// True where a value identifies a person: such a key is stored as an HMAC, never as text.
    pub const fn is_personal(self) -> bool {
        matches!(self, Kind::Email | Kind::User | Kind::Person)
    }
}
