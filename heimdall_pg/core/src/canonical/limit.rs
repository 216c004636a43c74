//! Lengths past which a value is refused before any work, so that hostile input costs nothing.

use std::borrow::Cow;

use super::{CanonicalError, Kind};

/// The reason that every canonicaliser gives for a value past its limit.
pub(super) const TOO_LONG: &str = "too long";

/// The most bytes that a value of that kind may have without white space around it, before and after canonicalisation.
pub const fn max_bytes(kind: Kind) -> usize {
    match kind {
        Kind::Ip | Kind::Cidr | Kind::Asn | Kind::Mac | Kind::Cve => 64,
        Kind::Uuid | Kind::Iban | Kind::Card | Kind::Port | Kind::Protocol => 64,
        // JavaScript writes the name of the zone out.
        Kind::Timestamp => 96,
        Kind::Phone | Kind::Country | Kind::Coordinates => 128,
        Kind::Hash | Kind::User => 256,
        Kind::Domain | Kind::Host | Kind::Email | Kind::Person => 1024,
        Kind::UserAgent => 8 * 1024,
        // Windows has 32,767 characters at most, POSIX systems 4,096 bytes.
        Kind::File => 32 * 1024,
        Kind::Url | Kind::Text => 64 * 1024,
    }
}

/// `raw` without ASCII white space around it, refused when it is too long or when nothing is left.
#[inline]
pub(super) fn trimmed(kind: Kind, raw: &str) -> Result<&str, CanonicalError> {
    let value = raw.trim_ascii();
    if value.len() > max_bytes(kind) {
        return Err(CanonicalError::new(kind, TOO_LONG));
    }
    if value.is_empty() {
        return Err(CanonicalError::new(kind, "empty"));
    }
    Ok(value)
}

/// The canonical text, refused when canonicalisation made it longer than the kind allows: what is returned
/// must be taken again as it is.
#[inline]
pub(super) fn within<'a>(kind: Kind, value: Cow<'a, str>) -> Result<Cow<'a, str>, CanonicalError> {
    if value.len() > max_bytes(kind) {
        return Err(CanonicalError::new(kind, TOO_LONG));
    }
    Ok(value)
}
