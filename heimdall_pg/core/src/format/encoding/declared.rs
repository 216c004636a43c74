//! The encoding that a source declares.

use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};

/// An encoding, by any label of the WHATWG Encoding Standard, such as `utf-16le` or `windows-1252`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct TextEncoding(pub(super) &'static Encoding);

impl TryFrom<String> for TextEncoding {
    type Error = &'static str;

    fn try_from(label: String) -> Result<TextEncoding, &'static str> {
        Encoding::for_label_no_replacement(label.as_bytes())
            .map(TextEncoding)
            .ok_or("no encoding of that name is known")
    }
}

impl From<TextEncoding> for &'static str {
    fn from(encoding: TextEncoding) -> &'static str {
        encoding.0.name()
    }
}
