//! Defanged indicators. The set is for extraction from text: where the whole input is not one indicator, the
//! indicators have to be found in it.

use heimdall_core::canonical::{Kind, canonical, canonical_observable, extract_observables, kind_of, refang};
use serde_json::Value;

use crate::corpus::Corpus;

const CUT: &str = "the set cuts at a hyphen or an underscore: DNS names have them anywhere";
const ZONE: &str = "the set drops the zone or the port: a zone is part of the address, a port is refused";
const LABEL: &str = "brackets around a label, not around a dot";
const WORDS: &str =
    "words of a sentence between spaces, taken for an at sign or a dot: only brackets make them one";
const FILE: &str = "the name of a file";

#[test]
fn canonical_defanged_indicators() {
    let Some(mut corpus) = Corpus::open("c08_ioc_defang") else {
        return;
    };
    let vectors: Value = serde_json::from_str(&corpus.read("xioc_tests.json")).expect("an object");
    for (input, expected) in vectors.as_object().expect("an object") {
        let Some((kind, all)) = widest(expected) else {
            continue;
        };
        let Some(expected) = all.first() else {
            continue;
        };
        let wanted = canonical(kind, expected).map_err(|error| error.to_string());
        let got = canonical_observable(kind, input).map_err(|error| error.to_string());
        let exception = exception(input, expected, got.as_deref().ok());
        let result = match (got, wanted) {
            (Ok(got), Ok(wanted)) if got == wanted => match kind_of(input) {
                Some(guess) if guess.kind == kind => Ok(()),
                guess => Err(format!("guessed as {guess:?}, not {kind:?}")),
            },
            (got, wanted) => Err(format!("{got:?} is not {wanted:?}")),
        };
        let result = result.or_else(|_| extracted(input, kind, &all));
        corpus.note(input, result, exception);
    }
    corpus.finish(
        "Defanged indicators",
        "usage of the field",
        &[(CUT, 4), (ZONE, 3), (LABEL, 1), (WORDS, 2), (FILE, 1)],
    );
}

/// Whether all the indicators are found in the input.
fn extracted(input: &str, kind: Kind, expected: &[String]) -> Result<(), String> {
    let found: Vec<_> = extract_observables(input).filter(|found| found.kind == kind).collect();
    for expected in expected {
        let wanted = canonical(kind, expected).map_err(|error| error.to_string())?;
        if !found.iter().any(|found| found.canonical == wanted) {
            return Err(format!("{wanted} is not in {found:?}"));
        }
    }
    Ok(())
}

/// The indicators of the widest kind, which hold the others (the domain of a URL).
fn widest(expected: &Value) -> Option<(Kind, Vec<String>)> {
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
    Some((kind, found.iter().filter_map(|found| found.as_str().map(str::to_owned)).collect()))
}

fn exception(input: &str, expected: &str, got: Option<&str>) -> Option<&'static str> {
    let plain = refang(input);
    let plain = plain.trim().to_lowercase();
    match plain.strip_prefix('[').unwrap_or(&plain).strip_prefix(expected) {
        Some("") => return None,
        Some(rest) if rest.starts_with(['%', ']']) => return Some(ZONE),
        _ => {}
    }
    if got.and_then(|got| got.strip_suffix(expected)).is_some_and(|cut| cut.ends_with(['-', '_', '.'])) {
        return Some(CUT);
    }
    match plain.split_once("://") {
        Some((_, rest)) if rest.contains('[') && !rest.starts_with('[') => Some(LABEL),
        _ if input.ends_with(".zip") => Some(FILE),
        _ if input.contains(' ') => Some(WORDS),
        _ => None,
    }
}
