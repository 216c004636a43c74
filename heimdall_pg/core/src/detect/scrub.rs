//! Typed tokens in the place of what is found.

use std::borrow::Cow;

use super::{Found, Options, detect};

/// What a replacement may lay bare is looked at again, so often at most: an end for texts that are made to have none.
const PASSES: usize = 32;

/// The text with a token such as `[EMAIL]` in the place of each find; borrowed where there is none.
///
/// Scrubbing again changes nothing more, but for texts that are made to lay bare more than `PASSES` times; a token is
/// never taken for anything.
pub fn scrub<'t>(text: &'t str, options: &Options) -> Cow<'t, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..PASSES {
        let found = detect(&text, options);
        if found.is_empty() {
            break;
        }
        text = Cow::Owned(replaced(&text, &found));
    }
    text
}

fn replaced(text: &str, found: &[Found]) -> String {
    let mut scrubbed = String::with_capacity(text.len());
    let mut from = 0;
    for Found { kind, start, end, .. } in found {
        scrubbed.push_str(text.get(from..*start).unwrap_or_default());
        scrubbed.push_str(kind.token());
        from = *end;
    }
    scrubbed.push_str(text.get(from..).unwrap_or_default());
    scrubbed
}
