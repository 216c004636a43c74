//! A mailbox of RFC 5322 3.4 taken apart: display name, address, comments.

use super::{canonical_email, error};
use crate::canonical::limit::trimmed;
use crate::canonical::text::collapsed;
use crate::canonical::{CanonicalError, Kind};

/// What a header field such as `From` holds beside an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailParts {
    /// The canonical address.
    pub address: String,
    /// The name before `<a@b>` without its quotes, white space as one space, case kept. Encoded words
    /// (RFC 2047) stay encoded.
    pub display_name: Option<String>,
    /// What stands in parentheses, in order, without those outside. Older mail programs put the name there.
    pub comments: Vec<String>,
}

/// The parts of `"Lovelace, Ada" (work) <ada@example.org>` or of `ada@example.org (Ada)`.
///
/// Other than [`canonical_email`], which refuses comments, this takes them off.
pub fn email_parts(raw: &str) -> Result<EmailParts, CanonicalError> {
    let value = trimmed(Kind::Email, raw)?;
    let mut reader = Reader::default();
    for c in value.chars() {
        reader.read(c)?;
    }
    reader.parts()
}

/// Where the reader stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Before an angle bracket: the address itself where none follows.
    #[default]
    Before,
    /// In `<…>`.
    Address,
    /// Behind it, where only comments may stand.
    Behind,
}

#[derive(Default)]
struct Reader {
    place: Place,
    quoted: bool,
    escaped: bool,
    /// How many parentheses are open.
    depth: usize,
    comments: Vec<String>,
    /// As written, without comments.
    before: String,
    /// The same without quotes and the backslashes in them.
    name: String,
    address: String,
}

impl Reader {
    fn read(&mut self, c: char) -> Result<(), CanonicalError> {
        if c.is_control() && !matches!(c, '\t' | '\r' | '\n') {
            return Err(error("a control character"));
        }
        if self.escaped {
            self.escaped = false;
            self.keep(c, true);
        } else if c == '\\' && (self.quoted || self.depth > 0) {
            self.escaped = true;
            self.keep(c, false);
        } else if c == '"' && self.depth == 0 {
            self.quoted = !self.quoted;
            self.keep(c, false);
        } else if self.quoted {
            self.keep(c, true);
        } else if c == '(' {
            self.open();
        } else if c == ')' {
            self.depth = self.depth.checked_sub(1).ok_or(error("a parenthesis without its pair"))?;
            if self.depth > 0 {
                self.keep(c, true);
            }
        } else if self.depth > 0 {
            self.keep(c, true);
        } else {
            return self.structure(c);
        }
        Ok(())
    }

    fn open(&mut self) {
        self.depth += 1;
        if self.depth > 1 {
            self.keep('(', true);
            return;
        }
        self.comments.push(String::new());
        if self.place == Place::Before {
            self.name.push(' ');
        }
    }

    fn structure(&mut self, c: char) -> Result<(), CanonicalError> {
        match (self.place, c) {
            (Place::Before, '<') => self.place = Place::Address,
            (Place::Address, '>') => self.place = Place::Behind,
            (Place::Behind, c) if !c.is_whitespace() => {
                return Err(error("something other than a comment behind the address"));
            }
            (_, c) => self.keep(c, true),
        }
        Ok(())
    }

    /// Takes a character for what is being read; one that only quotes does not belong to its meaning.
    fn keep(&mut self, c: char, meant: bool) {
        if self.depth > 0 {
            if let (true, Some(comment)) = (meant, self.comments.last_mut()) {
                comment.push(c);
            }
            return;
        }
        match self.place {
            Place::Before => {
                self.before.push(c);
                if meant {
                    self.name.push(c);
                }
            }
            Place::Address => self.address.push(c),
            Place::Behind => {}
        }
    }

    fn parts(self) -> Result<EmailParts, CanonicalError> {
        if self.quoted || self.escaped || self.depth > 0 || self.place == Place::Address {
            return Err(error("a quote or a bracket without its pair"));
        }
        let (address, name) = match self.place {
            Place::Before => (self.before, None),
            _ => (self.address, Some(self.name)),
        };
        let clean = |text: &str| Some(collapsed(text, char::is_whitespace).into_owned());
        Ok(EmailParts {
            address: canonical_email(&address)?.into_owned(),
            display_name: name.as_deref().and_then(clean).filter(|name| !name.is_empty()),
            comments: self.comments.iter().filter_map(|comment| clean(comment)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(raw: &str) -> (String, Option<String>, Vec<String>) {
        let parts = email_parts(raw).unwrap();
        (parts.address, parts.display_name, parts.comments)
    }

    #[test]
    fn names_addresses_and_comments() {
        let ada = "ada@example.org".to_owned();
        let lovelace = Some("Ada Lovelace".to_owned());
        for raw in ["ada@example.org", " <ADA@example.org> ", "\"\" <ada@example.org>"] {
            assert_eq!(parts(raw), (ada.clone(), None, vec![]), "{raw}");
        }
        for raw in ["Ada  Lovelace <ada@example.org>", "\"Ada Lovelace\"<ada@example.org>"] {
            assert_eq!(parts(raw), (ada.clone(), lovelace.clone(), vec![]), "{raw}");
        }
        let folded = "Ada (at\r\n work)Lovelace <ada@example.org> (x (y) \\))";
        let comments = vec!["at work".to_owned(), "x (y) )".to_owned()];
        assert_eq!(parts(folded), (ada.clone(), lovelace, comments));
        assert_eq!(parts("ada@example.org (Ada)"), (ada.clone(), None, vec!["Ada".to_owned()]));
        assert_eq!(parts("ada(x)@example.org").0, ada);
        assert_eq!(parts("\"L, \\\"A\\\" <x>\" <ada@example.org>").1.as_deref(), Some("L, \"A\" <x>"));
        assert_eq!(parts("\"a (b\"@example.org").0, "\"a (b\"@example.org");
    }

    #[test]
    fn others_are_refused() {
        for raw in [
            "",
            "Ada",
            "Ada <ada>",
            "Ada <ada@example.org",
            "ada@example.org>",
            "ada@example.org (x",
            "ada@example.org )",
            "<ada@example.org> Ada",
            "\"Ada <ada@example.org>",
            "a@b.c, d@e.f",
            "A\0 <ada@example.org>",
        ] {
            assert!(email_parts(raw).is_err(), "{raw}");
        }
        assert!(email_parts(&"(".repeat(1025)).is_err());
    }
}
