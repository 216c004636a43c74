//! What leaves: observables as others read them. Only what is in clear has a form here.

pub mod csv;
pub mod stix;

/// The shape of a keyed digest: 64 hexadecimal digits in lower case.
fn is_digest(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// True where the value of a registry key is in clear. A digest of a file looks like a keyed one: whether a `Hash` is
/// one or the other, its vertex has to tell.
pub fn is_clear(key: &str) -> bool {
    key.split_once(':')
        .is_some_and(|(label, value)| label != "Record" && (label == "Hash" || !is_digest(value)))
}
