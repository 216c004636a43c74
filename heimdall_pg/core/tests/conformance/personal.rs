//! Telephone numbers, e-mail addresses and URLs that a recogniser of personal data finds in sentences.

use heimdall_core::canonical::phone::{canonical_phone, canonical_phone_in};
use heimdall_core::canonical::{Kind, extract_observables};
use serde_json::Value;

use crate::corpus::Corpus;

const NO_PLUS: &str =
    "a calling code without a plus sign, which is none in a national number of another region";
const QUOTES: &str = "found without the quotes around, which the set counts to it";
const BRAND: &str = "found, because `microsoft` is a top-level domain";

#[test]
fn canonical_phone_vectors() {
    let Some(mut corpus) = Corpus::open("c28_pii_vectors") else {
        return;
    };
    for vector in vectors(&corpus, "phone") {
        let text = vector["text"].as_str().expect("a text");
        for (start, end) in spans(&vector) {
            let number = &text[start..end];
            let result = phone(number, region(&text[..start]));
            let exception = number.starts_with("91-").then_some(NO_PLUS);
            corpus.note(&format!("{number} of {text}"), result, exception);
        }
    }
    corpus.finish("Telephone numbers", "ITU-T E.164, RFC 3966", &[(NO_PLUS, 1)]);
}

/// Takes the number, in international form or as one of the region, and compares the digits that every form of
/// it ends in.
fn phone(number: &str, region: &str) -> Result<(), String> {
    let region = region.parse().map_err(|error| format!("{region}: {error}"))?;
    let canonical = match canonical_phone(number) {
        Err(_) => canonical_phone_in(number, region),
        international => international,
    };
    let canonical = canonical.map_err(|error| error.to_string())?;
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let last = &digits[digits.len() - 7..];
    if canonical.ends_with(last) { Ok(()) } else { Err(format!("taken as {canonical}")) }
}

/// The region that a sentence names before a number.
fn region(before: &str) -> &'static str {
    let named = [("Israeli", "IL"), ("Japanese", "JP"), ("CN", "CN")];
    named.into_iter().find(|(name, _)| before.contains(name)).map_or("US", |(_, region)| region)
}

#[test]
fn email_vectors() {
    let Some(mut corpus) = Corpus::open("c28_pii_vectors") else {
        return;
    };
    for vector in vectors(&corpus, "email") {
        let text = vector["text"].as_str().expect("a text");
        corpus.note(text, found(text, &vector, &[Kind::Email]), None);
    }
    corpus.finish("E-mail addresses in sentences", "RFC 5321", &[]);
}

#[test]
fn url_vectors() {
    let Some(mut corpus) = Corpus::open("c28_pii_vectors") else {
        return;
    };
    for vector in vectors(&corpus, "url") {
        let text = vector["text"].as_str().expect("a text");
        let exception = match text {
            _ if text.trim_matches('\'').ends_with("microsoft") => Some(BRAND),
            _ if text.starts_with(['"', '\'']) => Some(QUOTES),
            _ => None,
        };
        corpus.note(text, found(text, &vector, &[Kind::Url, Kind::Domain]), exception);
    }
    corpus.finish("URLs in sentences", "WHATWG URL Standard", &[(BRAND, 3), (QUOTES, 2)]);
}

/// Compares what is extracted with the places that the set names.
fn found(text: &str, vector: &Value, kinds: &[Kind]) -> Result<(), String> {
    let observables = extract_observables(text).filter(|observable| kinds.contains(&observable.kind));
    let found: Vec<(usize, usize)> =
        observables.map(|observable| (observable.start, observable.end)).collect();
    if found == spans(vector) { Ok(()) } else { Err(format!("found at {found:?}")) }
}

fn vectors(corpus: &Corpus, recogniser: &str) -> Vec<Value> {
    let lines = corpus.read("presidio_vectors.jsonl");
    let vectors = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("an object"));
    vectors.filter(|vector| vector["recognizer"] == recogniser).collect()
}

/// Where the set finds something. Its texts of these recognisers are ASCII, so that places are bytes.
fn spans(vector: &Value) -> Vec<(usize, usize)> {
    let place = |value: &Value| value.as_u64().expect("a place") as usize;
    let spans = vector["expected_positions"].as_array().expect("places");
    spans.iter().map(|span| (place(&span[0]), place(&span[1]))).collect()
}
