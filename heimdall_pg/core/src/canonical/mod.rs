//! Canonical forms: two spellings of one thing give one text.
//!
//! [`canonical`] is a pure function of its arguments and of [`VERSION`], and idempotent: a canonical text is
//! its own canonical text.

pub mod asn;
pub mod card;
pub mod cidr;
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
mod percent;
pub mod port;
pub mod protocol;
pub mod text;
pub mod timestamp;
pub mod url;
pub mod user;
pub mod uuid;

use std::borrow::Cow;

pub use defang::{defang, refang};
pub use error::CanonicalError;
pub use extract::{Observable, extract_observables};
pub use guess::{Guess, kind_of};
pub use kind::Kind;
pub use timestamp::{Timestamp, parse_timestamp};

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
        Kind::Person => user::canonical_person(raw),
        Kind::Iban => iban::canonical_iban(raw),
        Kind::Card => card::canonical_card(raw),
        Kind::Host => text::canonical_host(raw),
        Kind::Port => port::canonical_port(raw),
        Kind::Protocol => protocol::canonical_protocol(raw),
        Kind::Text => text::canonical_text(raw),
    }
}

/// The canonical text of an indicator that may be defanged.
pub fn canonical_observable(kind: Kind, raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    if !matches!(kind, Kind::Ip | Kind::Cidr | Kind::Domain | Kind::Url | Kind::Email)
        || raw.len() > limit::max_bytes(kind)
    {
        return canonical(kind, raw);
    }
    match refang(raw) {
        Cow::Borrowed(plain) => canonical(kind, plain),
        Cow::Owned(plain) => canonical(kind, &plain).map(|text| Cow::Owned(text.into_owned())),
    }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
