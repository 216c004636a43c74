//! What AGE gives as JSON: without its own ids of vertices and edges, which mean nothing elsewhere, and are others after a
//! restore.

use std::ops::Range;

/// Members that hold ids, where the object is a vertex or an edge.
const IDS: [&str; 3] = ["\"id\"", "\"start_id\"", "\"end_id\""];

/// What AGE writes behind an object that is one: what a query puts together itself has nothing there, and stays as it is.
const RECORDS: [&str; 2] = ["::vertex", "::edge"];

/// The JSON of a value as `agtype` is written: JSON with a type behind what JSON has no type for.
pub fn json(agtype: &str) -> String {
    let mut json = String::with_capacity(agtype.len());
    // Of each object that is open, which parts of it go where it turns out to be a record.
    let mut objects: Vec<Vec<Range<usize>>> = Vec::new();
    let mut rest = agtype;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let string = string_at(rest);
                match id_at(rest, string) {
                    Some(member) => {
                        if let Some(ids) = objects.last_mut() {
                            ids.push(json.len()..json.len() + member);
                        }
                        member
                    }
                    None => string,
                }
            }
            '{' => {
                objects.push(Vec::new());
                1
            }
            '}' => {
                let ids = objects.pop().unwrap_or_default();
                if RECORDS.iter().any(|kind| rest.get(1..).is_some_and(|rest| rest.starts_with(kind))) {
                    ids.into_iter().rev().for_each(|id| json.replace_range(id, ""));
                }
                1
            }
            ':' if rest.starts_with("::") => {
                rest = rest.trim_start_matches(':').trim_start_matches(|c: char| c.is_ascii_alphabetic());
                continue;
            }
            _ => {
                let behind = rest.split_at(first.len_utf8()).1;
                first.len_utf8() + behind.find(['"', '{', '}', ':']).unwrap_or(behind.len())
            }
        };
        let (copied, left) = rest.split_at(length);
        json.push_str(copied);
        rest = left;
    }
    json
}

/// Bytes of the string that it begins with, quotes included.
fn string_at(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Bytes of the member that it begins with, where that is an id: AGE writes others behind it.
fn id_at(text: &str, name: usize) -> Option<usize> {
    let (name, rest) = text.split_at(name);
    let number = rest.strip_prefix(": ").filter(|_| IDS.contains(&name))?;
    let rest = number.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(", ")?;
    Some(text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::json;

    #[test]
    fn records_have_no_ids() {
        let path = r#"[{"id": 844424930131969, "label": "Ip", "properties": {"id": 5, "value": "192.0.2.1"}}::vertex, {"id": 1, "label": "REACHED", "end_id": 2, "start_id": 3, "properties": {}}::edge]::path"#;
        assert_eq!(
            json(path),
            r#"[{"label": "Ip", "properties": {"id": 5, "value": "192.0.2.1"}}, {"label": "REACHED", "properties": {}}]"#
        );
    }

    #[test]
    fn what_is_put_together_stays() {
        let map =
            r#"{"id": 7, "n": {"id": 1, "label": "Ip", "properties": {}}::vertex, "end_id": 8, "x": 1}"#;
        assert_eq!(json(map), r#"{"id": 7, "n": {"label": "Ip", "properties": {}}, "end_id": 8, "x": 1}"#);
    }

    #[test]
    fn types_are_left_out_and_texts_are_not_looked_into() {
        assert_eq!(json("[1.50::numeric, -1, null, true]"), "[1.50, -1, null, true]");
        let text = r#"{"a": "x}::vertex \"id\": 1, \\", "ü": "::numeric", "id": "id"}"#;
        assert_eq!(json(text), text);
        assert_eq!(json(r#""no end"#), r#""no end"#);
    }
}
