//! `heimdall.preview` shows what an ingest does, and does nothing.

use heimdall_tests::Database;

use crate::dumps::{LOGINS_CSV, with_logins};

fn quoted(dump: &str) -> String {
    format!("$dump${dump}$dump$")
}

#[test]
fn what_is_shown_is_what_is_there_afterwards() {
    let database = with_logins();
    let before = database.snapshot();
    let shown = |item: &str| {
        let preview = format!("heimdall.preview('logins', {})", quoted(LOGINS_CSV));
        database.rows(&format!(
            "SELECT DISTINCT becomes COLLATE \"C\" FROM {preview} WHERE item = '{item}' ORDER BY 1"
        ))
    };
    let (vertices, edges) = (shown("vertex"), shown("edge"));
    assert_eq!(database.snapshot(), before);
    database.ingest("logins", LOGINS_CSV);
    assert_eq!(database.rows("SELECT key FROM heimdall.node ORDER BY key COLLATE \"C\""), vertices);
    let made: Vec<Vec<String>> = (database.edges().into_iter())
        .map(|edge| vec![format!("{} -[{}]-> {}", edge[1], edge[0], edge[2])])
        .collect();
    assert_eq!(made.len(), edges.len());
    assert!(edges.iter().all(|edge| made.contains(edge)), "{made:?} {edges:?}");
}

#[test]
fn values_that_are_protected_are_not_shown() {
    let database = Database::new();
    let mapping = r#"{"entities": {"src": {"label": "Ip", "key": "src"}, "who": {"label": "User", "key": "who"}},
        "fields": {"note": {"rule": "keep"}, "session": {"rule": "drop"}}}"#;
    database.source("log", "csv", mapping);
    database.run("SELECT heimdall.set_rule('log', 'src', 'truncate')");
    let dump =
        quoted("src,who,note,session,more\n192.0.2.77,zaphod,hello,s3cret,t0psecret\nnonsense,x,y,z,w\n");
    let rows = database.rows(&format!(
        "SELECT row_number, item, name, coalesce(kind, ''), regexp_replace(coalesce(canonical, ''), '^[0-9a-f]{{64}}$', '…'), \
                coalesce(rule, ''), coalesce(tlp, ''), regexp_replace(becomes, '[0-9a-f]{{64}}', '…') \
         FROM heimdall.preview('log', convert_to({dump}, 'UTF8')) WHERE item IN ('field', 'reject')"
    ));
    assert_eq!(
        rows,
        [
            ["1", "field", "src", "ip", "192.0.2.0/24", "truncate", "red", "vertex Cidr:192.0.2.0/24"],
            ["1", "field", "who", "user", "…", "hash", "red", "vertex User:…"],
            ["1", "field", "note", "", "hello", "keep", "red", "record property"],
            ["1", "field", "session", "", "", "drop", "", "dropped"],
            ["1", "field", "more", "", "[sealed]", "encrypt", "red", "record property"],
            ["2", "reject", "src", "ip", "", "", "", rows[5][7].as_str()],
        ]
    );
    assert!(rows[5][7].starts_with("put aside: ") && !rows[5][7].contains("nonsense"));
}

#[test]
fn without_a_mapping_the_inferred_one_is_shown_and_not_kept() {
    let database = Database::new();
    database.run("SELECT heimdall.create_source('unknown', 'csv')");
    let dump = quoted("when,client\n2026-01-01T10:00:00Z,192.0.2.1\n");
    let vertices = format!(
        "SELECT becomes FROM heimdall.preview('unknown', {dump}) WHERE item = 'vertex' AND name <> 'Record'"
    );
    assert_eq!(database.rows(&vertices), [["Ip:192.0.2.1"]]);
    assert_eq!(database.value("SELECT mapping IS NULL FROM heimdall.source"), "t");
    assert_eq!(database.value("SELECT count(*) FROM heimdall.data_key"), "0");
}

#[test]
fn a_sample_that_cannot_be_taken_says_why() {
    let database = with_logins();
    let failure = database.failure("SELECT * FROM heimdall.preview('logins', E'colour\\nred\\n')");
    assert_eq!(failure.code, "42703");
    assert_eq!(database.failure("SELECT * FROM heimdall.preview('nobody', 'x')").code, "42704");
}
