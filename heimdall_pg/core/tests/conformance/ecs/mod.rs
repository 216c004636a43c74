//! Lines of logs with the document of the Elastic Common Schema that a vendor's parser makes of them.
//!
//! Parsing a vendor's format is not what is checked. Checked is what a canonicaliser has to do with either
//! side: the value of the document has a canonical form, its spelling in the line has the same one, and it is
//! found in the line where its kind is looked for in text.

mod address;
mod event;
mod hash;
mod line;
mod name;
mod observable;
mod timestamp;
mod url;
mod user;

use event::Event;

use crate::corpus::Corpus;

/// Sets of this sort, by the names of their folders.
const ELASTIC: &str = "c09_elastic_ecs_pairs";
const SEKOIA: &str = "c10_sekoia_intake_pairs";

/// Why a value is not where it is looked for.
const ABSENT: &str =
    "no word of the line: the parser cuts it out of one, decodes it, or has it from elsewhere";
/// In lines that are JSON.
const ESCAPED: &str = "glued to an escape of JSON: found once the string is decoded";

/// Reasons with their counts.
type Listed<'a> = &'a [(&'a str, usize)];

/// A value to check: how it is called in the output, what came of it, the reason if that is wanted.
type Vector = (String, Result<(), String>, Option<&'static str>);

/// Runs a check over the events of these sets, each with its reasons and how often they come.
fn check(
    title: &str,
    standard: &str,
    vectors: impl Fn(&Event) -> Vec<Vector>,
    sets: &[(&'static str, Listed<'_>)],
) {
    for (set, listed) in sets {
        let Some(mut corpus) = Corpus::open(set) else {
            continue;
        };
        for event in event::all(&corpus) {
            for (value, result, exception) in vectors(event) {
                corpus.note(&format!("{}: {value}", event.name), result, exception);
            }
        }
        corpus.finish(title, standard, listed);
    }
}
