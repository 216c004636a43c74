//! What is looked for by its letters: words that speak for a kind, and signs with which a value begins.
//!
//! All of them are found in one pass over the text, by an automaton that looks at each byte once.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Kind;
use super::key::PREFIXES;
use super::vocabulary::{CONTEXTS, NAME_FIELDS, NAME_IS, PASSWORDS, SECRETS, TITLES};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// A word that speaks for these kinds.
    Context(&'static [Kind]),
    /// What scrubbing leaves.
    Token(Kind),
    /// `@`.
    At,
    /// `://`.
    Scheme,
    /// The beginning of a key, at that place of its table.
    Prefix(usize),
    /// The name of a password: whatever is given to it.
    Password,
    /// The name of a key or a token: what is given to it, where it looks like one.
    Secret,
    /// The name of a scheme of HTTP authentication.
    Authentication(Authentication),
    /// The first line of a private key.
    PrivateKey,
    /// The title of a person.
    Title,
    /// Words behind which a name stands.
    NameIs,
    /// A name of a form's field in which two words are a name.
    NameField,
    /// Post-office boxes.
    PostBox,
}

/// Schemes of HTTP authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authentication {
    /// RFC 7617.
    Basic,
    /// RFC 6750.
    Bearer,
}

/// The automaton and what its patterns mean.
pub(super) struct Words {
    automaton: Option<AhoCorasick>,
    signs: Vec<Sign>,
}

/// One of them in a text.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    pub(super) sign: Sign,
    pub(super) start: usize,
    pub(super) end: usize,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut patterns: Vec<&str> = Vec::new();
    let mut signs: Vec<Sign> = Vec::new();
    let mut add = |sign: Sign, texts: &[&'static str]| {
        for text in texts {
            patterns.push(text);
            signs.push(sign);
        }
    };
    add(Sign::At, &["@"]);
    add(Sign::Scheme, &["://"]);
    add(Sign::PrivateKey, &["-----begin"]);
    add(Sign::Authentication(Authentication::Basic), &["basic "]);
    add(Sign::Authentication(Authentication::Bearer), &["bearer "]);
    add(Sign::PostBox, &["po box", "p.o. box", "psc ", "postfach", "apartado", "unit "]);
    Kind::ALL.into_iter().for_each(|kind| add(Sign::Token(kind), &[kind.token()]));
    CONTEXTS.iter().for_each(|(kinds, words)| add(Sign::Context(kinds), words));
    for (sign, words) in [
        (Sign::Password, PASSWORDS),
        (Sign::Secret, SECRETS),
        (Sign::Title, TITLES),
        (Sign::NameIs, NAME_IS),
        (Sign::NameField, NAME_FIELDS),
    ] {
        add(sign, words);
    }
    for (at, prefix) in PREFIXES.iter().enumerate() {
        add(Sign::Prefix(at), &[prefix.text]);
    }
    let automaton = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .match_kind(MatchKind::LeftmostLongest)
        .ascii_case_insensitive(true)
        .build(patterns);
    // Some thousand states, of which an automaton has room for millions.
    Words { automaton: automaton.ok(), signs }
});

/// The signs of a text, in order and without overlaps; the longest where several begin.
pub(super) fn signs(text: &str) -> impl Iterator<Item = Hit> {
    let words = &*WORDS;
    words.automaton.iter().flat_map(move |automaton| automaton.find_iter(text)).filter_map(|found| {
        let sign = *words.signs.get(found.pattern().as_usize())?;
        Some(Hit { sign, start: found.start(), end: found.end() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_automaton_is_there() {
        assert!(WORDS.automaton.is_some());
        let found: Vec<Sign> = signs("My SSN and [EMAIL] @").map(|hit| hit.sign).collect();
        assert_eq!(found, [Sign::Context(&[Kind::UsSsn]), Sign::Token(Kind::Email), Sign::At]);
    }

    /// A pattern that comes twice would be found under its first meaning only.
    #[test]
    fn no_word_has_two_meanings() {
        let mut words: Vec<&str> = CONTEXTS.iter().flat_map(|(_, words)| *words).copied().collect();
        words.extend([PASSWORDS, SECRETS, TITLES, NAME_IS, NAME_FIELDS].concat());
        words.sort_unstable();
        let twice: Vec<_> = words.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
