//! Digests as certificates and keys show them: octets with colons, Base64.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::protect::hex;

/// `ssh-keygen` leaves the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The hexadecimal digits of octets with colons between them: `43:51:43:…`, as certificates have their digests.
pub(super) fn octets(value: &str) -> Option<String> {
    let groups = value.len().div_ceil(3);
    let shaped = value.len() % 3 == 2
        && value.bytes().enumerate().all(|(at, byte)| match at % 3 {
            2 => byte == b':',
            _ => byte.is_ascii_hexdigit(),
        });
    // Six and eight are hardware addresses.
    (shaped && groups >= 16).then(|| value.replace(':', ""))
}

/// The hexadecimal digits of Base64 that stands for so many of them: `SHA256:…`, as SSH has the digests of its keys.
pub(super) fn base64(value: &str, digits: usize) -> Option<String> {
    BASE64.decode(value).ok().filter(|bytes| bytes.len() * 2 == digits).map(|bytes| hex(&bytes))
}
