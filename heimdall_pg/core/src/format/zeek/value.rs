//! Values of a log, spelled as Zeek's JSON writer spells them.

use crate::format::escape::{hex_byte, push_bytes, push_json_string};

/// How values of a type are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    /// Written as in JSON already: `count`, `int`, `port`, `time`.
    Number,
    /// `interval` and `double`, which JSON has without trailing zeros.
    Decimal,
    Bool,
}

impl Shape {
    /// The shape of a type, and whether it is that of the members of a set or vector.
    pub fn of(kind: &str) -> (Shape, bool) {
        let member = kind.strip_suffix(']').and_then(|kind| {
            kind.strip_prefix("set[").or_else(|| kind.strip_prefix("vector["))
        });
        let shape = match member.unwrap_or(kind) {
            "count" | "int" | "port" | "time" => Shape::Number,
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
    if value.len() < 3 || !value.ends_with('0') || value.contains(['e', 'E']) {
        return value;
    }
    match value.split_once('.') {
        Some((whole, fraction)) => {
            let digits = fraction.trim_end_matches('0').len().max(1);
            value.get(..whole.len() + 1 + digits).unwrap_or(value)
        }
        None => value,
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

/// Appends a member of a set or vector as JSON. `plain` is the member without escapes.
pub(super) fn push_member(out: &mut String, shape: Shape, plain: &str) {
    let text = match shape {
        Shape::Bool => bool_text(plain),
        Shape::Decimal => decimal_text(plain),
        Shape::Number | Shape::Text => plain,
    };
    let is_json = match shape {
        Shape::Text => false,
        Shape::Bool => matches!(text, "true" | "false"),
        // `nan` and `inf` are no numbers of JSON.
        Shape::Number | Shape::Decimal => serde_json::from_str::<&serde_json::value::RawValue>(text)
            .is_ok_and(|value| value.get().starts_with(|c: char| c == '-' || c.is_ascii_digit())),
    };
    if is_json { out.push_str(text) } else { push_json_string(out, text) }
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
