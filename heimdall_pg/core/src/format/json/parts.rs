//! The parts of JSON text that is known to be valid.

use std::borrow::Cow;

use super::scan::Scan;

/// The members of an object with the text of their values; none where it is no object.
pub(super) struct Members<'a> {
    scan: Scan<'a>,
}

impl<'a> Members<'a> {
    /// Of an object that is the whole text.
    pub fn of(text: &'a str) -> Members<'a> {
        Members { scan: opened(text, b'{') }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.scan.key().ok()?.decode().ok()?;
        Some((name, next_value(&mut self.scan)?))
    }
}

/// The elements of an array; none where it is none.
pub(super) struct Elements<'a> {
    scan: Scan<'a>,
}

impl<'a> Elements<'a> {
    /// Of an array that is the whole text.
    pub fn of(text: &'a str) -> Elements<'a> {
        Elements { scan: opened(text, b'[') }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        next_value(&mut self.scan)
    }
}

/// The text of a value as it is in a row: what a string means, nothing for `null`, or the JSON text.
pub(super) fn text(value: &str) -> Option<Cow<'_, str>> {
    let mut scan = Scan::new(value, Vec::new());
    match scan.peek()? {
        b'"' => scan.string().ok()?.decode().ok(),
        b'n' => Some(Cow::Borrowed("")),
        _ => scan.value().ok(),
    }
}

/// The JSON of a member of an object, if it has it.
pub(super) fn value<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    Members::of(object).find(|(member, _)| member == name).map(|(_, value)| value)
}

/// The text of a member of an object, if it has it.
pub(super) fn member<'a>(object: &'a str, name: &str) -> Option<Cow<'a, str>> {
    value(object, name).and_then(text)
}

/// A JSON array of those strings.
pub(super) fn array<T: AsRef<str>>(strings: &[T]) -> String {
    serde_json::Value::from_iter(strings.iter().map(AsRef::as_ref)).to_string()
}

fn opened(text: &str, bracket: u8) -> Scan<'_> {
    let mut scan = Scan::new(text, Vec::new());
    scan.space();
    if scan.take(bracket) {
        scan.space();
        scan
    } else {
        Scan::new("", Vec::new())
    }
}

/// The value that begins here, and everything up to the next one.
fn next_value<'a>(scan: &mut Scan<'a>) -> Option<&'a str> {
    let from = scan.rest();
    let start = scan.at();
    scan.skip().ok()?;
    let value = from.get(..scan.at() - start)?;
    scan.space();
    if scan.take(b',') {
        scan.space();
    }
    Some(value)
}
