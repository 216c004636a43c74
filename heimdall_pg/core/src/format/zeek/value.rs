//! Values of a log, spelled as Zeek's JSON writer spells them.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::canonical::{Digits, TimeOptions, parse_time};
use crate::format::escape::{hex_byte, push_bytes, push_json_string};

/// How values of a type are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    /// Written as in JSON already: `count`, `int`, `port`.
    Number,
    /// Seconds since 1970.
    Time,
    /// `interval` and `double`, which JSON has without trailing zeros.
    Decimal,
    Bool,
}

impl Shape {
    /// The shape of a type, and whether it is that of the members of a set or vector.
    pub fn of(kind: &str) -> (Shape, bool) {
        let member = kind
            .strip_suffix(']')
            .and_then(|kind| kind.strip_prefix("set[").or_else(|| kind.strip_prefix("vector[")));
        let shape = match member.unwrap_or(kind) {
            "count" | "int" | "port" => Shape::Number,
            "time" => Shape::Time,
            "interval" | "double" => Shape::Decimal,
            "bool" => Shape::Bool,
            _ => Shape::Text,
        };
        (shape, member.is_some())
    }
}

/// `T` and `F` of a log.
pub(super) fn bool_text(value: &str) -> &str {
    match value {
        "T" => "true",
        "F" => "false",
        _ => value,
    }
}

/// `2230.000000` becomes `2230.0`; what has an exponent stays.
pub(super) fn decimal_text(value: &str) -> &str {
    if !value.ends_with('0') {
        return value;
    }
    match value.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            let digits = fraction.trim_end_matches('0').len().max(1);
            value.get(..whole.len() + 1 + digits).unwrap_or(value)
        }
        _ => value,
    }
}

/// Seconds of ten digits say for themselves what they count; the times of others, which certificates and Kerberos
/// tickets have, are written out.
pub(super) fn time_text(value: &str) -> Cow<'_, str> {
    const SECONDS: TimeOptions = TimeOptions { digits: Some(Digits::Seconds), ..TimeOptions::NONE };
    if value.bytes().take_while(u8::is_ascii_digit).count() == 10 {
        return Cow::Borrowed(value);
    }
    match parse_time(value, &SECONDS) {
        Ok(time) => Cow::Owned(time.timestamp.to_string()),
        Err(_) => Cow::Borrowed(value),
    }
}

/// Appends what a value with escapes stands for.
pub(super) fn push_unescaped(out: &mut String, value: &str, bytes: &mut Vec<u8>) {
    bytes.clear();
    unescape(value, bytes);
    push_bytes(out, bytes);
}

/// `\\` and `\xNN`; another backslash is one.
pub(super) fn unescape(value: &str, out: &mut Vec<u8>) {
    let mut rest = value.as_bytes();
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(at);
        out.extend_from_slice(plain);
        let after = escape.get(1..).unwrap_or_default();
        let taken = match (hex_byte(after), after.first()) {
            (Some(byte), _) => {
                out.push(byte);
                4
            }
            (None, Some(b'\\')) => {
                out.push(b'\\');
                2
            }
            _ => {
                out.push(b'\\');
                1
            }
        };
        rest = escape.get(taken..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// Without an exponent, that is told at a look.
fn is_json_number(text: &str) -> bool {
    let number = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(whole) && is_digits(fraction) {
        return whole.len() == 1 || !whole.starts_with('0');
    }
    number.starts_with(|c: char| c.is_ascii_digit()) && serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Appends a member of a set or vector as JSON. `plain` is the member without escapes.
pub(super) fn push_member(out: &mut String, shape: Shape, plain: &str) {
    let text = match shape {
        Shape::Bool => Cow::Borrowed(bool_text(plain)),
        Shape::Decimal => Cow::Borrowed(decimal_text(plain)),
        Shape::Time => time_text(plain),
        Shape::Number | Shape::Text => Cow::Borrowed(plain),
    };
    let is_json = match shape {
        Shape::Text => false,
        Shape::Bool => matches!(&*text, "true" | "false"),
        // `nan` and `inf` are no numbers of JSON.
        Shape::Number | Shape::Decimal | Shape::Time => is_json_number(&text),
    };
    if is_json { out.push_str(&text) } else { push_json_string(out, &text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_shapes() {
        assert_eq!(Shape::of("set[addr]"), (Shape::Text, true));
        assert_eq!(Shape::of("vector[interval]"), (Shape::Decimal, true));
        assert_eq!(Shape::of("enum"), (Shape::Text, false));
        assert_eq!(Shape::of("count"), (Shape::Number, false));
    }

    #[test]
    fn decimals_lose_what_json_does_not_have() {
        let pairs = [
            ("2230.000000", "2230.0"),
            ("0.000870", "0.00087"),
            ("-1.500000", "-1.5"),
            ("0.0", "0.0"),
            ("100", "100"),
            ("1.5e+10", "1.5e+10"),
            ("nan", "nan"),
        ];
        for (written, text) in pairs {
            assert_eq!(decimal_text(written), text);
        }
    }

    #[test]
    fn times_are_such_as_can_be_read() {
        let pairs = [
            ("1706695200.123456", "1706695200.123456"),
            ("0.000000", "1970-01-01T00:00:00Z"),
            ("983404800.500000", "2001-03-01T00:00:00.500000Z"),
            ("-1.000000", "1969-12-31T23:59:59Z"),
            ("2024-01-31T00:00:00Z", "2024-01-31T00:00:00Z"),
        ];
        for (written, text) in pairs {
            assert_eq!(time_text(written), text);
        }
    }

    #[test]
    fn escapes_are_taken_out() {
        let mut out = Vec::new();
        unescape("a\\x09b\\\\x09\\x2c\\xzz\\", &mut out);
        assert_eq!(out, b"a\tb\\x09,\\xzz\\");
    }

    #[test]
    fn members_are_json() {
        let cases = [
            (Shape::Number, "443", "443"),
            (Shape::Number, "x", "\"x\""),
            (Shape::Decimal, "2.500000", "2.5"),
            (Shape::Decimal, "nan", "\"nan\""),
            (Shape::Decimal, "-1.5e-7", "-1.5e-7"),
            (Shape::Number, "007", "\"007\""),
            (Shape::Number, "1.", "\"1.\""),
            (Shape::Bool, "T", "true"),
            (Shape::Text, "443", "\"443\""),
        ];
        for (shape, plain, json) in cases {
            let mut out = String::new();
            push_member(&mut out, shape, plain);
            assert_eq!(out, json);
        }
    }
}
