//! What leaves: STIX 2.1 by the rules of the standard, and CSV.

use heimdall_tests::Database;

const FEED: &str = r#"{
    "columns":   ["time", "ip", "domain", "url", "hash", "mac", "asn", "user", "mail", "note"],
    "entities":  {"ip": {"label": "Ip", "key": "ip"}, "domain": {"label": "Domain", "key": "domain"},
                  "url": {"label": "Url", "key": "url"}, "hash": {"label": "Hash", "key": "hash"},
                  "mac": {"label": "Mac", "key": "mac"}, "asn": {"label": "Asn", "key": "asn"},
                  "user": {"label": "User", "key": "user"}, "mail": {"label": "Email", "key": "mail"},
                  "note": {"label": "Text", "key": "note"}},
    "relations": [{"from": "domain", "type": "RESOLVES_TO", "to": "ip"}, {"from": "url", "type": "DROPS", "to": "hash"},
                  {"from": "ip", "type": "BELONGS_TO", "to": "asn"}, {"from": "user", "type": "HAS", "to": "mail"},
                  {"from": "mac", "type": "HAS_IP", "to": "ip"}, {"from": "note", "type": "ABOUT", "to": "ip"}],
    "time": "time", "tlp": "TLP", "derive": "none", "fields": {"user": {"rule": "keep"}}}"#;

const ROWS: &str = "time,ip,domain,url,hash,mac,asn,user,mail,note\n\
    2026-01-01T10:00:00.123Z,192.0.2.1,evil.example,https://evil.example/a,d41d8cd98f00b204e9800998ecf8427e,00:1a:2b:3c:4d:5e,AS64496,ada,ada@example.org,=1+1\n\
    2026-01-02T10:00:00Z,192.0.2.1,evil.example,https://evil.example/a,e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,,,ada,,\"say \"\"hi\"\", you\"\n\
    ,2001:db8::1,untimed.example,,,,,,,\n";

fn graph() -> Database {
    let database = Database::new();
    database.source("feed", "csv", &FEED.replace("TLP", "green"));
    database.source("secret", "csv", &FEED.replace("TLP", "red"));
    database.ingest("feed", ROWS);
    database.ingest("secret", "time,ip,domain,url,hash,mac,asn,user,mail,note\n2026-02-01T00:00:00Z,203.0.113.9,secret.example,,,,,,,\n");
    database.run("CREATE EXTENSION pgcrypto");
    database
}

/// Objects that break a rule.
fn broken(database: &Database, arguments: &str, rule: &str) -> Vec<Vec<String>> {
    database.rows(&format!("WITH o AS MATERIALIZED (SELECT o, o ->> 'type' AS type FROM heimdall.export_stix({arguments}) AS o) SELECT o FROM o WHERE NOT coalesce(({rule}), false)"))
}

const EVERYTHING: &str = "max_tlp => 'red'";

#[test]
fn every_object_has_what_the_standard_requires() {
    let database = graph();
    for rule in [
        "o ->> 'spec_version' = '2.1'",
        "o ->> 'id' ~ ('^' || type || '--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$')",
        "type IN ('marking-definition', 'ipv4-addr', 'ipv6-addr', 'domain-name', 'url', 'file', 'mac-addr', 'autonomous-system', 'user-account', 'email-addr', 'observed-data', 'relationship')",
        "type NOT IN ('observed-data', 'relationship') OR (o ->> 'created' ~ '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' AND o ->> 'modified' >= o ->> 'created')",
        "type <> 'observed-data' OR (o ->> 'last_observed' >= o ->> 'first_observed' AND (o ->> 'number_observed')::integer >= 1 AND jsonb_array_length(o -> 'object_refs') = 1)",
        "type <> 'relationship' OR o ->> 'relationship_type' ~ '^[a-z0-9-]+$'",
        "type <> 'relationship' OR o ->> 'stop_time' IS NULL OR o ->> 'stop_time' > o ->> 'start_time'",
        "type NOT IN ('ipv4-addr', 'ipv6-addr', 'domain-name', 'url', 'mac-addr', 'email-addr') OR o ? 'value'",
        "type <> 'autonomous-system' OR jsonb_typeof(o -> 'number') = 'number'",
        "type <> 'file' OR o #> '{hashes,MD5}' IS NOT NULL OR length(o #>> '{hashes,SHA-256}') = 64",
        "type = 'marking-definition' OR jsonb_array_length(o -> 'object_marking_refs') = 1",
    ] {
        assert_eq!(broken(&database, EVERYTHING, rule), Vec::<Vec<String>>::new(), "{rule}");
    }
}

#[test]
fn references_lead_to_objects_that_came_before() {
    let database = graph();
    let lost = "
        WITH o AS MATERIALIZED (SELECT o.o, o.at FROM heimdall.export_stix(max_tlp => 'red') WITH ORDINALITY AS o (o, at)),
        ref AS (
            SELECT at, jsonb_array_elements_text(o -> 'object_marking_refs') AS id FROM o WHERE o ? 'object_marking_refs'
            UNION ALL SELECT at, jsonb_array_elements_text(o -> 'object_refs') FROM o WHERE o ? 'object_refs'
            UNION ALL SELECT at, o ->> 'source_ref' FROM o WHERE o ? 'source_ref'
            UNION ALL SELECT at, o ->> 'target_ref' FROM o WHERE o ? 'target_ref')
        SELECT ref.id FROM ref WHERE NOT EXISTS (SELECT FROM o WHERE o.o ->> 'id' = ref.id AND o.at < ref.at)";
    assert_eq!(database.rows(lost), Vec::<Vec<String>>::new());
    let twice =
        "SELECT o ->> 'id' FROM heimdall.export_stix(max_tlp => 'red') AS o GROUP BY 1 HAVING count(*) > 1";
    assert_eq!(database.rows(twice), Vec::<Vec<String>>::new());
}

#[test]
fn ids_of_observables_are_computed_as_the_standard_says() {
    let database = graph();
    let rule = "type IN ('marking-definition', 'observed-data', 'relationship') OR o ->> 'id' = type || '--' || (
        SELECT encode(set_byte(set_byte(d, 6, get_byte(d, 6) & 15 | 80), 8, get_byte(d, 8) & 63 | 128), 'hex')::uuid
        FROM (SELECT substr(digest(decode(replace('00abedb4-aa42-466c-9c01-fed23315a9b7', '-', ''), 'hex') || convert_to(
            replace((o - ARRAY['type', 'spec_version', 'id', 'object_marking_refs'])::text, ': ', ':'), 'UTF8'), 'sha1'), 1, 16) AS d) AS sha1)";
    assert_eq!(broken(&database, EVERYTHING, rule), Vec::<Vec<String>>::new());
    assert_eq!(
        database.value("SELECT count(*) FROM heimdall.export_stix() AS o WHERE o ->> 'type' = 'file'"),
        "2"
    );
}

#[test]
fn markings_are_those_that_oasis_has_published() {
    let database = graph();
    assert_eq!(
        database.rows("SELECT o ->> 'id', o ->> 'name', o #>> '{extensions,extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d,tlp_2_0}', o ->> 'created' FROM heimdall.export_stix(max_tlp => 'red') AS o WHERE o ->> 'type' = 'marking-definition'"),
        [
            ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "TLP:CLEAR", "clear", "2022-10-01T00:00:00.000Z"],
            ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "TLP:GREEN", "green", "2022-10-01T00:00:00.000Z"],
            ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "TLP:AMBER", "amber", "2022-10-01T00:00:00.000Z"],
            ["marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "TLP:AMBER+STRICT", "amber+strict", "2022-10-01T00:00:00.000Z"],
            ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "TLP:RED", "red", "2022-10-01T00:00:00.000Z"],
        ]
    );
}

/// Values of the observables that an export has.
fn values(database: &Database, arguments: &str) -> Vec<String> {
    let sql = format!(
        "SELECT coalesce(o ->> 'value', o ->> 'account_login', o ->> 'number', o -> 'hashes' ->> 'MD5', o -> 'hashes' ->> 'SHA-256') FROM heimdall.export_stix({arguments}) AS o WHERE o ->> 'type' NOT IN ('marking-definition', 'observed-data', 'relationship')"
    );
    database.rows(&sql).into_iter().flatten().collect()
}

#[test]
fn nothing_above_the_mark_leaves() {
    let database = graph();
    for arguments in
        ["", "max_tlp => 'amber+strict'", "source => 'secret'", "observables => ARRAY['secret.example']"]
    {
        let stix = database.rows(&format!("SELECT * FROM heimdall.export_stix({arguments})"));
        let csv = database.rows(&format!("SELECT * FROM heimdall.export_csv({arguments})"));
        for row in stix.iter().chain(&csv) {
            assert!(
                !row[0].contains("secret.example") && !row[0].contains("203.0.113.9"),
                "{arguments}: {row:?}"
            );
        }
    }
    assert!(values(&database, "max_tlp => 'clear'").is_empty());
    assert_eq!(values(&database, "source => 'secret', max_tlp => 'red'"), ["secret.example", "203.0.113.9"]);
    assert_eq!(database.failure("SELECT heimdall.export_stix(max_tlp => 'white')").code, "22023");
}

#[test]
fn nothing_that_is_hashed_leaves() {
    let database = graph();
    database.source(
        "hidden",
        "csv",
        r#"{"columns": ["h"], "entities": {"h": {"label": "Hash", "key": "h"}}, "tlp": "green",
        "relations": [], "fields": {"h": {"rule": "hash"}}}"#,
    );
    database.ingest("hidden", "h\n0cc175b9c0f1b6a831c399e269772661\n");
    assert_eq!(
        database.value("SELECT count(*) FROM heimdall.node WHERE key ~ '^(Email|Hash):[0-9a-f]{64}$'"),
        "3"
    );
    let rows = database.rows("SELECT * FROM heimdall.export_csv(max_tlp => 'red') UNION ALL SELECT o::text FROM heimdall.export_stix(max_tlp => 'red') AS o");
    for digest in database.rows("SELECT split_part(key, ':', 2) FROM heimdall.node WHERE key ~ '^(Email|User|Hash|Record):[0-9a-f]{64}$' AND key NOT LIKE '%:e3b0c442%'") {
        assert!(!rows.iter().any(|row| row[0].contains(&digest[0])), "{digest:?}");
    }
    assert!(!rows.iter().any(|row| row[0].contains("ada@example.org")));
}

#[test]
fn an_export_can_be_of_a_kind_a_list_a_source_and_a_time() {
    let database = graph();
    assert_eq!(values(&database, "'ip'"), ["192.0.2.1", "2001:db8::1"]);
    assert_eq!(values(&database, "'Domain'"), ["evil.example", "untimed.example"]);
    assert_eq!(
        values(&database, "observables => ARRAY['192[.]0.2.1', 'EVIL.example', 'unheard.example']"),
        ["evil.example", "192.0.2.1"]
    );
    assert_eq!(values(&database, "'ip', source => 'feed'").len(), 2);
    assert!(values(&database, "source => 'unheard'").is_empty());
    assert_eq!(values(&database, "'domain', since => '2026-01-02', until => '2026-01-03'"), ["evil.example"]);
    assert!(values(&database, "since => '2026-01-03', max_tlp => 'green'").is_empty());
}

#[test]
fn what_was_observed_and_how_it_relates_is_there() {
    let database = graph();
    assert_eq!(
        database.rows("SELECT o ->> 'first_observed', o ->> 'last_observed', o ->> 'number_observed' FROM heimdall.export_stix('domain') AS o WHERE o ->> 'type' = 'observed-data'"),
        [["2026-01-01T10:00:00.123Z", "2026-01-02T10:00:00.000Z", "2"]]
    );
    assert_eq!(
        database.rows("SELECT r ->> 'relationship_type', r ->> 'start_time', r ->> 'stop_time' FROM heimdall.export_stix() AS r WHERE r ->> 'type' = 'relationship' AND r ->> 'relationship_type' IN ('resolves-to', 'belongs-to') ORDER BY 1, 2"),
        [
            ["belongs-to", "2026-01-01T10:00:00.123Z", "∅"],
            ["resolves-to", "2026-01-01T10:00:00.123Z", "2026-01-02T10:00:00.000Z"],
            ["resolves-to", "∅", "∅"],
        ]
    );
}

#[test]
fn the_same_export_twice_is_the_same_to_the_letter() {
    let database = graph();
    for export in ["export_stix", "export_csv"] {
        let rows = || database.rows(&format!("SELECT * FROM heimdall.{export}(max_tlp => 'red')"));
        let first = rows();
        assert!(first.len() > 10);
        assert_eq!(rows(), first, "{export}");
    }
}

#[test]
fn csv_is_safe_for_spreadsheets() {
    let database = graph();
    assert_eq!(
        database.rows("SELECT * FROM heimdall.export_csv('text')"),
        [
            ["label,value,tlp,sightings,first_seen,last_seen,sources"],
            ["Text,'=1+1,green,1,2026-01-01T10:00:00.123Z,2026-01-01T10:00:00.123Z,feed"],
            ["Text,\"say \"\"hi\"\", you\",green,1,2026-01-02T10:00:00.000Z,2026-01-02T10:00:00.000Z,feed"],
        ]
    );
    assert_eq!(
        database.rows("SELECT * FROM heimdall.export_csv('domain')")[2],
        ["Domain,untimed.example,green,1,,,feed"]
    );
}
