//! The fields of a row: between tabs where the line has one, otherwise between spaces.

use std::borrow::Cow;

/// Cuts a row into its fields. A string in quotes has spaces and tabs as they are, and a quote doubled; a quote
/// that nothing closes is a character like another.
pub(super) fn words(line: &str) -> Words<'_> {
    if line.contains('\t') {
        Words { rest: Some(line), separator: '\t' }
    } else {
        let line = line.trim_matches(' ');
        Words { rest: Some(line).filter(|line| !line.is_empty()), separator: ' ' }
    }
}

/// Iterator of [`words`].
pub(super) struct Words<'a> {
    rest: Option<&'a str>,
    separator: char,
}

impl<'a> Iterator for Words<'a> {
    type Item = Cow<'a, str>;

    fn next(&mut self) -> Option<Cow<'a, str>> {
        let rest = self.rest?;
        if let Some((value, length)) = quoted(rest, self.separator) {
            self.go_on(rest.get(length..).unwrap_or_default());
            return Some(if value.contains("\"\"") {
                Cow::Owned(value.replace("\"\"", "\""))
            } else {
                Cow::Borrowed(value)
            });
        }
        let end = rest.find(self.separator).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        self.go_on(after);
        Some(Cow::Borrowed(word))
    }
}

impl<'a> Words<'a> {
    /// Steps over what separates two fields: one tab, or any number of spaces.
    fn go_on(&mut self, after: &'a str) {
        self.rest = after.strip_prefix(self.separator);
        if self.separator == ' ' {
            self.rest = self.rest.map(|rest| rest.trim_start_matches(' '));
        }
    }
}

/// The string in quotes at the beginning, and how long it is with them.
fn quoted(text: &str, separator: char) -> Option<(&str, usize)> {
    let inside = text.strip_prefix('"')?;
    let mut at = 0;
    loop {
        at += inside.get(at..)?.find('"')?;
        let after = inside.get(at + 1..)?;
        if after.starts_with('"') {
            at += 2;
        } else if after.is_empty() || after.starts_with(separator) {
            return Some((inside.get(..at)?, at + 2));
        } else {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn fields_are_cut_where_their_separator_is() {
        let cases: [(&str, &[&str]); 7] = [
            ("a  b - c ", &["a", "b", "-", "c"]),
            ("a\t\tb c\t", &["a", "", "b c", ""]),
            ("x \"a b\" \"\" \"say \"\"hi\"\"\"", &["x", "a b", "", "say \"hi\""]),
            ("\"open and\" \"not", &["open and", "\"not"]),
            ("\"a\"b c", &["\"a\"b", "c"]),
            ("", &[]),
            ("  ", &[]),
        ];
        for (line, fields) in cases {
            assert!(words(line).eq(fields.iter().copied()), "{line}");
        }
    }
}
