//! What a value is made of, in SQL: a time with its precision and offset, the parts of a name, of a URL and of a
//! mailbox, the algorithm of a digest.

use heimdall_core::canonical::parts;
use heimdall_core::canonical::timestamp::{Precision, parse_time};
use heimdall_core::canonical::{CanonicalError, domain, email, hash};
use pgrx::JsonB;
use pgrx::prelude::*;

use crate::canonical::{declared, instant, invalid};
use crate::error::{Error, ok};

/// A point in time with all that its text says: what is finer than a microsecond, how exact it is, its offset from
/// UTC where it has one, and RFC 3339 with just that precision and offset.
#[pg_extern(immutable, strict, parallel_safe)]
fn parse_timestamp(
    value: &str,
    options: default!(JsonB, "'{}'"),
) -> TableIterator<
    'static,
    (
        name!(instant, TimestampWithTimeZone),
        name!(nanoseconds, i32),
        name!(precision, String),
        name!(utc_offset, Option<Interval>),
        name!(written, String),
    ),
> {
    let parse = || {
        let time = parse_time(value, &ok(declared(&options)).time)?;
        Ok((instant(time.timestamp)?, time))
    };
    let (instant, time) = parse().unwrap_or_else(|error: CanonicalError| invalid(&error).raise());
    let precision = match time.precision {
        Precision::Day => "day".to_owned(),
        Precision::Hour => "hour".to_owned(),
        Precision::Minute => "minute".to_owned(),
        Precision::Second => "second".to_owned(),
        Precision::Fraction(digits) => digits.to_string(),
    };
    let offset = time.offset.map(|east| ok(seconds(east)));
    TableIterator::once((instant, i32::from(time.nanos), precision, offset, time.to_rfc3339()))
}

fn seconds(seconds: i32) -> Result<Interval, Error> {
    Interval::new(0, 0, i64::from(seconds) * 1_000_000).map_err(|_| {
        Error::new(PgSqlErrorCode::ERRCODE_DATETIME_FIELD_OVERFLOW, "an offset past all intervals")
    })
}

/// The part of a domain name that its owner registered, after the Public Suffix List.
#[pg_extern(immutable, strict, parallel_safe)]
fn registrable_domain(value: &str) -> Option<String> {
    domain::registrable_domain(value).map(|domain| domain.into_owned())
}

/// The suffix of a domain name under which names are registered, after the Public Suffix List.
#[pg_extern(immutable, strict, parallel_safe)]
fn public_suffix(value: &str) -> Option<String> {
    domain::public_suffix(value).map(|suffix| suffix.into_owned())
}

/// The host of a URL: an address or a name, canonical. NULL where it names none.
#[pg_extern(immutable, strict, parallel_safe)]
fn url_host(value: &str) -> Option<String> {
    let url =
        heimdall_core::canonical::url::canonical_url(value).unwrap_or_else(|error| invalid(&error).raise());
    parts::url_host(&url).map(|(_, host)| host.into_owned())
}

/// A mailbox as mails have it: `"Lovelace, Ada" (work) <ada@example.org>`.
#[pg_extern(immutable, strict, parallel_safe)]
fn email_parts(
    value: &str,
) -> TableIterator<
    'static,
    (name!(address, String), name!(display_name, Option<String>), name!(comments, Vec<String>)),
> {
    let parts = email::email_parts(value).unwrap_or_else(|error| invalid(&error).raise());
    TableIterator::once((parts.address, parts.display_name, parts.comments))
}

/// What a digest is made with: `md5`, `sha256`, `ssdeep`, …
#[pg_extern(immutable, strict, parallel_safe)]
fn hash_kind(value: &str) -> &'static str {
    let canonical = hash::canonical_hash(value).unwrap_or_else(|error| invalid(&error).raise());
    hash::hash_kind(&canonical).map_or("", hash::HashKind::name)
}
