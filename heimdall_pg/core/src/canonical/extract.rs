//! Observables in free text and reports, defanged ones too.
//!
//! The text is read once from front to back: cut into stretches without white space, each of which
//! is refanged where it holds marks, and read word by word.

mod address;
mod class;
mod email;
mod name;
mod plain;
mod reader;
mod sign;
mod stretch;
mod url;
mod word;

use std::collections::VecDeque;

use super::Kind;
use plain::Plain;
use reader::{Found, Reader};
use stretch::Stretch;

/// An observable that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observable<'a> {
    /// What it is.
    pub kind: Kind,
    /// As it is written, defanged or not.
    pub value: &'a str,
    /// Its canonical text.
    pub canonical: String,
    /// Where it begins, in bytes from 0.
    pub start: usize,
    /// Where the text goes on behind it, in bytes from 0.
    pub end: usize,
}

/// The observables of a text in the order in which they stand there, without overlaps: addresses, networks,
/// domains, URLs, e-mail addresses, digests, CVE identifiers, MAC addresses and autonomous systems.
///
/// The longest reading wins: the host of a URL is not found again. A domain needs a suffix that the Public
/// Suffix List has, and a name that looks like one of a file (`readme.md`) is none unless it is defanged.
/// Punctuation and brackets that belong to the sentence are left out. Time and memory are linear in the text.
pub fn extract_observables(text: &str) -> Observables<'_> {
    Observables { text, at: 0, found: Vec::new(), next: VecDeque::new() }
}

/// Iterator of [`extract_observables`]. Looks no further into the text than the caller asks.
#[derive(Debug)]
pub struct Observables<'a> {
    text: &'a str,
    at: usize,
    /// Of one stretch, empty in between: kept for its memory.
    found: Vec<Found>,
    next: VecDeque<Observable<'a>>,
}

impl<'a> Iterator for Observables<'a> {
    type Item = Observable<'a>;

    fn next(&mut self) -> Option<Observable<'a>> {
        loop {
            if let Some(found) = self.next.pop_front() {
                return Some(found);
            }
            let stretch = stretch::next(self.text, self.at)?;
            self.at = stretch.range.end;
            self.read(&stretch);
        }
    }
}

impl Observables<'_> {
    fn read(&mut self, stretch: &Stretch) {
        let offset = stretch.range.start;
        let plain = Plain::of(self.text.get(stretch.range.clone()).unwrap_or_default(), stretch.classes);
        Reader::read(&plain, &mut self.found);
        self.next.extend(self.found.drain(..).filter_map(|found| {
            let start = offset + plain.raw_start(found.start);
            let end = offset + plain.raw_end(found.end);
            let value = self.text.get(start..end)?;
            Some(Observable { kind: found.kind, value, canonical: found.canonical, start, end })
        }));
    }
}

#[cfg(test)]
mod tests;
