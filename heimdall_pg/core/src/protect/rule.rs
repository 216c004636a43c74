//! What is to happen to the value of a field.

use serde::{Deserialize, Serialize};

use crate::detect;

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
    /// Free text, in which personal data and secrets are replaced by what they are: `[EMAIL]`.
    Scrub,
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
            Rule::Scrub => "scrub",
            Rule::Truncate => "truncate",
            Rule::Pseudonymise => "pseudonymise",
        }
    }
}

/// Particulars of a rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// What scrubbing looks for; all that it finds by default unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detect: Option<detect::Options>,
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
        let of_truncate = RuleOptions { detect: None, ..self.clone() };
        if rule != Rule::Truncate && !of_truncate.is_empty() {
            return Some("ipv4, ipv6, time and characters are options of truncate");
        }
        if rule != Rule::Scrub && self.detect.is_some() {
            return Some("detect is an option of scrub");
        }
        let confidence = self.detect.as_ref().and_then(|detect| detect.min_confidence);
        if confidence.is_some_and(|confidence| !(0.0..=1.0).contains(&confidence)) {
            return Some("min_confidence is not from 0 to 1");
        }
        if self.ipv4.is_some_and(|bits| bits > 32) || self.ipv6.is_some_and(|bits| bits > 128) {
            return Some("an IPv4 address has 32 bits, an IPv6 address 128");
        }
        None
    }
}
