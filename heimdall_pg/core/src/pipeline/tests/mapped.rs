//! What mappings say beyond a column a thing: arrays, computed values, conditions.

use super::*;

fn take(mapping: &str, policy: &str, dump: &str) -> (Kept, Finished) {
    let mapping = Mapping::parse(mapping).unwrap();
    let intake = Intake::new(1, keys(), Some(mapping), Policy::parse(policy).unwrap(), 1.0);
    let (mut kept, mut upload) =
        (Kept::default(), Upload::new(Format::Ndjson, &FormatOptions::default(), intake));
    upload.push(dump.as_bytes(), &mut kept).unwrap();
    let (mut intake, finished) = upload.finish(&mut kept).unwrap();
    intake.flush_rest(&mut kept).unwrap();
    kept.relations.sort();
    (kept, finished)
}

fn kept(mapping: &str, dump: &str) -> Kept {
    take(mapping, "{}", dump).0
}

impl Kept {
    fn vertices(&self) -> Vec<&str> {
        self.vertices.keys().map(String::as_str).filter(|key| !key.starts_with("Record:")).collect()
    }

    fn edges(&self) -> Vec<&str> {
        self.edges.keys().map(String::as_str).filter(|edge| !edge.contains(" OBSERVED_IN ")).collect()
    }
}

const DNS: &str = r#"{"entities": {"name": {"label": "Domain", "key": "query"},
                                   "addr": {"label": "Ip", "key": "answers[].rdata", "when": {"answers[].type": ["A", "AAAA"]}},
                                   "alias": {"label": "Domain", "key": "answers[].rdata", "when": {"answers[].type": "CNAME"}}},
    "relations": [{"from": "name", "type": "RESOLVES_TO", "to": "addr", "properties": {"ttl": "answers[].ttl"}},
                  {"from": "name", "type": "ALIAS_OF", "to": "alias"}],
    "fields": {"answers": {"rule": "keep"}}}"#;

#[test]
fn each_element_is_an_entity() {
    let found = kept(
        DNS,
        r#"{"query": "www.example.com", "answers": [{"type": "CNAME", "rdata": "example.net", "ttl": 1},
            {"type": "A", "rdata": "192.0.2.1", "ttl": 60}, {"type": "A", "rdata": "192.0.2.2", "ttl": 5},
            {"type": "TXT", "rdata": "free text"}]}"#
            .replace('\n', "")
            .as_str(),
    );
    assert_eq!(
        found.vertices(),
        ["Domain:example.net", "Domain:www.example.com", "Ip:192.0.2.1", "Ip:192.0.2.2"]
    );
    assert_eq!(
        found.edges(),
        [
            "Domain:www.example.com ALIAS_OF Domain:example.net",
            "Domain:www.example.com RESOLVES_TO Ip:192.0.2.1",
            "Domain:www.example.com RESOLVES_TO Ip:192.0.2.2"
        ]
    );
    assert_eq!(found.relations, [r#"{"tlp":4,"ttl":"5"}"#, r#"{"tlp":4,"ttl":"60"}"#, r#"{"tlp":4}"#]);
    assert!(found.rejects.is_empty() && found.records.is_empty());
}

#[test]
fn elements_of_one_array_belong_together_and_those_of_two_do_not() {
    let mapping = |to: &str| {
        format!(
            r#"{{"entities": {{"a": {{"label": "Ip", "key": "list[].from"}}, "b": {{"label": "Host", "key": "{to}"}}}},
                "relations": [{{"from": "a", "type": "TO", "to": "b"}}]}}"#
        )
    };
    let dump = r#"{"list": [{"from": "192.0.2.1", "to": "h1"}, {"to": "h2"}, {"from": "192.0.2.3", "to": "h3"}], "o": ["h8", "h9"]}"#;
    let dump_of_one = dump.replace(r#", "o": ["h8", "h9"]"#, "");
    assert_eq!(
        kept(&mapping("list[].to"), &dump_of_one).edges(),
        ["Ip:192.0.2.1 TO Host:h1", "Ip:192.0.2.3 TO Host:h3"]
    );
    assert_eq!(kept(&mapping("o[]"), dump).edges().len(), 4);
}

#[test]
fn a_row_is_not_endless() {
    let mapping = r#"{"entities": {"a": {"label": "Thing", "key": "a[]"}, "b": {"label": "Thing", "key": "b[]"}},
                      "relations": [{"from": "a", "type": "TO", "to": "b"}]}"#;
    let list = |count: usize| format!("[{}]", vec!["\"x\""; count].join(","));
    let row = |a, b| format!("{{\"a\": {}, \"b\": {}}}\n", list(a), list(b));
    let found = kept(mapping, &(row(100, 100) + &row(101, 100) + &row(1001, 1)));
    let found: Vec<_> =
        found.rejects.iter().map(|(row, column, rule)| (*row, column.as_deref(), *rule)).collect();
    assert_eq!(found, [(2, None, "relation"), (3, Some("a"), "array")]);
}

#[test]
fn a_bad_element_costs_its_row() {
    let mapping = r#"{"entities": {"a": {"label": "Ip", "key": "a[]"}}}"#;
    let found = kept(
        mapping,
        "{\"a\": [\"192.0.2.1\", \"nonsense\"]}\n{\"a\": \"192.0.2.2\"}\n{\"a\": [\"-\", null]}\n",
    );
    assert_eq!(found.vertices(), ["Ip:192.0.2.2"]);
    assert_eq!(found.rejects, [(1, Some("a".to_owned()), "ip")]);
    let lenient = r#"{"entities": {"a": {"label": "Ip", "key": "a[]", "when": {"a[]": {"kind": "ip"}}}}}"#;
    let found = kept(lenient, "{\"a\": [\"192.0.2[.]1\", \"nonsense\"]}\n");
    assert_eq!(found.vertices(), ["Ip:192.0.2.1"]);
}

#[test]
fn values_are_computed() {
    let mapping = r#"{"values": {
            "account": {"template": "{domain}\\{user}"},
            "sha": {"from": "hashes", "pattern": "SHA256=([0-9A-Fa-f]{64})"},
            "at": {"template": "{date} {time}"},
            "proto": {"from": "number", "lookup": {"6": "TCP", "17": "UDP"}},
            "where": {"first": ["missing", "host"]},
            "site": {"from": "url", "part": "registrable_domain"},
            "tags": {"from": "list", "split": ","},
            "rare": {"constant": "yes", "when": {"number": {"not": ["6", "17"]}}}},
        "options": {"zone": "Europe/Berlin"}, "time": "at",
        "entities": {"user": {"label": "Account", "key": "account"}, "file": {"label": "Hash", "key": "sha"},
                     "host": {"label": "Host", "key": "where"}, "site": {"label": "Domain", "key": "site"},
                     "tag": {"label": "Tag", "key": "tags[]"}, "rare": {"label": "Rare", "key": "rare"}},
        "relations": [{"from": "user", "type": "RAN", "to": "file", "properties": {"via": "proto"}}],
        "fields": {"number": {"rule": "keep"}}}"#;
    let sha = "ab".repeat(32);
    let dump = format!(
        "{{\"domain\": \"CORP\", \"user\": \"ada\", \"hashes\": \"MD5=00,SHA256={sha}\", \"date\": \"2024-06-01\", \
          \"time\": \"12:00:00\", \"number\": 6, \"host\": \"h1\", \"url\": \"https://www.example.co.uk/x\", \"list\": \"a, b\"}}\n\
         {{\"user\": \"ada\", \"number\": 1}}\n"
    );
    let (found, finished) = take(mapping, "{}", &dump);
    assert_eq!(
        found.vertices(),
        [
            "Account:CORP\\ada",
            "Domain:example.co.uk",
            &format!("Hash:{sha}"),
            "Host:h1",
            "Rare:yes",
            "Tag:a",
            "Tag:b"
        ]
    );
    assert_eq!(found.relations, [r#"{"tlp":4,"via":"TCP"}"#]);
    // Nothing is left over, and what is only read makes no record.
    assert!(found.records.is_empty() && found.rejects.is_empty());
    let columns: Vec<&str> = finished.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert!(!columns.contains(&"account") && finished.rules.contains("\"account\":"), "{}", finished.rules);
}

#[test]
fn a_computed_time_has_the_zone_of_the_source_and_records_keep_what_is_read() {
    let mapping = r#"{"values": {"at": {"template": "{date} {time}"}}, "time": "at", "options": {"zone": "Europe/Berlin"},
                      "entities": {"a": {"label": "Ip", "key": "a"}},
                      "fields": {"date": {"rule": "keep"}, "time": {"rule": "keep"}, "at": {"rule": "keep"}}}"#;
    let found = kept(mapping, r#"{"a": "192.0.2.1", "date": "2024-06-01", "time": "12:00:00"}"#);
    let record: serde_json::Value = serde_json::from_str(&found.records[0]).unwrap();
    assert_eq!((&record["at"], &record["date"]), (&"2024-06-01T10:00:00-00:00".into(), &"2024-06-01".into()));
}

/// What becomes of a computed property, and of a computed key, where a rule was set for what they are computed of.
fn under(policy: &str, stated: &str) -> (serde_json::Value, Vec<String>) {
    let mapping = format!(
        r#"{{"values": {{"c": {{"template": "<{{secret}}>"}}}}, "tlp": "amber",
            "entities": {{"a": {{"label": "Thing", "key": "a", "properties": {{"p": "c"}}}}, "b": {{"label": "Other", "key": "c"}}}},
            "relations": [{{"from": "a", "type": "TO", "to": "b", "properties": {{"p": "c"}}}}], "fields": {{{stated}}}}}"#
    );
    let (kept, _) = take(&mapping, policy, r#"{"a": "x", "secret": "s3cret"}"#);
    let all = format!("{:?} {:?}", kept.vertices, kept.relations);
    let relation =
        kept.relations.first().map_or(serde_json::Value::Null, |json| serde_json::from_str(json).unwrap());
    let others =
        kept.vertices().into_iter().filter_map(|key| key.strip_prefix("Other:")).map(str::to_owned).collect();
    assert!(all.contains("Thing:x"));
    (relation, others)
}

#[test]
fn a_computed_value_tells_no_more_than_what_it_is_computed_of() {
    let set = |rule: &str| format!(r#"{{"fields": {{"secret": {rule}}}}}"#);
    // Nobody has said anything: a property is sealed, a key is as any of its kind.
    let (relation, key) = under("{}", "");
    assert!(relation["sealed"]["p"].is_string() && relation.get("p").is_none());
    assert_eq!(key, ["<s3cret>"]);
    // What is kept is kept.
    assert_eq!(under("{}", r#""secret": {"rule": "keep"}"#).0["p"], "<s3cret>");
    for rule in ["hash", "encrypt", "truncate", "pseudonymise", "scrub"] {
        for stated in ["", r#""c": {"rule": "keep"}"#] {
            let (relation, key) = under(&set(&format!(r#"{{"rule": "{rule}"}}"#)), stated);
            assert!(!relation.to_string().contains("s3cret"), "{rule}");
            assert_eq!((key.len(), key[0].len()), (1, 64), "{rule}");
        }
    }
    let (relation, key) = under(&set(r#"{"rule": "keep", "tlp": "red"}"#), "");
    assert!(relation["sealed"]["p"].is_string() && key[0].len() == 64);
    let (relation, key) = under(&set(r#"{"rule": "drop"}"#), r#""c": {"rule": "keep"}"#);
    assert_eq!((relation, key), (serde_json::Value::Null, vec![]));
    // The mapping may free a part of what it protects itself; the policy has the last word.
    assert_eq!(under("{}", r#""secret": {"rule": "encrypt"}, "c": {"rule": "keep"}"#).0["p"], "<s3cret>");
    let again = r#""secret": {"rule": "encrypt"}, "c": {"rule": "keep"}"#;
    assert_eq!(under(r#"{"fields": {"other": {"rule": "hash"}}}"#, again).0["p"], "<s3cret>");
    let freed = r#"{"fields": {"secret": {"rule": "hash"}, "c": {"rule": "keep"}}}"#;
    assert_eq!(under(freed, "").0["p"], "<s3cret>");
}

#[test]
fn conditions_hold_or_do_not() {
    let holds = |test: &str| {
        let mapping =
            format!(r#"{{"entities": {{"a": {{"label": "Thing", "key": "a", "when": {{"v": {test}}}}}}}}}"#);
        let found = kept(&mapping, "{\"a\": \"x\", \"v\": \"Failed 192.0.2.1\"}");
        found.vertices() == ["Thing:x"]
    };
    for yes in [
        r#""Failed 192.0.2.1""#,
        r#"["x", "Failed 192.0.2.1"]"#,
        r#"{"not": "x"}"#,
        r#"{"exists": true}"#,
        r#"{"starts_with": "Failed"}"#,
        r#"{"contains": "led 1"}"#,
        r#"{"matches": "^F.*\\d$"}"#,
        r#"{"not": {"kind": ["ip", "domain"]}}"#,
        r#"{"not": {"exists": false}}"#,
    ] {
        assert!(holds(yes), "{yes}");
    }
    for no in [
        r#""x""#,
        r#"["x"]"#,
        r#"{"exists": false}"#,
        r#"{"kind": "ip"}"#,
        r#"{"matches": "^x"}"#,
        r#"{"not": {"contains": "F"}}"#,
    ] {
        assert!(!holds(no), "{no}");
    }
}

#[test]
fn a_relation_has_conditions_of_its_own() {
    let mapping = r#"{"entities": {"a": {"label": "Ip", "key": "a"}, "b": {"label": "Host", "key": "b[].name"}},
        "relations": [{"from": "a", "type": "GOOD", "to": "b", "when": {"b[].ok": "true"}},
                      {"from": "a", "type": "BAD", "to": "b", "when": {"b[].ok": {"not": "true"}, "off": {"exists": false}}}]}"#;
    let found = kept(mapping, r#"{"a": "192.0.2.1", "b": [{"name": "h1", "ok": true}, {"name": "h2"}]}"#);
    assert_eq!(found.edges(), ["Ip:192.0.2.1 BAD Host:h2", "Ip:192.0.2.1 GOOD Host:h1"]);
}

#[test]
fn a_column_is_not_taken_for_a_computed_value() {
    let mapping = Mapping::parse(
        r#"{"values": {"c": {"constant": "1"}}, "entities": {"a": {"label": "Ip", "key": "a"}}}"#,
    );
    let mut plan = crate::mapping::Plan::new(&mapping.unwrap());
    assert!(plan.add_columns(&["a".to_owned(), "c".to_owned()]).is_err());
}
