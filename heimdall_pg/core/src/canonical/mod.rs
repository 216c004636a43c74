//! Canonical forms: two spellings of one thing give one text.
//!
//! [`canonical`] is a pure function of its arguments and of [`VERSION`], and idempotent: a canonical text is
//! its own canonical text.

pub mod asn;
pub mod card;
pub mod cidr;
pub mod coordinates;
pub mod country;
pub mod cve;
pub mod defang;
pub mod domain;
pub mod email;
mod error;
pub mod extract;
pub mod guess;
pub mod hash;
pub mod iban;
pub mod ip;
mod kind;
pub mod limit;
pub mod mac;
mod mailbox;
mod options;
pub mod parts;
pub mod path;
mod percent;
pub mod person;
pub mod phone;
pub mod port;
pub mod protocol;
pub mod text;
pub mod timestamp;
pub mod url;
pub mod user;
pub mod user_agent;
pub mod uuid;

use std::borrow::Cow;

pub use defang::{defang, refang};
pub use error::CanonicalError;
pub use extract::{Observable, extract_observables};
pub use guess::{Guess, kind_of};
pub use kind::Kind;
pub use options::{HostBits, Mailbox, Options, canonical_with};
pub use timestamp::{
    Digits, ParsedTime, Precision, TimeOptions, Timestamp, Zone, parse_time, parse_timestamp,
};

/// Version of the canonical forms. It changes when a value gets another canonical text than before, because
/// stored keys then have to be made anew.
pub const VERSION: u32 = 3;

/// The canonical text of `raw` as that kind; a timestamp as RFC 3339 text in UTC.
///
/// Borrowed where the value is canonical but for white space around it.
pub fn canonical(kind: Kind, raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    match kind {
        Kind::Ip => ip::canonical_ip(raw),
        Kind::Cidr => cidr::canonical_cidr(raw),
        Kind::Asn => asn::canonical_asn(raw),
        Kind::Domain => domain::canonical_domain(raw),
        Kind::Url => url::canonical_url(raw),
        Kind::Email => email::canonical_email(raw),
        Kind::Hash => hash::canonical_hash(raw),
        Kind::Timestamp => timestamp::canonical_timestamp(raw),
        Kind::Mac => mac::canonical_mac(raw),
        Kind::Cve => cve::canonical_cve(raw),
        Kind::Uuid => uuid::canonical_uuid(raw),
        Kind::User => user::canonical_user(raw),
        Kind::Person => person::canonical_person(raw),
        Kind::Iban => iban::canonical_iban(raw),
        Kind::Card => card::canonical_card(raw),
        Kind::Host => text::canonical_host(raw),
        Kind::Port => port::canonical_port(raw),
        Kind::Protocol => protocol::canonical_protocol(raw),
        Kind::Text => text::canonical_text(raw),
        Kind::Phone => phone::canonical_phone(raw),
        Kind::File => path::canonical_path(raw),
        Kind::UserAgent => user_agent::canonical_user_agent(raw),
        Kind::Country => country::canonical_country(raw),
        Kind::Coordinates => coordinates::canonical_coordinates(raw),
    }
}

/// The canonical text of an indicator that may be defanged.
pub fn canonical_observable(kind: Kind, raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    refanged(kind, raw, |value| canonical(kind, value))
}

/// What `read` makes of a value, refanged before where values of the kind are defanged at all.
fn refanged<'a>(
    kind: Kind,
    raw: &'a str,
    read: impl for<'v> Fn(&'v str) -> Result<Cow<'v, str>, CanonicalError>,
) -> Result<Cow<'a, str>, CanonicalError> {
    let raw = raw.trim_ascii();
    if !matches!(kind, Kind::Ip | Kind::Cidr | Kind::Domain | Kind::Url | Kind::Email)
        || raw.len() > limit::max_bytes(kind)
    {
        return read(raw);
    }
    match refang(raw) {
        Cow::Borrowed(plain) => read(plain),
        Cow::Owned(plain) => read(&plain).map(|text| Cow::Owned(text.into_owned())),
    }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
