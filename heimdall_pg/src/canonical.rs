//! Canonicalisers in SQL: one function a kind, and its `try_` twin that gives NULL where the first raises.

use std::borrow::Cow;

use heimdall_core::canonical::{self, CanonicalError, Kind, Options, Timestamp};
use heimdall_core::mapping::PSEUDONYM_IP;
use heimdall_core::protect::{HashKeys, hex};
use pgrx::JsonB;
use pgrx::prelude::*;

use crate::error::{Error, ok};
use crate::session::POSTGRES_EPOCH;
use crate::{keys, logs};

/// Raises for the value, which is not in the message.
pub fn invalid(error: &CanonicalError) -> Error {
    Error::new(PgSqlErrorCode::ERRCODE_INVALID_TEXT_REPRESENTATION, error.to_string())
}

macro_rules! canonicalisers {
    ($($kind:ident: $name:ident, $try_name:ident;)*) => {$(
        #[pg_extern(immutable, strict, parallel_safe)]
        fn $name(value: &str) -> String {
            match canonical::canonical(Kind::$kind, value) {
                Ok(canonical) => canonical.into_owned(),
                Err(error) => invalid(&error).raise(),
            }
        }

        #[pg_extern(immutable, strict, parallel_safe)]
        fn $try_name(value: &str) -> Option<String> {
            canonical::canonical(Kind::$kind, value).ok().map(|canonical| canonical.into_owned())
        }
    )*};
}

canonicalisers! {
    Ip: canonical_ip, try_canonical_ip;
    Cidr: canonical_cidr, try_canonical_cidr;
    Asn: canonical_asn, try_canonical_asn;
    Domain: canonical_domain, try_canonical_domain;
    Url: canonical_url, try_canonical_url;
    Email: canonical_email, try_canonical_email;
    Hash: canonical_hash, try_canonical_hash;
    Mac: canonical_mac, try_canonical_mac;
    Cve: canonical_cve, try_canonical_cve;
    Uuid: canonical_uuid, try_canonical_uuid;
    Iban: canonical_iban, try_canonical_iban;
    Card: canonical_card, try_canonical_card;
    Port: canonical_port, try_canonical_port;
    Protocol: canonical_protocol, try_canonical_protocol;
    User: canonical_user, try_canonical_user;
    Person: canonical_person, try_canonical_person;
    Host: canonical_host, try_canonical_host;
    Text: canonical_text, try_canonical_text;
    Phone: canonical_phone, try_canonical_phone;
    File: canonical_file, try_canonical_file;
    UserAgent: canonical_user_agent, try_canonical_user_agent;
    Country: canonical_country, try_canonical_country;
    Coordinates: canonical_coordinates, try_canonical_coordinates;
}

pub fn instant(time: Timestamp) -> Result<TimestampWithTimeZone, CanonicalError> {
    let reason = "out of the range of timestamptz";
    TimestampWithTimeZone::try_from(time.micros() - POSTGRES_EPOCH)
        .map_err(|_| CanonicalError { kind: Kind::Timestamp, reason })
}

fn timestamp(value: &str) -> Result<TimestampWithTimeZone, CanonicalError> {
    instant(canonical::parse_timestamp(value)?)
}

#[pg_extern(immutable, strict, parallel_safe)]
fn canonical_timestamp(value: &str) -> TimestampWithTimeZone {
    timestamp(value).unwrap_or_else(|error| invalid(&error).raise())
}

#[pg_extern(immutable, strict, parallel_safe)]
fn try_canonical_timestamp(value: &str) -> Option<TimestampWithTimeZone> {
    timestamp(value).ok()
}

/// The canonical text of a value of any kind, read as the options say.
#[pg_extern(immutable, strict, parallel_safe, name = "canonical")]
fn canonical_of(kind: &str, value: &str, options: default!(JsonB, "'{}'")) -> String {
    any(kind, value, &options).unwrap_or_else(|error| invalid(&error).raise())
}

/// The same, NULL where it would raise for the value.
#[pg_extern(immutable, strict, parallel_safe, name = "try_canonical")]
fn try_canonical_of(kind: &str, value: &str, options: default!(JsonB, "'{}'")) -> Option<String> {
    any(kind, value, &options).ok()
}

fn any(kind: &str, value: &str, options: &JsonB) -> Result<String, CanonicalError> {
    let kind = ok(known_kind(kind));
    canonical::canonical_with(kind, value, &ok(declared(options))).map(Cow::into_owned)
}

pub fn declared(options: &JsonB) -> Result<Options, Error> {
    let invalid = |problem: String| {
        Error::new(
            PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("the options are not valid: {problem}"),
        )
        .hint("The options are: zone, date_order, year, digits, ambiguous, region, hash, host_bits, mailbox.")
    };
    Options::parse(&options.0.to_string()).map_err(invalid)
}

/// The kind that the shape of a value suggests, and how likely it is meant, from 0 to 1; one row, of NULLs where no
/// kind fits.
#[pg_extern(immutable, strict, parallel_safe)]
fn kind_of(
    value: &str,
) -> TableIterator<'static, (name!(kind, Option<&'static str>), name!(confidence, Option<f32>))> {
    let guess = canonical::kind_of(value);
    TableIterator::once((guess.map(|guess| guess.kind.name()), guess.map(|guess| guess.confidence)))
}

/// A defanged value as it was: `hxxps://evil[.]example` gives `https://evil.example`.
#[pg_extern(immutable, strict, parallel_safe)]
fn refang(value: &str) -> String {
    canonical::refang(value).into_owned()
}

/// A value that no program takes for a link.
#[pg_extern(immutable, strict, parallel_safe)]
fn defang(value: &str) -> String {
    canonical::defang(value)
}

/// The version of the canonicalisers: a change that moves keys raises it.
#[pg_extern(immutable, parallel_safe)]
fn canonicaliser_version() -> i32 {
    i32::try_from(canonical::VERSION).unwrap_or(i32::MAX)
}

/// The key in the registry: `Label:value`, or `Label:hmac` where the kind is personal.
#[pg_extern(stable, strict, parallel_safe)]
fn canonical_key(kind: &str, value: &str) -> String {
    let kind = ok(known_kind(kind));
    match canonical::canonical_observable(kind, value) {
        Err(error) => invalid(&error).raise(),
        Ok(canonical) if kind.is_personal() => {
            hashed_key(&mut ok(keys::hash_keys()), kind.label(), &canonical)
        }
        Ok(canonical) => plain_key(kind.label(), &canonical),
    }
}

/// Every key that a value may have, whichever way its field was protected. A label of the user's own has text.
#[pg_extern(stable, strict, parallel_safe, name = "_lookup_keys")]
pub fn lookup_keys(kind: &str, value: &str) -> Vec<String> {
    logs::statement_is_ours();
    let (kind, label) = match Kind::from_name(kind) {
        Some(kind) => (kind, kind.label()),
        None => (Kind::Text, kind),
    };
    match canonical::canonical_observable(kind, value) {
        Ok(canonical) => {
            let mut hash = keys::hash_keys();
            // What cannot be found for want of a key is not to be taken for unknown.
            if kind.is_personal() {
                hash = Ok(ok(hash));
            }
            keys_of(label, &canonical, &mut hash)
        }
        // What the graph shows of a personal value, and of a row, is its HMAC: that can be asked about as well.
        Err(_) if is_digest(value) => vec![plain_key(label, value)],
        Err(error) => invalid(&error).raise(),
    }
}

/// Why `lookup` and its like raise for a value of that kind, which is not in it; NULL where they do not.
#[pg_extern(immutable, strict, parallel_safe)]
fn lookup_error(kind: &str, value: &str) -> Option<String> {
    logs::statement_is_ours();
    let kind = Kind::from_name(kind).unwrap_or(Kind::Text);
    let canonical = canonical::canonical_observable(kind, value);
    canonical.err().filter(|_| !is_digest(value)).map(|error| error.to_string())
}

/// The label of a kind in any letter case; what is no kind is a label of the user's own.
#[pg_extern(immutable, strict, parallel_safe, name = "_label_of")]
pub fn label_of(kind: &str) -> String {
    Kind::from_name(kind).map_or_else(|| kind.to_owned(), |kind| kind.label().to_owned())
}

/// The shape of a keyed digest: 64 hexadecimal digits in lower case.
fn is_digest(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Every key of a value of unknown kind. `Label:value` says the kind outright.
#[pg_extern(stable, strict, parallel_safe, name = "_candidate_keys")]
pub fn candidate_keys(value: &str) -> Vec<String> {
    logs::statement_is_ours();
    let (mut keys, mut hash) = (Vec::new(), keys::hash_keys());
    if let Some((label, rest)) = value.split_once(':') {
        let kind = Kind::from_name(label).unwrap_or(Kind::Text);
        let label = Kind::from_name(label).map_or(label, |kind| kind.label());
        if let Ok(canonical) = canonical::canonical_observable(kind, rest) {
            keys.extend(keys_of(label, &canonical, &mut hash));
            // Personal keys are written as they stand in the registry, digest included.
            keys.push(plain_key(label, rest));
        }
    }
    let guess = canonical::kind_of(value).map(|guess| guess.kind);
    for kind in [guess, Some(Kind::User), Some(Kind::Host)].into_iter().flatten() {
        if let Ok(canonical) = canonical::canonical_observable(kind, value) {
            keys.extend(keys_of(kind.label(), &canonical, &mut hash));
        }
    }
    keys
}

/// In clear and, where there is a hash key, hashed and as a pseudonym. To read the key takes longer than all the rest.
pub fn keys_of(label: &str, canonical: &str, hash: &mut Result<HashKeys, Error>) -> Vec<String> {
    let mut keys = vec![plain_key(label, canonical)];
    if let Ok(hash) = hash {
        keys.push(hashed_key(hash, label, canonical));
        if label == Kind::Ip.label()
            && let Some(pseudonym) = hash.pseudonyms().of(canonical)
        {
            keys.push(plain_key(PSEUDONYM_IP, &pseudonym));
        }
    }
    keys
}

fn plain_key(label: &str, canonical: &str) -> String {
    format!("{label}:{canonical}")
}

fn hashed_key(keys: &mut HashKeys, label: &str, canonical: &str) -> String {
    format!("{label}:{}", hex(&keys.digest(label, canonical.as_bytes())))
}

pub fn known_kind(name: &str) -> Result<Kind, Error> {
    Kind::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        Error::new(PgSqlErrorCode::ERRCODE_INVALID_PARAMETER_VALUE, "there is no such kind of value")
            .hint(format!("The kinds are: {}.", names.join(", ")))
    })
}
