//! Defanged indicators. The set is for extraction from text; a vector is taken where the whole input is one
//! indicator, and left out where it has to be found in a sentence.

use heimdall_core::canonical::{Kind, canonical, canonical_observable, kind_of, refang};
use serde_json::Value;

use crate::corpus::Corpus;

const CUT: &str = "the set cuts at a hyphen or an underscore: DNS names have them anywhere";
const ZONE: &str = "the set drops the zone or the port: a zone is part of the address, a port is refused";
const PREFIX: &str = "the set drops the prefix: a network is another kind";
const LABEL: &str = "brackets around a label, not around a dot";
const SCHEME: &str = "a made-up scheme, of which the set keeps the domain";
const LONGER: &str = "the indicator is a part of a longer text: extraction is another function";

#[test]
fn canonical_defanged_indicators() {
    let Some(mut corpus) = Corpus::open("c08_ioc_defang") else {
        return;
    };
    let vectors: Value = serde_json::from_str(&corpus.read("xioc_tests.json")).expect("an object");
    for (input, expected) in vectors.as_object().expect("an object") {
        let Some((kind, expected)) = widest(expected) else {
            continue;
        };
        let wanted = canonical(kind, &expected).map_err(|error| error.to_string());
        let got = canonical_observable(kind, input).map_err(|error| error.to_string());
        let exception = exception(input, &expected, got.as_deref().ok());
        let result = match (got, wanted) {
            (Ok(got), Ok(wanted)) if got == wanted => match kind_of(input) {
                Some(guess) if guess.kind == kind => Ok(()),
                guess => Err(format!("guessed as {guess:?}, not {kind:?}")),
            },
            (got, wanted) => Err(format!("{got:?} is not {wanted:?}")),
        };
        corpus.note(input, result, exception);
    }
    corpus.finish(&[(CUT, 8), (ZONE, 4), (PREFIX, 1), (LABEL, 1), (SCHEME, 1), (LONGER, 18)]);
}

/// The one indicator of the widest kind, which holds the others (the domain of a URL).
fn widest(expected: &Value) -> Option<(Kind, String)> {
    let kinds = [
        ("urls", Kind::Url),
        ("emails", Kind::Email),
        ("ip4s", Kind::Ip),
        ("ip6s", Kind::Ip),
        ("domains", Kind::Domain),
    ];
    let (found, kind) = kinds.into_iter().find_map(|(name, kind)| {
        let found = expected[name].as_array().filter(|found| !found.is_empty())?;
        Some((found, kind))
    })?;
    Some((kind, found.first()?.as_str()?.to_owned()))
}

fn exception(input: &str, expected: &str, got: Option<&str>) -> Option<&'static str> {
    let plain = refang(input);
    let plain = plain.trim().to_lowercase();
    match plain.strip_prefix('[').unwrap_or(&plain).strip_prefix(expected) {
        Some("") => return None,
        Some(rest) if rest.starts_with(['%', ']']) => return Some(ZONE),
        Some(rest) if rest.starts_with('/') && expected.contains(':') => return Some(PREFIX),
        _ => {}
    }
    if got.and_then(|got| got.strip_suffix(expected)).is_some_and(|cut| cut.ends_with(['-', '_', '.'])) {
        return Some(CUT);
    }
    match plain.split_once("://") {
        Some((_, rest)) if rest.contains('[') && !rest.starts_with('[') => Some(LABEL),
        Some((scheme, _))
            if !plain.contains(' ') && !matches!(scheme, "http" | "https") && scheme.starts_with('h') =>
        {
            Some(SCHEME)
        }
        _ => Some(LONGER),
    }
}
