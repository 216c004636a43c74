//! Whether a statement has to do with Heimdall, judged by its text: it may be one that does not parse.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Match, MatchKind};

/// The schema, which begins the names of the other schemas and of the roles too.
const SCHEMA: &str = "heimdall";

/// Functions whose names nobody else has: a statement that names one is meant for it, also where the schema is forgotten.
const OWN_NAMES: &[&str] = &[
    "acknowledge",
    "after_restore",
    "audit_heads",
    "canonical",
    "canonicaliser_version",
    "changes_between",
    "check_mapping",
    "create_reader",
    "create_source",
    "destroy_data_key",
    "detect_format",
    "detect_pii",
    "drop_reader",
    "drop_rule",
    "email_parts",
    "embedding_domain",
    "erase_subject",
    "explain_access",
    "explain_mapping",
    "export_audit",
    "export_csv",
    "export_stix",
    "extract_observables",
    "hash_kind",
    "infer_mapping",
    "ingest_csv",
    "ingest_file",
    "ingest_json",
    "ingest_ndjson",
    "key_status",
    "kind_of",
    "last_report",
    "lookup_error",
    "parse_timestamp",
    "pii_decrypt",
    "pii_encrypt",
    "pii_hash",
    "presets",
    "prune_changes",
    "public_suffix",
    "reapply_policy",
    "refresh_similar",
    "registrable_domain",
    "reject_summary",
    "retry_rejects",
    "reveal_key",
    "reveal_reject",
    "rewrap_keys",
    "rollback_batch",
    "rotate_data_key",
    "set_mapping",
    "set_rule",
    "set_source",
    "tlp_name",
    "try_canonical",
    "try_parse_timestamp",
    "url_host",
    "verify_audit",
];

/// Functions whose names others have as well: they count where they are called in a session that knows Heimdall.
const COMMON_NAMES: &[&str] = &[
    "as_of",
    "changes",
    "check",
    "clearance",
    "correct",
    "correlate",
    "cypher",
    "defang",
    "dry_run",
    "erased",
    "facts",
    "feeds",
    "hash_key_fits",
    "formats",
    "graph",
    "ingest",
    "init",
    "lookup",
    "neighbors",
    "overlap",
    "path",
    "preview",
    "provenance",
    "refang",
    "reveal",
    "scrub",
    "search",
    "similar",
    "timeline",
    "top",
];

/// `EXECUTE` names no function: what was prepared may be ours.
const EXECUTE: &str = "execute";

/// Begins an identifier that is spelled in numbers: `U&"\0068eimdall"`.
const UNICODE: &str = "u&\"";

/// What a pattern of [`PATTERNS`] is.
#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Schema,
    Own,
    Common,
    Execute,
    Unicode,
}

type Patterns = (AhoCorasick, Vec<(&'static str, Sort)>);

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let sorts = [
        (&[SCHEMA][..], Sort::Schema),
        (OWN_NAMES, Sort::Own),
        (COMMON_NAMES, Sort::Common),
        (&[EXECUTE], Sort::Execute),
        (&[UNICODE], Sort::Unicode),
    ];
    let words: Vec<(&str, Sort)> =
        sorts.iter().flat_map(|(words, sort)| words.iter().map(move |word| (*word, *sort))).collect();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words.iter().map(|(word, _)| word))
        .ok()?;
    Some((automaton, words))
});

/// True where a statement names anything of Heimdall. `knows` says that it comes from a session that has the schema on
/// its path, or has used it before.
pub fn is_ours(statement: &[u8], knows: bool) -> bool {
    // Without the patterns, anything may be ours.
    let Some((automaton, words)) = &*PATTERNS else { return true };
    automaton.find_iter(statement).any(|found| {
        let sort = words[found.pattern()].1;
        counts(statement, &found, sort) && (knows || !matches!(sort, Sort::Common | Sort::Execute))
    })
}

/// The functions that a statement names, for the log: names of ours, and nothing else of it.
pub fn named(statement: &[u8]) -> String {
    let Some((automaton, words)) = &*PATTERNS else { return String::new() };
    let names: BTreeSet<&str> = automaton
        .find_iter(statement)
        .filter(|found| counts(statement, found, words[found.pattern()].1))
        .filter(|found| matches!(words[found.pattern()].1, Sort::Own | Sort::Common))
        .map(|found| words[found.pattern()].0)
        .collect();
    Vec::from_iter(names).join(", ")
}

/// True for a match that is what it looks like.
fn counts(statement: &[u8], found: &Match, sort: Sort) -> bool {
    let (before, after) = (&statement[..found.start()], &statement[found.end()..]);
    let in_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    if before.last().is_some_and(in_word) {
        return false;
    }
    match sort {
        Sort::Unicode => true,
        // A schema of ours, or one of the names that begin with it.
        Sort::Schema => after.first() == Some(&b'_') || follows(after, b'.'),
        Sort::Execute => !after.first().is_some_and(in_word),
        // The canonicalisers are called `canonical_…`.
        Sort::Own => !is_elsewhere(before),
        Sort::Common => !is_elsewhere(before) && follows(after, b'('),
    }
}

/// True where that character follows a name, after its quote, blanks, or a comment that may be anything.
fn follows(after: &[u8], wanted: u8) -> bool {
    let mut rest = after.iter().skip_while(|byte| **byte == b'"' || byte.is_ascii_whitespace());
    match rest.next() {
        Some(b'/') => rest.next() == Some(&b'*'),
        Some(b'-') => rest.next() == Some(&b'-'),
        Some(byte) => *byte == wanted,
        None => false,
    }
}

/// True after the name of another schema.
fn is_elsewhere(before: &[u8]) -> bool {
    let mut end: Vec<u8> = before
        .iter()
        .rev()
        .filter(|byte| **byte != b'"' && !byte.is_ascii_whitespace())
        .take(SCHEMA.len() + 1)
        .map(u8::to_ascii_lowercase)
        .collect();
    end.reverse();
    end.ends_with(b".") && end.strip_suffix(b".") != Some(SCHEMA.as_bytes())
}
