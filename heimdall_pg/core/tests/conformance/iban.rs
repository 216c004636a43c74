//! Bank account numbers, right and wrong, of a recogniser of personal data.

use heimdall_core::canonical::iban::canonical_iban;
use serde_json::Value;

use crate::corpus::Corpus;

const SENTENCE: &str = "in a sentence: one value is canonicalised, not found in text";
const SPELLING: &str = "refused by the set: where spaces stand does not matter, and case does not";

#[test]
fn canonical_iban_vectors() {
    let Some(mut corpus) = Corpus::open("c28_pii_vectors") else {
        return;
    };
    for line in corpus.read("presidio_vectors.jsonl").lines() {
        let vector: Value = serde_json::from_str(line).expect("an object");
        let Some(input) = vector["iban"].as_str() else {
            continue;
        };
        let found = vector["expected_len"].as_u64().expect("a count") > 0;
        let result = match canonical_iban(input) {
            Ok(_) if found => Ok(()),
            Err(_) if !found => Ok(()),
            Ok(_) => Err("taken".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        corpus.note(input, result, Some(if found { SENTENCE } else { SPELLING }));
    }
    corpus.finish("Bank account numbers", "ISO 13616", &[(SENTENCE, 5), (SPELLING, 2)]);
}
