//! What every kind of value has to do: a canonical form, the same for its spelling in the line, and where the
//! kind is one that is looked for in text, found there.

use heimdall_core::canonical::{Kind, extract_observables};

use super::Vector;
use super::event::Event;
use super::line::{self, Canonicaliser};

/// Why a value of a document is not there where it is looked for.
pub enum Miss<'a> {
    /// The canonicaliser refuses the value of the document, or its own text.
    Refused(String),
    /// No word of the line has the canonical text.
    Absent,
    /// It is in the line only once the strings of JSON are decoded.
    Escaped,
    /// The word is in the line, and not among what is extracted from it.
    NotExtracted(Word<'a>),
}

/// A word and where it stands.
#[derive(Clone, Copy)]
pub struct Word<'a> {
    line: &'a str,
    pub text: &'a str,
}

impl<'a> Word<'a> {
    pub fn before(&self) -> &'a str {
        self.line.get(..self.at()).unwrap_or_default()
    }

    pub fn after(&self) -> &'a str {
        self.line.get(self.at() + self.text.len()..).unwrap_or_default()
    }

    fn at(&self) -> usize {
        self.text.as_ptr() as usize - self.line.as_ptr() as usize
    }
}

/// A value of the document as a vector, with the reason why it may be missed.
pub fn vector<'a>(
    event: &'a Event,
    value: &str,
    of: Canonicaliser,
    extracted: &[Kind],
    reason: impl Fn(&Miss<'a>) -> Option<&'static str>,
) -> Vector {
    let result = check(event, value, of, extracted);
    let reason = result.as_ref().err().and_then(reason);
    (value.to_owned(), result.map_err(|miss| miss.say(event)), reason)
}

fn check<'a>(event: &'a Event, value: &str, of: Canonicaliser, extracted: &[Kind]) -> Result<(), Miss<'a>> {
    let canonical = line::canonical(value, of).map_err(Miss::Refused)?;
    let found = |line: &str| {
        extracted.is_empty()
            || extract_observables(line)
                .any(|found| extracted.contains(&found.kind) && found.canonical == canonical)
    };
    match line::spelling(&event.input, &canonical, of) {
        Some(_) if found(&event.input) => Ok(()),
        Some(text) => Err(Miss::NotExtracted(Word { line: &event.input, text })),
        None => {
            let decoded = line::strings(&event.input);
            let there = |text: &String| line::spelling(text, &canonical, of).is_some() && found(text);
            Err(if decoded.as_ref().is_some_and(there) { Miss::Escaped } else { Miss::Absent })
        }
    }
}

impl Miss<'_> {
    /// For the output, with what stands around the word.
    fn say(&self, event: &Event) -> String {
        match self {
            Miss::Refused(reason) => reason.clone(),
            Miss::Absent | Miss::Escaped => format!("not in {}", event.input),
            Miss::NotExtracted(word) => {
                let before: Vec<char> = word.before().chars().rev().take(30).collect();
                let before: String = before.into_iter().rev().collect();
                let after: String = word.after().chars().take(30).collect();
                format!("not extracted: {before}{}{after}", word.text)
            }
        }
    }
}
