//! What a source declares about its values, where their text alone leaves something open.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::cidr::canonical_cidr_cleared;
use super::email::canonical_email_folded;
use super::hash::{HashKind, canonical_hash_as};
use super::phone::{Region, canonical_phone_in};
use super::timestamp::{Ambiguous, DateOrder, Digits, TimeOptions, Zone, parse_time};
use super::{CanonicalError, Kind, canonical, refanged};

/// See the module. The same object in a mapping and in SQL; every member may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Declared", into = "Declared")]
pub struct Options {
    /// Of times.
    pub time: TimeOptions,
    /// Where telephone numbers in national form are.
    pub region: Option<Region>,
    /// What bare digests are made with.
    pub hash: Option<HashKind>,
    /// What becomes of bits past the prefix length of a network.
    pub host_bits: Option<HostBits>,
    /// What becomes of the parts of a mailbox name that its provider ignores.
    pub mailbox: Option<Mailbox>,
}

/// Bits that are set past the prefix length of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostBits {
    /// An error.
    Refuse,
    /// `10.0.0.1/8` is `10.0.0.0/8`.
    Clear,
}

/// Dots and tags in the name of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mailbox {
    /// They stay.
    Exact,
    /// Those that the provider is known to ignore go.
    Folded,
}

/// The options as they are written: one flat object.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Declared {
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<Zone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_order: Option<DateOrder>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digits: Option<Digits>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ambiguous: Option<Ambiguous>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<HashKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host_bits: Option<HostBits>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mailbox: Option<Mailbox>,
}

impl From<Declared> for Options {
    fn from(declared: Declared) -> Options {
        let Declared { zone, date_order, year, digits, ambiguous, region, hash, host_bits, mailbox } =
            declared;
        let ambiguous = ambiguous.unwrap_or_default();
        let time = TimeOptions { zone, order: date_order, year, digits, ambiguous };
        Options { time, region, hash, host_bits, mailbox }
    }
}

impl From<Options> for Declared {
    fn from(options: Options) -> Declared {
        let Options { time, region, hash, host_bits, mailbox } = options;
        let TimeOptions { zone, order, year, digits, ambiguous } = time;
        let ambiguous = Some(ambiguous).filter(|ambiguous| *ambiguous != Ambiguous::default());
        Declared { zone, date_order: order, year, digits, ambiguous, region, hash, host_bits, mailbox }
    }
}

impl Options {
    /// Reads an object of JSON.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(json: &str) -> Result<Options, String> {
        // serde would take a list for the members in their order.
        if !json.trim_start().starts_with('{') {
            return Err("the options are not a JSON object".to_owned());
        }
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    /// True where nothing is declared.
    pub fn is_empty(&self) -> bool {
        *self == Options::default()
    }

    /// These, and what they leave out from the others.
    pub fn or(self, others: &Options) -> Options {
        let (own, others_time) = (self.time, &others.time);
        let own_ambiguous = Some(own.ambiguous).filter(|ambiguous| *ambiguous != Ambiguous::default());
        Options {
            time: TimeOptions {
                zone: own.zone.or_else(|| others_time.zone.clone()),
                order: own.order.or(others_time.order),
                year: own.year.or(others_time.year),
                digits: own.digits.or(others_time.digits),
                ambiguous: own_ambiguous.unwrap_or(others_time.ambiguous),
            },
            region: self.region.or(others.region),
            hash: self.hash.or(others.hash),
            host_bits: self.host_bits.or(others.host_bits),
            mailbox: self.mailbox.or(others.mailbox),
        }
    }

    /// True where one of them matters to values of that kind.
    pub fn concern(&self, kind: Kind) -> bool {
        match kind {
            Kind::Timestamp => self.time != TimeOptions::NONE,
            Kind::Phone => self.region.is_some(),
            Kind::Hash => self.hash.is_some(),
            Kind::Cidr => self.host_bits == Some(HostBits::Clear),
            Kind::Email => self.mailbox == Some(Mailbox::Folded),
            _ => false,
        }
    }
}

/// The canonical text of `raw` as that kind, read as the options say, refanged where that may be.
pub fn canonical_with<'a>(
    kind: Kind,
    raw: &'a str,
    options: &Options,
) -> Result<Cow<'a, str>, CanonicalError> {
    refanged(kind, raw, |value| declared(kind, value, options))
}

fn declared<'a>(kind: Kind, value: &'a str, options: &Options) -> Result<Cow<'a, str>, CanonicalError> {
    match (kind, options) {
        (Kind::Timestamp, Options { time, .. }) if *time != TimeOptions::NONE => {
            Ok(Cow::Owned(parse_time(value, time)?.timestamp.to_string()))
        }
        (Kind::Phone, Options { region: Some(region), .. }) => canonical_phone_in(value, *region),
        (Kind::Hash, Options { hash: Some(hash), .. }) => canonical_hash_as(value, *hash),
        (Kind::Cidr, Options { host_bits: Some(HostBits::Clear), .. }) => canonical_cidr_cleared(value),
        (Kind::Email, Options { mailbox: Some(Mailbox::Folded), .. }) => canonical_email_folded(value),
        _ => canonical(kind, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, raw: &str, options: &str) -> Result<String, &'static str> {
        let options = Options::parse(options).unwrap();
        let text = canonical_with(kind, raw, &options).map(Cow::into_owned).map_err(|error| error.reason)?;
        assert_eq!(canonical_with(kind, &text, &options).as_deref(), Ok(&*text), "{raw} is its own");
        Ok(text)
    }

    #[test]
    fn what_is_declared_settles_what_a_text_leaves_open() {
        for (kind, raw, options, text) in [
            (Kind::Timestamp, "01/02/2024", r#"{"date_order": "dmy"}"#, "2024-02-01T00:00:00Z"),
            (Kind::Timestamp, "2024-07-01 12:00", r#"{"zone": "Europe/Berlin"}"#, "2024-07-01T10:00:00Z"),
            (Kind::Timestamp, "Jan 31 23:59:59", r#"{"year": 2024}"#, "2024-01-31T23:59:59Z"),
            (Kind::Phone, "030 901820", r#"{"region": "DE"}"#, "+4930901820"),
            (Kind::Cidr, "10.0.0.1/8", r#"{"host_bits": "clear"}"#, "10.0.0.0/8"),
            (Kind::Cidr, "10[.]0.0.1/8", r#"{"host_bits": "clear"}"#, "10.0.0.0/8"),
            (Kind::Email, "A.da+x@gmail[.]com", r#"{"mailbox": "folded"}"#, "ada@gmail.com"),
            (
                Kind::Hash,
                "D41D8CD98F00B204E9800998ECF8427E",
                r#"{"hash": "imphash"}"#,
                "imphash:d41d8cd98f00b204e9800998ecf8427e",
            ),
        ] {
            assert_eq!(read(kind, raw, options).as_deref(), Ok(text), "{raw}");
            assert_ne!(read(kind, raw, "{}").as_deref(), Ok(text), "{raw} without");
            assert!(Options::parse(options).unwrap().concern(kind) && !Options::default().concern(kind));
        }
    }

    #[test]
    fn an_entity_overrides_its_mapping() {
        let options = |json| Options::parse(json).unwrap();
        let mapping = options(r#"{"zone": "UTC", "region": "DE", "ambiguous": "later"}"#);
        let both = options(r#"{"region": "FR", "year": 2024}"#).or(&mapping);
        assert_eq!(both, options(r#"{"zone": "UTC", "region": "FR", "year": 2024, "ambiguous": "later"}"#));
        assert_eq!(Options::default().or(&mapping), mapping);
    }

    #[test]
    fn mistakes_are_named() {
        for (json, part) in [
            (r#"{"zon": "UTC"}"#, "unknown field `zon`"),
            (r#"{"zone": "Mars/Olympus"}"#, "not a time zone"),
            (r#"{"region": "XX"}"#, "region"),
            (r#"{"date_order": "ydm"}"#, "unknown variant"),
            ("[]", "not a JSON object"),
        ] {
            let error = Options::parse(json).unwrap_err();
            assert!(error.contains(part), "{json}: {error}");
        }
    }

    #[test]
    fn options_survive_their_own_json() {
        let json = r#"{"zone":"Europe/Berlin","date_order":"dmy","digits":"filetime","region":"DE","host_bits":"clear"}"#;
        let options = Options::parse(json).unwrap();
        assert_eq!(serde_json::to_string(&options).unwrap(), json);
        assert!(!options.is_empty() && Options::parse("{}").unwrap().is_empty());
    }
}
