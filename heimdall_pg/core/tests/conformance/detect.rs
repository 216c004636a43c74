//! Detectors of personal data against two published sets: sentences with places, and the vectors of a recogniser.
//!
//! `make conformance` writes the tables in the reference of detectors; any other run fails where they say otherwise.

use std::collections::BTreeMap;

use heimdall_core::detect::{Kind, Options, detect};
use serde_json::Value;

use crate::corpus::Corpus;

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/detectors.md");

/// Names of the sentences' set for kinds, whether places have to be the same, and the least that is let through of
/// precision and of recall.
const SENTENCES: [(&str, Kind, bool, f64, f64); 9] = [
    ("EMAIL_ADDRESS", Kind::Email, true, 0.95, 0.95),
    ("CREDIT_CARD", Kind::Card, true, 0.95, 0.9),
    ("IBAN_CODE", Kind::Iban, true, 0.95, 0.9),
    ("US_SSN", Kind::UsSsn, true, 0.95, 0.9),
    ("IP_ADDRESS", Kind::Ip, true, 0.95, 0.9),
    ("PHONE_NUMBER", Kind::Phone, true, 0.9, 0.5),
    ("US_DRIVER_LICENSE", Kind::DrivingLicence, true, 0.8, 0.5),
    ("PERSON", Kind::Person, false, 0.7, 0.05),
    ("STREET_ADDRESS", Kind::Address, false, 0.7, 0.05),
];

/// Recognisers and the kinds that they stand for.
const RECOGNISERS: [(&str, &[Kind]); 27] = [
    ("aba_routing", &[Kind::UsRouting]),
    ("au_abn", &[Kind::AuAbn]),
    ("au_medicare", &[Kind::AuMedicare]),
    ("ca_sin", &[Kind::CaSin]),
    ("certificate_number", &[Kind::UsDea]),
    ("de_fuehrerschein", &[Kind::DrivingLicence]),
    ("de_passport", &[Kind::Passport]),
    ("de_tax_number", &[Kind::DeTaxNumber]),
    ("email", &[Kind::Email]),
    ("es_nif", &[Kind::EsNif]),
    ("es_passport", &[Kind::Passport]),
    ("iban", &[Kind::Iban]),
    ("in_passport", &[Kind::Passport]),
    ("in_voter", &[Kind::InVoter]),
    ("it_driver_license", &[Kind::DrivingLicence]),
    ("it_identity_card", &[Kind::IdCard]),
    ("it_passport", &[Kind::Passport]),
    ("kr_driver_license", &[Kind::DrivingLicence]),
    ("kr_rrn", &[Kind::KrRrn]),
    ("ph_tin", &[Kind::PhTin]),
    ("phone", &[Kind::Phone]),
    ("se_organisationsnummer", &[]),
    ("uk_driving_licence", &[Kind::DrivingLicence]),
    ("uk_nhs", &[Kind::UkNhs]),
    ("us_driver_license", &[Kind::DrivingLicence]),
    ("us_itin", &[Kind::UsItin]),
    ("us_npi", &[Kind::UsNpi]),
];

#[test]
fn sentences_of_c27() {
    let Some(corpus) = Corpus::open("c27_pii_presidio_research") else { return };
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let options = Options { ip: true, ..Options::default() };
    for file in ["synth_dataset_v2.json", "generated_small.json"] {
        let Some(text) = corpus.read_if_there(file) else { continue };
        let samples: Vec<Value> = serde_json::from_str(&text).expect("samples");
        for sample in &samples {
            let text = sample["full_text"].as_str().expect("a text");
            let found = detect(text, &options);
            for (name, kind, exact, ..) in SENTENCES {
                let given: Vec<(usize, usize)> = spans(text, sample, name);
                let found: Vec<(usize, usize)> = found
                    .iter()
                    .filter(|found| found.kind == kind)
                    .map(|found| (found.start, found.end))
                    .collect();
                let same = |a: &(usize, usize), b: &(usize, usize)| {
                    if exact { a == b } else { a.0 < b.1 && b.0 < a.1 }
                };
                let count = counts.entry(name).or_default();
                count[0] += given.len();
                count[1] += given.iter().filter(|a| found.iter().any(|b| same(a, b))).count();
                count[2] += found.len();
                count[3] += found.iter().filter(|a| given.iter().any(|b| same(a, b))).count();
            }
        }
    }
    let mut table =
        "| kind | given | found | precision | recall | places |\n|---|--:|--:|--:|--:|---|\n".to_owned();
    for (name, kind, exact, precision, recall) in SENTENCES {
        let [given, met, found, right] = counts.get(name).copied().unwrap_or_default();
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        let (p, r) = (share(right, found), share(met, given));
        let places = if exact { "the same" } else { "overlapping" };
        table += &format!("| `{kind}` | {given} | {found} | {p:.3} | {r:.3} | {places} |\n");
        assert!(p >= precision && r >= recall, "{kind}: precision {p:.3}, recall {r:.3}");
    }
    settle("c27", &table);
}

fn spans(text: &str, sample: &Value, name: &str) -> Vec<(usize, usize)> {
    let at = |place: &Value| {
        let count = place.as_u64().expect("a place") as usize;
        text.char_indices().nth(count).map_or(text.len(), |(at, _)| at)
    };
    let named = |span: &&Value| {
        span["entity_type"] == name || name == "STREET_ADDRESS" && span["entity_type"] == "ADDRESS"
    };
    let spans = sample["spans"].as_array().expect("spans").iter().filter(named);
    spans.map(|span| (at(&span["start_position"]), at(&span["end_position"]))).collect()
}

#[test]
fn vectors_of_c28() {
    let Some(corpus) = Corpus::open("c28_pii_vectors") else { return };
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let (mut other, mut total) = (0, 0);
    for line in corpus.read("presidio_vectors.jsonl").lines() {
        let vector: Value = serde_json::from_str(line).expect("an object");
        let text = ["text", "iban"].into_iter().find_map(|name| vector[name].as_str());
        let (Some(text), Some(count)) = (text, vector["expected_len"].as_u64()) else { continue };
        total += 1;
        let recogniser = vector["recognizer"].as_str().expect("a name");
        let known = RECOGNISERS.iter().find(|(name, kinds)| *name == recogniser && !kinds.is_empty());
        let Some((name, kinds)) = known else {
            other += 1;
            continue;
        };
        let options =
            Options { kinds: Some(kinds.to_vec()), min_confidence: Some(0.0), ..Options::default() };
        let found = detect(text, &options).len() as u64;
        let place = usize::from(found == count);
        counts.entry(name).or_default()[place] += 1;
    }
    let mut table = "| recogniser | kind | vectors | as many found |\n|---|---|--:|--:|\n".to_owned();
    for (name, kinds) in RECOGNISERS {
        let (Some([failed, passed]), Some(kind)) = (counts.get(name), kinds.first()) else { continue };
        table += &format!("| {name} | `{kind}` | {} | {passed} |\n", failed + passed);
    }
    table += &format!("\nOf {total} vectors, {other} are of recognisers that are not looked for.\n");
    settle("c28", &table);
}

/// Writes a table of the reference where `make conformance` asks for it, and else compares.
fn settle(name: &str, table: &str) {
    let page = std::fs::read_to_string(REFERENCE).expect("the reference of detectors");
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let (before, rest) = page.split_once(&begin).expect("the table begins");
    let (written, after) = rest.split_once(&end).expect("the table ends");
    if std::env::var_os("HEIMDALL_CONFORMANCE").is_some() {
        let page = format!("{before}{begin}{table}{end}{after}");
        std::fs::write(REFERENCE, page).expect("the reference is written");
    } else {
        assert_eq!(written, table, "the table is stale; make conformance writes it anew");
    }
}

/// Logs, alerts and events have no personal data but what is listed (an address of a builder, sessions in URLs): more
/// would be numbers that were taken for some.
#[test]
fn logs_are_left_alone() {
    for (set, ending, most) in
        [("c17_loghub", ".log", 1), ("c12_suricata_alerts", ".json", 4), ("c15_windows_events", ".json", 0)]
    {
        let Some(corpus) = Corpus::open(set) else { continue };
        for file in corpus.files("", ending) {
            let log = corpus.read(&file);
            let kinds: Vec<Kind> =
                detect(&log, &Options::default()).into_iter().map(|found| found.kind).collect();
            assert!(kinds.len() <= most, "{file}: {kinds:?}");
        }
    }
}
