//! Formats of JSON: told by the names in the first object, which may be cut.

use serde::de::IgnoredAny;

use super::Format;

/// Suricata's events of which every one has a time and not every one a flow.
const EVE: [&str; 8] = ["stats", "alert", "dns", "http", "tls", "flow", "fileinfo", "anomaly"];

/// The format of a text that begins as JSON does.
pub(super) fn detect(text: &str) -> Option<Format> {
    let object = first_object(text)?;
    let members = Members::of(object);
    Some(members.format().unwrap_or_else(|| if is_lines(text) { Format::Ndjson } else { Format::Json }))
}

/// The text from its first object on; the text itself where it is an array of something else.
fn first_object(text: &str) -> Option<&str> {
    let inside = text.get(1..)?.trim_start();
    match text.as_bytes().first()? {
        b'{' => inside.starts_with(['"', '}']).then_some(text),
        b'[' => match inside.as_bytes().first()? {
            b'{' => Some(inside),
            // A log may begin with a time in brackets.
            b'"' | b'[' | b']' => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// The first line is a whole object, and the next, where there is one, begins as one.
fn is_lines(text: &str) -> bool {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let rest = rest.trim_start();
    text.starts_with('{')
        && serde_json::from_str::<IgnoredAny>(first).is_ok()
        && (rest.is_empty() || rest.starts_with('{'))
}

/// The members of an object: names, and the text from their value on.
struct Members<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Members<'a> {
    fn of(object: &'a str) -> Members<'a> {
        let mut members = Vec::new();
        let mut rest = object.strip_prefix('{').unwrap_or("");
        loop {
            rest = rest.trim_start_matches(|character: char| character.is_whitespace() || character == ',');
            let Some((name, after)) = string(rest) else { return Members(members) };
            let Some(value) = after.trim_start().strip_prefix(':') else { return Members(members) };
            let value = value.trim_start();
            members.push((name, value));
            rest = value.get(value_length(value)..).unwrap_or("");
        }
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    fn text(&self, name: &str) -> &'a str {
        self.value(name).and_then(string).map_or("", |(text, _)| text)
    }

    /// The members of the object that a member is, or of the first one in its array.
    fn inside(&self, name: &str) -> Members<'a> {
        let value = self.value(name).unwrap_or("");
        Members::of(value.strip_prefix('[').map_or(value, str::trim_start))
    }

    fn format(&self) -> Option<Format> {
        let is_trail =
            |members: &Members| members.has("eventVersion") && members.has_any(&["eventSource", "awsRegion"]);
        let is_eve = self.has("flow_id") && self.has_any(&["event_type", "alert"])
            || self.has("timestamp") && EVE.contains(&self.text("event_type"));
        let is_windows = self.has("winlog")
            || self.inside("Event").has("System")
            || (self.has("EventID")
                && self.has_any(&[
                    "Channel",
                    "Computer",
                    "Hostname",
                    "SourceName",
                    "ProviderGuid",
                    "ProviderName",
                ]));
        if self.text("type") == "bundle" && (self.has("objects") || self.text("id").starts_with("bundle--")) {
            Some(Format::Stix)
        } else if is_windows {
            Some(Format::Winevent)
        } else if self.has("Event") || self.inside("response").has("Event") {
            Some(Format::Misp)
        } else if self.value("list").is_some_and(|list| list.starts_with('['))
            && self.has_any(&["type", "description", "matching_attributes"])
        {
            Some(Format::Warninglist)
        } else if is_trail(self) || is_trail(&self.inside("Records")) {
            Some(Format::Cloudtrail)
        } else if is_eve {
            Some(Format::Suricata)
        } else if self.has("_path") || (self.has("ts") && self.has_any(&["uid", "id.orig_h"])) {
            Some(Format::Zeek)
        } else {
            None
        }
    }
}

/// The string that a text begins with, escapes and all, and what follows it.
fn string(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some((inside.get(..end)?, inside.get(end + 1..)?))
}

/// How long the value is that a text begins with.
fn value_length(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => {
                let rest = text.get(at..).and_then(string).map_or(0, |(_, rest)| rest.len());
                at = text.len() - rest;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    at
}
