//! `heimdall.reveal()`: who gets the plaintext of what, and what the others are told.

use heimdall_tests::{Database, Failure, text_rows};
use postgres::Client;

/// A leak of which the records are green, the notes amber, and the rest of what is sealed red. The edge has a sealed
/// property as well.
const LEAK: &str = r#"{
    "columns":  ["email", "password", "note", "site", "how"],
    "entities": {"account": {"label": "Email", "key": "email", "properties": {"note": "note", "password": "password"}},
                 "site":    {"label": "Domain", "key": "site"}},
    "relations": [{"from": "account", "type": "USED_AT", "to": "site", "properties": {"how": "how"}}],
    "tlp": "green", "fields": {"note": {"rule": "encrypt", "tlp": "amber"}, "how": {"rule": "encrypt", "tlp": "amber"}}}"#;

const LEAK_CSV: &str =
    "email,password,note,site,how\nada@example.org,hunter2,called back,www.example.org,by phone\n";

pub const SECRETS: [&str; 4] = ["hunter2", "called back", "by phone", "ada@"];

pub fn leaked() -> Database {
    let database = Database::new();
    database.source("leak", "csv", LEAK);
    database.ingest("leak", LEAK_CSV);
    database
}

/// A connection as an analyst with those roles besides.
pub fn analyst(database: &Database, name: &str, groups: &[&str]) -> Client {
    let groups = [&["heimdall_analyst"], groups].concat();
    let role = database.role(name, &groups);
    database.connect_as(&role)
}

pub fn reveal(client: &mut Client, field: &str) -> Result<String, Failure> {
    let call = "SELECT heimdall.reveal('email', 'ada@example.org', $1, 'case 4711')";
    client.query_one(call, &[&field]).map(|row| row.get(0)).map_err(Failure::from)
}

/// Action, field and reason of denial of the entries, in their order.
pub fn entries(database: &Database) -> Vec<Vec<String>> {
    database.rows(
        "SELECT action, detail ->> 'field', detail ->> 'denied' FROM heimdall.audit \
         WHERE action LIKE 'reveal.%' ORDER BY at, position",
    )
}

fn edge_key(database: &Database) -> String {
    database.value(
        "SELECT 'USED_AT:' || key || '>Domain:www.example.org' FROM heimdall.node WHERE key LIKE 'Email:%'",
    )
}

#[test]
fn those_who_are_cleared_get_what_is_sealed() {
    let database = leaked();
    let mut client = analyst(&database, "red", &["heimdall_tlp_red"]);
    assert_eq!(reveal(&mut client, "value").as_deref(), Ok("ada@example.org"));
    assert_eq!(reveal(&mut client, "note").as_deref(), Ok("called back"));
    assert_eq!(reveal(&mut client, "password").as_deref(), Ok("hunter2"));
    let by_key = "SELECT heimdall.reveal_key($1, $2, 'case 4711')";
    let email = database.value("SELECT key FROM heimdall.node WHERE key LIKE 'Email:%'");
    for (key, field, plain) in [(&email, "note", "called back"), (&edge_key(&database), "how", "by phone")] {
        let row = client.query_one(by_key, &[key, &field]).expect("by key");
        assert_eq!(row.get::<_, &str>(0), plain);
    }
    let who = format!("{}_red", database.name());
    let recorded = "SELECT DISTINCT action, actor, session_user_name, detail ->> 'reason' FROM heimdall.audit \
                    WHERE action LIKE 'reveal.%'";
    assert_eq!(database.rows(recorded), [["reveal.granted", &who, &who, "case 4711"]]);
    let objects = "SELECT DISTINCT object FROM heimdall.audit WHERE action = 'reveal.granted' ORDER BY 1";
    assert_eq!(database.rows(objects), [[email], [edge_key(&database)]]);
    assert_eq!(entries(&database).len(), 5);
    assert_eq!(database.strays(), "0");
}

#[test]
fn a_record_is_reached_by_its_digest() {
    let database = Database::new();
    database.source("leak", "csv", crate::dumps::LEAK);
    database.ingest(
        "leak",
        "email,password,full_name,note,site\nada@example.org,hunter2,Ada L,,www.example.org\n",
    );
    let key = database.value("SELECT key FROM heimdall.node WHERE key LIKE 'Record:%'");
    let digest = key.trim_start_matches("Record:");
    let revealed = format!("SELECT heimdall.reveal('Record', '{digest}', 'password', 'case 4711')");
    assert_eq!(database.value(&revealed), "hunter2");
    let revealed = format!("SELECT heimdall.reveal_key('{key}', 'password', 'case 4711')");
    assert_eq!(database.value(&revealed), "hunter2");
}

#[test]
fn it_takes_the_clearance_of_the_property() {
    let database = leaked();
    let mut amber = analyst(&database, "amber", &["heimdall_tlp_amber"]);
    assert_eq!(reveal(&mut amber, "note").as_deref(), Ok("called back"));
    let failure = reveal(&mut amber, "password").expect_err("red");
    assert_eq!(failure.code, "42501");
    assert!(failure.detail.contains("heimdall_tlp_red"), "{failure:?}");
    assert_eq!(
        entries(&database),
        [["reveal.granted", "note", "∅"], ["reveal.denied", "password", "clearance"]]
    );
    // The control: with the role it is given.
    database.run(&format!("GRANT heimdall_tlp_red TO {}_amber", database.name()));
    assert_eq!(reveal(&mut amber, "password").as_deref(), Ok("hunter2"));
}

#[test]
fn it_takes_the_clearance_of_the_record() {
    let database = leaked();
    let mut none = analyst(&database, "none", &[]);
    for field in ["note", "password", "nothing"] {
        let failure = reveal(&mut none, field).expect_err("not cleared");
        // As one that is not there, where row security hides it; or by its mark.
        assert!(["42501", "P0002"].contains(&failure.code.as_str()), "{failure:?}");
        assert!(!format!("{failure:?}").contains("password"), "names of fields: {failure:?}");
    }
    assert_eq!(entries(&database).len(), 3);
}

#[test]
fn what_row_security_hides_is_not_revealed() {
    let database = leaked();
    let mut client = analyst(&database, "red", &["heimdall_tlp_red"]);
    assert!(reveal(&mut client, "note").is_ok());
    database.run(
        "ALTER TABLE heimdall.node ENABLE ROW LEVEL SECURITY; \
         CREATE POLICY nothing ON heimdall.node AS RESTRICTIVE USING (false)",
    );
    let hidden = reveal(&mut client, "note").expect_err("hidden");
    let absent = "SELECT heimdall.reveal('email', 'eve@example.org', 'note', 'case 4711')";
    let absent = text_rows(&mut client, absent).expect_err("not there");
    assert_eq!((hidden.code.as_str(), &hidden), ("P0002", &absent), "whether it is there is not told");
    assert_eq!(
        entries(&database)[1..],
        [["reveal.denied", "∅", "not visible"], ["reveal.denied", "∅", "no such record"]]
    );
}

#[test]
fn it_takes_the_right_to_call_it() {
    let database = leaked();
    for groups in [&["heimdall_ingest", "heimdall_tlp_red"][..], &["heimdall_auditor", "heimdall_tlp_red"]] {
        let role = database.role(groups[0], groups);
        let mut client = database.connect_as(&role);
        assert_eq!(reveal(&mut client, "note").expect_err("no analyst").code, "42501");
    }
}

#[test]
fn it_takes_a_reason() {
    let database = leaked();
    let long = "x".repeat(501);
    for reason in ["NULL", "''", "'  '", "' ab '", "E'two\\nlines'", &format!("'{long}'")] {
        let call = format!("SELECT heimdall.reveal('email', 'ada@example.org', 'note', {reason})");
        let failure = database.failure(&call);
        assert_eq!(failure.code, "22023", "{reason}: {failure:?}");
    }
    assert_eq!(database.failure("SELECT heimdall.reveal_key(NULL, 'note', 'case 4711')").code, "22004");
    assert!(entries(&database).is_empty());
}

#[test]
fn names_of_sealed_properties_are_told_and_values_are_not_recorded() {
    let database = leaked();
    let mut client = analyst(&database, "red", &["heimdall_tlp_red"]);
    let failure = reveal(&mut client, "hunter2").expect_err("no field");
    assert_eq!(failure.code, "42703");
    assert!(failure.detail.contains("note, password, value"), "{failure:?}");
    // What somebody has taken for a key may be anything.
    let call = "SELECT heimdall.reveal_key('User:hunter2', 'called back', 'case 4711')";
    assert_eq!(text_rows(&mut client, call).expect_err("no record").code, "P0002");
    assert_eq!(
        entries(&database),
        [["reveal.denied", "∅", "no such field"], ["reveal.denied", "∅", "no such record"]]
    );
    let trail = database.value("SELECT string_agg(line, '') FROM heimdall.export_audit() AS line");
    for secret in SECRETS {
        assert!(!trail.contains(secret), "{secret}");
    }
}

#[test]
fn a_value_that_was_altered_or_moved_is_refused() {
    let database = leaked();
    let sealed = |field: &str| {
        database.value(&format!(
            "SELECT properties::text::jsonb #>> '{{sealed,{field}}}' FROM heimdall_graph.\"Email\""
        ))
    };
    let (note, password) = (sealed("note"), sealed("password"));
    let mut altered = note.clone().into_bytes();
    let last = altered.len() - 5;
    altered[last] = if altered[last] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).expect("base64");
    for other in [&altered, &password, &note[..40], "no base64!"] {
        database.run(&format!(
            "UPDATE heimdall_graph.\"Email\" SET properties = replace(properties::text, '{note}', '{other}')::ag_catalog.agtype"
        ));
        let mut client = database.connect();
        let failure = reveal(&mut client, "note").expect_err("altered");
        assert_eq!(failure.code, "XX001", "{failure:?}");
        database.run(&format!(
            "UPDATE heimdall_graph.\"Email\" SET properties = jsonb_set(properties::text::jsonb, '{{sealed,note}}', \
             to_jsonb('{note}'::text))::text::ag_catalog.agtype"
        ));
        assert_eq!(reveal(&mut client, "note").as_deref(), Ok("called back"));
    }
    assert_eq!(entries(&database).iter().filter(|entry| entry[2] == "cannot be opened").count(), 4);
}

#[test]
fn a_value_of_which_the_key_is_gone_is_refused() {
    let database = leaked();
    database.run("UPDATE heimdall.data_key SET wrapped = sha256('x')");
    let failure = reveal(&mut database.connect(), "note").expect_err("no key");
    assert_eq!(failure.code, "55000", "{failure:?}");
    assert_eq!(entries(&database), [["reveal.denied", "note", "cannot be opened"]]);
}
