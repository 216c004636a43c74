//! What the first bytes of a dump say about its form.

use super::parts;
use super::scan::Scan;

/// How many bytes are looked at: so many are waited for, so that the answer is the same however a dump is cut.
pub(super) const WINDOW: usize = 64 << 10;

/// Names under which exports have their records.
const WELL_KNOWN: [&str; 14] = [
    "Records", "records", "items", "data", "value", "values", "results", "events", "Events", "entries",
    "hits", "logs", "objects", "response",
];

/// The member of the objects of the dump that is the array of its records.
///
/// That is the first one by a well-known name; else the only one, as far as the first bytes show, unless they show that
/// the dump has several documents: those are records then.
pub(super) fn records(head: &[u8]) -> Option<String> {
    let mut arrays = Vec::new();
    let several = look(valid(head), |name, value| {
        let objects =
            value.strip_prefix('[').is_some_and(|inside| inside.trim_ascii_start().starts_with('{'));
        if objects {
            arrays.push(name.to_owned());
        }
    });
    let well_known = arrays.iter().position(|name| WELL_KNOWN.contains(&name.as_str()));
    match well_known {
        Some(at) => Some(arrays.swap_remove(at)),
        None if several || arrays.len() != 1 => None,
        None => arrays.pop(),
    }
}

/// Is the dump to be read line by line? Its first line is an object then that has no member of that name, and another
/// object begins on the next one.
pub(super) fn is_lines(head: &[u8], records: Option<&str>) -> bool {
    let Some((line, rest)) = valid(head).split_once('\n') else { return false };
    let mut envelope = false;
    look(line, |name, _| envelope |= records == Some(name));
    let mut scan = Scan::new(line, Vec::new());
    scan.space();
    let whole = scan.peek() == Some(b'{') && scan.skip().is_ok() && scan.rest().trim_ascii().is_empty();
    whole && !envelope && rest.trim_ascii_start().starts_with('{')
}

/// Calls `see` for every member of the first document, if that is an object; the text of the last value may be cut off.
/// True where the document ends and something follows.
fn look(head: &str, mut see: impl FnMut(&str, &str)) -> bool {
    let mut scan = Scan::new(head, Vec::new());
    scan.space();
    if !scan.take(b'{') {
        return false;
    }
    scan.space();
    while let Ok(name) = scan.key() {
        if let Ok(name) = name.decode() {
            see(&name, scan.rest());
        }
        if scan.skip().is_err() {
            return false;
        }
        scan.space();
        if !scan.take(b',') {
            break;
        }
        scan.space();
    }
    scan.take(b'}') && !scan.rest().trim_ascii().is_empty()
}

/// The text of the first bytes, without a character that is cut off at their end.
fn valid(head: &[u8]) -> &str {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => {
            head.get(..error.valid_up_to()).and_then(|head| std::str::from_utf8(head).ok()).unwrap_or("")
        }
    }
}

/// The scalars of the objects around an array, by path: `text` is the beginning of a document, up to the array.
pub(super) fn scalars(text: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut scan = Scan::new(valid(text), Vec::new());
    let mut path = String::new();
    scan.space();
    while scan.take(b'{') {
        scan.space();
        // The last member is the one that leads on: its value has no end.
        while let Ok(name) = scan.key().and_then(|name| name.decode()) {
            let (start, value) = (scan.at(), scan.rest());
            if scan.skip().is_err() {
                scan.back_to(start);
                path.push_str(&name);
                path.push('.');
                break;
            }
            let value = value.get(..scan.at() - start).unwrap_or("");
            if !value.starts_with(['{', '['])
                && let Some(text) = parts::text(value)
            {
                found.push((format!("{path}{name}"), text.into_owned()));
            }
            scan.space();
            if !scan.take(b',') {
                break;
            }
            scan.space();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_array_of_records_is_found() {
        let cases: [(&str, Option<&str>); 10] = [
            (r#"{"a": 1, "rows": [ {"b": [{}]"#, Some("rows")),
            (r#"{"rows": [{}], "more": [{}]}"#, None),
            (r#"{"rows": [{}], "items": [{}]}"#, Some("items")),
            (r#"{"rows": [{}]} {"rows": [{}]}"#, None),
            (r#"{"items": [{}]} {"items": [{}]}"#, Some("items")),
            (r#"{"rows": [1], "data": {"items": [{}]}}"#, None),
            (r#"{"rows": [{"a": "cut o"#, Some("rows")),
            (r#"[{"items": [{}]}]"#, None),
            ("", None),
            ("{\"a\": }", None),
        ];
        for (head, name) in cases {
            assert_eq!(records(head.as_bytes()).as_deref(), name, "{head}");
        }
    }

    #[test]
    fn lines_are_told_from_documents() {
        assert!(is_lines(b"\xEF\xBB\xBF{\"a\": 1}\r\n\n {\"a", None));
        for head in
            ["{\"a\": 1}\n", "{\n\"a\": 1}\n{\"b\": 1}", "[{}]\n{}", "{\"a\": 1} {\n{", "{\"R\": []}\n{}"]
        {
            assert!(!is_lines(head.as_bytes(), Some("R")), "{head}");
        }
    }

    #[test]
    fn what_is_around_an_array_is_found_as_far_as_it_goes() {
        let around = br#" {"a": "x\n", "b": {"c": 1}, "d": null, "data": {"e": 1.50, "f": [1], "items": "#;
        let found = scalars(around);
        let named: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(named, [("a", "x\n"), ("d", ""), ("data.e", "1.50")]);
    }
}
