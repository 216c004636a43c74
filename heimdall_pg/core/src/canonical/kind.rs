//! The kinds of value that Heimdall knows, with their SQL names and graph labels.

/// A kind of value. `name` is what SQL uses (`ip`), `label` what the graph uses (`Ip`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// IPv4 or IPv6 address (RFC 5952 text).
    Ip,
    /// Network: address and prefix length (RFC 4632).
    Cidr,
    /// Number of an autonomous system (RFC 6793).
    Asn,
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
    /// UUID (RFC 9562).
    Uuid,
    /// Account name. Personal data.
    User,
    /// Name of a person. Personal data.
    Person,
    /// International bank account number (ISO 13616). Personal data.
    Iban,
    /// Number of a payment card (ISO/IEC 7812). Personal data.
    Card,
    /// Host name without a domain.
    Host,
    /// Port number. A property of records rather than a vertex.
    Port,
    /// Protocol over IP. A property of records rather than a vertex.
    Protocol,
    /// Any other text: trimmed, case and Unicode form kept.
    Text,
    /// Telephone number (E.164). Personal data.
    Phone,
    /// Path of a file, of Windows or of POSIX.
    File,
    /// What a client says it is (RFC 9110 10.1.5).
    UserAgent,
    /// Country (ISO 3166-1, two letters).
    Country,
    /// Latitude and longitude (WGS 84).
    Coordinates,
}

impl Kind {
    /// Every kind, in the order of the enum.
    pub const ALL: [Kind; 24] = [
        Kind::Ip,
        Kind::Cidr,
        Kind::Asn,
        Kind::Domain,
        Kind::Url,
        Kind::Email,
        Kind::Hash,
        Kind::Timestamp,
        Kind::Mac,
        Kind::Cve,
        Kind::Uuid,
        Kind::User,
        Kind::Person,
        Kind::Iban,
        Kind::Card,
        Kind::Host,
        Kind::Port,
        Kind::Protocol,
        Kind::Text,
        Kind::Phone,
        Kind::File,
        Kind::UserAgent,
        Kind::Country,
        Kind::Coordinates,
    ];

    /// The name in SQL and in mappings, lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Ip => "ip",
            Kind::Cidr => "cidr",
            Kind::Asn => "asn",
            Kind::Domain => "domain",
            Kind::Url => "url",
            Kind::Email => "email",
            Kind::Hash => "hash",
            Kind::Timestamp => "timestamp",
            Kind::Mac => "mac",
            Kind::Cve => "cve",
            Kind::Uuid => "uuid",
            Kind::User => "user",
            Kind::Person => "person",
            Kind::Iban => "iban",
            Kind::Card => "card",
            Kind::Host => "host",
            Kind::Port => "port",
            Kind::Protocol => "protocol",
            Kind::Text => "text",
            Kind::Phone => "phone",
            Kind::File => "file",
            Kind::UserAgent => "user_agent",
            Kind::Country => "country",
            Kind::Coordinates => "coordinates",
        }
    }

    /// The vertex label in the graph, Pascal case.
    pub const fn label(self) -> &'static str {
        match self {
            Kind::Ip => "Ip",
            Kind::Cidr => "Cidr",
            Kind::Asn => "Asn",
            Kind::Domain => "Domain",
            Kind::Url => "Url",
            Kind::Email => "Email",
            Kind::Hash => "Hash",
            Kind::Timestamp => "Timestamp",
            Kind::Mac => "Mac",
            Kind::Cve => "Cve",
            Kind::Uuid => "Uuid",
            Kind::User => "User",
            Kind::Person => "Person",
            Kind::Iban => "Iban",
            Kind::Card => "Card",
            Kind::Host => "Host",
            Kind::Port => "Port",
            Kind::Protocol => "Protocol",
            Kind::Text => "Text",
            Kind::Phone => "Phone",
            Kind::File => "File",
            Kind::UserAgent => "UserAgent",
            Kind::Country => "Country",
            Kind::Coordinates => "Coordinates",
        }
    }

    /// The kind of that name or of that label; case does not matter.
    pub fn from_name(name: &str) -> Option<Kind> {
        let is = |text: &str| text.eq_ignore_ascii_case(name);
        Kind::ALL.into_iter().find(|kind| is(kind.name()) || is(kind.label()))
    }

    /// The kind of that label, to the letter.
    pub fn from_label(label: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.label() == label)
    }

    /// True where a value identifies a person: such a key is stored as an HMAC, never as text.
    pub const fn is_personal(self) -> bool {
        matches!(self, Kind::Email | Kind::User | Kind::Person | Kind::Iban | Kind::Card | Kind::Phone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_are_in_the_order_of_the_enum() {
        assert!(Kind::ALL.into_iter().enumerate().all(|(at, kind)| kind as usize == at));
    }
}
