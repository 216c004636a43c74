//! What is to happen to the value of a field.

use serde::{Deserialize, Serialize};

/// The rule of a field. A field without a rule is [`Rule::Encrypt`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Stored as it is.
    Keep,
    /// Not stored at all.
    Drop,
    /// Stored as HMAC-SHA-256; as a key, with the original sealed beside it.
    Hash,
    /// Sealed with AES-256-GCM.
    #[default]
    Encrypt,
    /// Only its beginning is stored: the network of an address, the day of a time.
    Truncate,
    /// An address becomes another one: two that share a prefix share one of the same length afterwards.
    Pseudonymise,
}

impl Rule {
    /// Whether it stores the value itself, in clear or sealed.
    pub const fn keeps_all(self) -> bool {
        matches!(self, Rule::Keep | Rule::Encrypt)
    }

    /// The name in a mapping.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Keep => "keep",
            Rule::Drop => "drop",
            Rule::Hash => "hash",
            Rule::Encrypt => "encrypt",
            Rule::Truncate => "truncate",
            Rule::Pseudonymise => "pseudonymise",
        }
    }
}

/// Particulars of a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleOptions {
    /// Bits of an IPv4 address that truncation leaves: 24 unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<u8>,
    /// Bits of an IPv6 address that truncation leaves: 48 unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<u8>,
    /// How exact a truncated time is: the day unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeUnit>,
    /// Characters of any other text that truncation leaves; unless it is said, none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub characters: Option<u16>,
}

/// How exact a time is that was truncated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// The hour, in UTC.
    Hour,
    /// The day, in UTC.
    #[default]
    Day,
    /// The month, in UTC.
    Month,
    /// The year, in UTC.
    Year,
}

impl RuleOptions {
    /// True where nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == RuleOptions::default()
    }

    /// What is wrong with them for that rule, where something is.
    pub fn problem(&self, rule: Rule) -> Option<&'static str> {
        if rule != Rule::Truncate && !self.is_empty() {
            return Some("ipv4, ipv6, time and characters are options of truncate");
        }
        if self.ipv4.is_some_and(|bits| bits > 32) || self.ipv6.is_some_and(|bits| bits > 128) {
            return Some("an IPv4 address has 32 bits, an IPv6 address 128");
        }
        None
    }
}
