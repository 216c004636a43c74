//! Patterns of messages: text with names of columns in it.
//!
//! | written | is |
//! |---|---|
//! | `text` | itself |
//! | `{column}` | anything up to where the text after it occurs first; what the column may be is checked |
//! | `{column*}` | the same up to where it occurs last: everything after it is read from the end of the message |
//! | `{column=text}` | the text, which is the value of the column as well |
//! | `{_}` | anything, which is no column |
//!
//! A name that a stranger chose is read with a star: `Invalid user a from 192.0.2.1 from 198.51.100.2` is about
//! 198.51.100.2. Nothing is tried twice, so a pattern costs one pass over the message.

/// A pattern, taken apart.
#[derive(Debug)]
pub(super) struct Pattern {
    pub event: &'static str,
    parts: Vec<Part>,
    /// The part that has the star; without one, the number of parts.
    star: usize,
}

#[derive(Debug, PartialEq)]
enum Part {
    Text(&'static str),
    Constant { column: &'static str, text: &'static str },
    Capture(&'static str),
}

impl Part {
    /// What has to stand there.
    fn literal(&self) -> Option<&'static str> {
        match self {
            Part::Text(text) | Part::Constant { text, .. } => Some(text),
            Part::Capture(_) => None,
        }
    }
}

/// What a pattern found: columns and their values.
pub(super) type Found<'a> = Vec<(&'static str, &'a str)>;

impl Pattern {
    /// Takes a pattern apart. Whether one is well written is checked by a test.
    pub fn new(event: &'static str, pattern: &'static str) -> Pattern {
        let mut parts = Vec::new();
        let mut star = None;
        let mut rest = pattern;
        while let Some((text, after)) = rest.split_once('{') {
            if !text.is_empty() {
                parts.push(Part::Text(text));
            }
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            if let Some(name) = name.strip_suffix('*') {
                star = Some(parts.len());
                parts.push(Part::Capture(name));
            } else if let Some((column, text)) = name.split_once('=') {
                parts.push(Part::Constant { column, text });
            } else {
                parts.push(Part::Capture(name));
            }
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest));
        }
        let star = star.unwrap_or(parts.len());
        Pattern { event, parts, star }
    }

    /// Reads a message; false where it is none of this pattern.
    pub fn read<'a>(&self, message: &'a str, found: &mut Found<'a>) -> bool {
        found.clear();
        self.try_read(message, found).is_some()
    }

    fn try_read<'a>(&self, message: &'a str, found: &mut Found<'a>) -> Option<()> {
        let (before, after) = self.parts.split_at_checked(self.star)?;
        let mut rest = message;
        let mut parts = before.iter().peekable();
        while let Some(part) = parts.next() {
            let Part::Capture(column) = part else {
                rest = rest.strip_prefix(part.literal()?)?;
                note(part, part.literal()?, found)?;
                continue;
            };
            let end = match parts.peek() {
                Some(next) => rest.find(next.literal()?)?,
                None => rest.len(),
            };
            let (value, after) = rest.split_at_checked(end)?;
            note(&Part::Capture(column), value, found)?;
            rest = after;
        }
        let mut parts = after.iter().rev().peekable();
        while let Some(part) = parts.next() {
            let Part::Capture(_) = part else {
                rest = rest.strip_suffix(part.literal()?)?;
                note(part, part.literal()?, found)?;
                continue;
            };
            let start = match parts.peek() {
                Some(next) => {
                    let text = next.literal()?;
                    rest.rfind(text)? + text.len()
                }
                None => 0,
            };
            let (before, value) = rest.split_at_checked(start)?;
            note(part, value, found)?;
            rest = before;
        }
        rest.is_empty().then_some(())
    }
}

/// Notes what stands in place of a part, where that may be its value.
fn note<'a>(part: &Part, value: &'a str, found: &mut Found<'a>) -> Option<()> {
    let column = match part {
        Part::Text(_) | Part::Capture("_") => return Some(()),
        Part::Constant { column, .. } | Part::Capture(column) => column,
    };
    let value = value.trim();
    if !may_be(column, value) {
        return None;
    }
    found.push((column, value));
    Some(())
}

/// What a column may hold: ports and ids are numbers; users, commands and reasons are any text; the rest is a word.
fn may_be(column: &str, value: &str) -> bool {
    match column {
        "source_port" | "destination_port" | "uid" | "euid" | "gid" | "by_uid" | "count" | "code" => {
            value.bytes().all(|byte| byte.is_ascii_digit())
        }
        "user" | "target_user" | "by_user" | "command" | "reason" | "cwd" | "home" | "session" | "key_id"
        | "path" => true,
        _ => !value.contains(char::is_whitespace),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found<'a>(pattern: &'static str, message: &'a str) -> Option<Found<'a>> {
        let mut found = Vec::new();
        Pattern::new("event", pattern).read(message, &mut found).then_some(found)
    }

    #[test]
    fn captures_end_where_the_text_after_them_begins() {
        let pattern = "a {tty} b {reason}";
        assert_eq!(found(pattern, "a x b y b z"), Some(vec![("tty", "x"), ("reason", "y b z")]));
        assert_eq!(found(pattern, "a x y b z"), None, "a terminal is a word");
        assert_eq!(found(pattern, "b x b z"), None);
        assert_eq!(found("a {source_port}", "a 22"), Some(vec![("source_port", "22")]));
        assert_eq!(found("a {source_port}", "a 2x"), None, "a port is a number");
        assert_eq!(found("a {_} c", "a b c"), Some(vec![]));
        assert_eq!(found("a {_} c", "a b c d"), None, "nothing may follow");
    }

    #[test]
    fn a_starred_name_cannot_forge_what_follows_it() {
        let pattern = "Invalid user {user*} from {source}";
        let message = "Invalid user a from 192.0.2.1 from 198.51.100.2";
        assert_eq!(
            found(pattern, message),
            Some(vec![("source", "198.51.100.2"), ("user", "a from 192.0.2.1")])
        );
        assert_eq!(found(pattern, "Invalid user  from h"), Some(vec![("source", "h"), ("user", "")]));
        assert_eq!(
            found("({user}) CMD ({command*})", "(u) CMD (f(x))"),
            Some(vec![("user", "u"), ("command", "f(x)")])
        );
    }

    #[test]
    fn constants_are_values() {
        let pattern = "for {reason=invalid user} {user*} x";
        assert_eq!(
            found(pattern, "for invalid user me x"),
            Some(vec![("reason", "invalid user"), ("user", "me")])
        );
        assert_eq!(found(pattern, "for me x"), None);
    }
}
