//! The Public Suffix List: its published vectors, and its rules one by one.

use std::collections::HashSet;

use heimdall_core::canonical::domain::{canonical_domain, registrable_domain};

use crate::corpus::Corpus;

const SET: &str = "c03_public_suffix";
const STANDARD: &str = "Public Suffix List, UTS #46";
const PUBLISHED: &str = "Registrable domains";
const LIST: &str = "a rule that the list of the psl crate does not have, being of another day";

#[test]
fn published_vectors() {
    let Some(mut corpus) = Corpus::open(SET) else {
        return;
    };
    let calls = corpus.read_if_there("test_psl.txt");
    let pairs = corpus.read_if_there("tests.txt");
    if calls.is_none() && pairs.is_none() {
        return corpus.skip(PUBLISHED);
    }
    let calls = calls.iter().flat_map(|text| text.lines()).filter_map(|line| {
        let (_, arguments) = line.trim().strip_prefix("checkPublicSuffix(")?.split_once('\'')?;
        let (input, expected) = arguments.split_once("',")?;
        Some((input, expected.trim_end_matches(");").trim().trim_matches('\'')))
    });
    let pairs = pairs.iter().flat_map(|text| text.lines()).filter_map(|line| line.split_once(' '));
    for (input, expected) in calls.chain(pairs).filter(|(input, _)| !input.starts_with("//")) {
        corpus.note(input, check(input, (expected != "null").then_some(expected)), None);
    }
    corpus.finish(PUBLISHED, STANDARD, &[]);
}

/// Every rule of the list, in both forms of an internationalised name and in capitals: what it makes a public
/// suffix, and what is below that.
#[test]
fn rules_of_the_list() {
    let Some(mut corpus) = Corpus::open(SET) else {
        return;
    };
    let list = corpus.read("public_suffix_list.dat");
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    let rules: HashSet<&str> = lines.clone().collect();
    for rule in lines {
        for (name, expected) in names(rule, &rules) {
            let result = [name.clone(), name.to_uppercase(), ascii(&name)]
                .iter()
                .try_for_each(|spelling| check(spelling, expected.as_deref()));
            // What the crate says of the name as it is: whether its list is another, or we use it wrong.
            let other_list = psl::domain_str(&ascii(&name)) != expected.as_deref().map(ascii).as_deref();
            corpus.note(&name, result, other_list.then_some(LIST));
        }
    }
    corpus.finish("Rules of the list", STANDARD, &[(LIST, 42)]);
}

/// Names that the rule is about, with their registrable domains after the algorithm of the list: the longest
/// rule wins, an exception wins over all.
fn names(rule: &str, rules: &HashSet<&str>) -> Vec<(String, Option<String>)> {
    if let Some(name) = rule.strip_prefix('!') {
        return vec![
            (name.to_owned(), Some(name.to_owned())),
            (format!("a.b.{name}"), Some(name.to_owned())),
        ];
    }
    let suffix = rule.replace('*', "label");
    // A label that no rule of its own names.
    let below = ["one", "two", "xyzzy"]
        .iter()
        .map(|label| format!("{label}.{suffix}"))
        .find(|name| is_free(name, rules))
        .expect("a free label");
    vec![(suffix, None), (format!("a.b.{below}"), Some(below.clone())), (below.clone(), Some(below))]
}

/// True where no rule is about the name itself.
fn is_free(name: &str, rules: &HashSet<&str>) -> bool {
    let (_, parent) = name.split_once('.').expect("a label below the suffix");
    !rules.contains(name) && !rules.contains(&*format!("*.{parent}"))
}

fn check(input: &str, expected: Option<&str>) -> Result<(), String> {
    let expected = expected.map(ascii);
    match registrable_domain(input) {
        got if got.as_deref() == expected.as_deref() => Ok(()),
        got => Err(format!("{got:?} is not {expected:?}")),
    }
}

fn ascii(name: &str) -> String {
    canonical_domain(name).unwrap_or_else(|error| panic!("{name}: {error}")).into_owned()
}
