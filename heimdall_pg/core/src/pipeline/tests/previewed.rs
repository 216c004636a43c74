//! A preview shows what an ingest does.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::batch::{Line, Shown};
use crate::mapping::Policy;
use crate::protect::Rule;

const LOG: &str = r#"{"values": {"account": {"template": "{domain}\\{user}"}},
    "entities": {"who": {"label": "User", "key": "account"}, "src": {"label": "Ip", "key": "addrs[]", "properties": {"port": "port"}},
                 "url": {"label": "Url", "key": "url", "when": {"kind": {"not": "skip"}}}},
    "relations": [{"from": "who", "type": "USED", "to": "src", "properties": {"how": "how"}}],
    "time": "ts", "tlp": "amber",
    "fields": {"how": {"rule": "keep"}, "noise": {"rule": "drop"}, "note": {"rule": "hash"}}}"#;

fn preview(mapping: Option<&str>, policy: &str, dump: &str) -> Vec<(u64, Line)> {
    let mapping = mapping.map(|json| Mapping::parse(json).unwrap());
    let policy = Policy::parse(policy).unwrap();
    let format = (Format::Ndjson, &FormatOptions::default());
    Preview::of(dump.as_bytes(), format, mapping, &policy, keys()).unwrap().0
}

fn fields(lines: &[(u64, Line)]) -> Vec<(&str, Option<&str>, Option<Rule>, &str)> {
    let fields = lines.iter().map(|(_, line)| line).filter(|line| line.shown == Shown::Field);
    fields.map(|line| (&*line.name, line.canonical.as_deref(), line.rule, &*line.becomes)).collect()
}

#[test]
fn every_value_has_a_line() {
    let dump = r#"{"ts": "2024-06-01T00:00:00Z", "domain": "CORP", "user": "ada", "addrs": ["192.0.2[.]1"], "port": "22", "how": "ssh", "noise": "x", "note": "s3cret", "more": "t0psecret"}"#;
    let lines = preview(Some(LOG), "{}", dump);
    let fields = fields(&lines);
    let hash = fields.iter().find(|field| field.0 == "account").and_then(|field| field.1).unwrap();
    let note = fields.iter().find(|field| field.0 == "note").and_then(|field| field.1).unwrap();
    assert_eq!((hash.len(), note.len()), (64, 64));
    let used = format!("property how of User:{hash} -[USED]-> Ip:192.0.2.1");
    let user = format!("vertex User:{hash}");
    let (keep, encrypt) = (Some(Rule::Keep), Some(Rule::Encrypt));
    assert_eq!(
        fields,
        [
            ("ts", Some("2024-06-01T00:00:00Z"), keep, "time"),
            ("domain", Some("[sealed]"), encrypt, "record property"),
            ("user", Some("[sealed]"), encrypt, "record property"),
            ("addrs", Some("192.0.2.1"), keep, "vertex Ip:192.0.2.1"),
            ("port", Some("[sealed]"), encrypt, "property port of Ip:192.0.2.1"),
            ("how", Some("ssh"), keep, used.as_str()),
            ("noise", None, Some(Rule::Drop), "dropped"),
            ("note", Some(note), Some(Rule::Hash), "record property"),
            ("more", Some("[sealed]"), encrypt, "record property"),
            ("account", Some(hash), Some(Rule::Hash), user.as_str()),
        ]
    );
    for secret in ["ada", "CORP", "s3cret", "t0psecret"] {
        assert!(!format!("{lines:?}").contains(secret), "{secret}");
    }
}

#[test]
fn rows_that_would_be_put_aside_are_shown_with_the_reason() {
    let lines = preview(Some(LOG), "{}", "{\"addrs\": \"nonsense\"}\n{broken\n{\"addrs\": \"192.0.2.1\"}\n");
    let rejects: Vec<_> = lines.iter().filter(|(_, line)| line.shown == Shown::Reject).collect();
    let [(1, first), (2, second)] = rejects[..] else { panic!("{rejects:?}") };
    assert_eq!((first.name.as_str(), first.kind, second.kind), ("addrs", Some("ip"), Some("format")));
    assert!(lines.iter().any(|(row, line)| *row == 3 && line.becomes == "Ip:192.0.2.1"));
    assert!(!format!("{lines:?}").contains("nonsense"));
}

#[test]
fn without_a_mapping_the_inferred_one_is_shown_under_the_policy() {
    let dump = r#"{"client": "192.0.2.1", "mail": "ada@example.org"}"#;
    let lines =
        preview(None, r#"{"fields": {"client": {"rule": "truncate"}, "mail": {"rule": "drop"}}}"#, dump);
    let fields = fields(&lines);
    assert_eq!(fields[0], ("client", Some("192.0.2.0/24"), Some(Rule::Truncate), "vertex Cidr:192.0.2.0/24"));
    assert_eq!(fields[1], ("mail", None, Some(Rule::Drop), "dropped"));
}

fn rows() -> impl Strategy<Value = String> {
    let row = (0..4u8, 0..4u8, prop::sample::select(vec!["", "nonsense", "http://a.example.com/x"]), any::<bool>()).prop_map(
        |(user, addrs, url, more)| {
            let addrs: Vec<String> = (0..addrs).map(|last| format!("\"192.0.2.{last}\"")).collect();
            format!(
                "{{\"domain\": \"D\", \"user\": \"{}\", \"addrs\": [{}], \"url\": \"{url}\", \"how\": \"x\", \"more\": \"{}\"}}\n",
                if user == 0 { String::new() } else { user.to_string() },
                addrs.join(","),
                if more { "m" } else { "" },
            )
        },
    );
    prop::collection::vec(row, 1..8).prop_map(|rows| rows.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_shown_is_what_an_ingest_makes(dump in rows()) {
        let mapping = Mapping::parse(LOG).unwrap();
        let intake = Intake::new(1, keys(), Some(mapping), Policy::default(), 1.0);
        let (mut kept, mut upload) =
            (Kept::default(), Upload::new(Format::Ndjson, &FormatOptions::default(), intake));
        upload.push(dump.as_bytes(), &mut kept).unwrap();
        let (mut intake, _) = upload.finish(&mut kept).unwrap();
        intake.flush_rest(&mut kept).unwrap();
        let lines = preview(Some(LOG), "{}", &dump);
        let shown = |shown: Shown| -> BTreeSet<String> {
            lines.iter().filter(|(_, line)| line.shown == shown).map(|(_, line)| line.becomes.clone()).collect()
        };
        let edges = kept.edges.keys().map(|edge| edge.replacen(' ', " -[", 1).replacen(" -[", "\u{1}", 1).replacen(' ', "]-> ", 1).replacen('\u{1}', " -[", 1));
        prop_assert_eq!(shown(Shown::Vertex), kept.vertices.keys().cloned().collect());
        prop_assert_eq!(shown(Shown::Edge), edges.collect());
        let rejects: BTreeSet<u64> = kept.rejects.iter().map(|(row, _, _)| *row).collect();
        let put_aside = lines.iter().filter(|(_, line)| line.shown == Shown::Reject).map(|(row, _)| *row);
        prop_assert_eq!(put_aside.collect::<BTreeSet<u64>>(), rejects);
    }
}
