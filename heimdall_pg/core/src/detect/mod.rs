//! Personal data and secrets in free text, by their patterns.
//!
//! Precision comes before recall for what logs are full of: numbers, times, identifiers and digests are not taken for
//! telephones, cards and national identifiers unless a check of theirs or a word before them says so. There is no
//! model of language in here: names and addresses are found where a pattern tells, which is seldom.

mod address;
mod birth;
mod card;
mod email;
mod iban;
mod id;
mod identifier;
mod key;
mod kind;
mod options;
mod person;
mod phone;
mod scan;
mod scrub;
mod secret;
mod template;
mod vocabulary;
mod wallet;
mod words;

pub use kind::Kind;
pub use options::Options;
pub use scrub::scrub;

/// Something that stands in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Where it begins, in bytes from 0.
    pub start: usize,
    /// Where the text goes on behind it, in bytes from 0.
    pub end: usize,
    /// How likely it is meant, from 0 to 1: a judgement, not a measurement.
    pub confidence: f64,
}

/// What stands in a text, in order and without overlaps. Time and memory are linear in the text.
pub fn detect(text: &str, options: &Options) -> Vec<Found> {
    scan::Scan::run(text, options)
}

#[cfg(test)]
mod tests;
