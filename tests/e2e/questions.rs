//! What the graph answers, on one that is small enough to check by hand.
//!
//! ada ─► .1 ─► www          .1 and .2 reach www; .2 and .3 reach mail; ada uses .1 and .2, grace .2 and .3.
//! ada ─► .2 ─► www, mail    .4 stands alone with its own host.
//! grace ─► .2, .3 ─► mail

use heimdall_tests::Database;

use crate::dumps::{LOGINS, with_logins};

const ROWS: &str = "time,user,src,host,bytes\n\
    2026-01-01T01:00:00Z,ada,192.0.2.1,www.example.org,\n\
    2026-01-01T02:00:00Z,ada,192.0.2.2,www.example.org,\n\
    2026-01-01T03:00:00Z,ada,192.0.2.2,mail.example.org,\n\
    2026-01-01T04:00:00Z,grace,192.0.2.2,mail.example.org,\n\
    2026-01-01T05:00:00Z,grace,192.0.2.3,mail.example.org,\n\
    2026-01-01T06:00:00Z,-,192.0.2.4,alone.example.org,\n";

fn graph() -> Database {
    let database = with_logins();
    database.ingest("logins", ROWS);
    database
}

/// Distance and value of the neighbours; accounts, which are hashed, as their label.
fn neighbors(database: &Database, arguments: &str) -> Vec<[String; 2]> {
    let mut found: Vec<[String; 2]> = database
        .rows(&format!(
            "SELECT distance, CASE label WHEN 'User' THEN 'a user' ELSE neighbor END \
             FROM heimdall.neighbors({arguments})"
        ))
        .into_iter()
        .map(|row| [row[0].clone(), row[1].clone()])
        .collect();
    found.sort();
    found
}

fn pairs(expected: &[(&str, &str)]) -> Vec<[String; 2]> {
    let pairs = expected.iter();
    pairs.map(|(a, b)| [(*a).to_owned(), (*b).to_owned()]).collect()
}

#[test]
fn lookup_says_what_is_known_of_a_value() {
    let database = graph();
    let found = "SELECT key, label, tlp, sightings, first_seen, last_seen, sources FROM heimdall.lookup";
    assert_eq!(
        database.rows(&format!("{found}('ip', '::ffff:192.0.2.2')")),
        [[
            "Ip:192.0.2.2",
            "Ip",
            "amber",
            "3",
            "2026-01-01 02:00:00+00",
            "2026-01-01 04:00:00+00",
            "{logins}"
        ]]
    );
    assert!(database.rows(&format!("{found}('ip', '192.0.2.99')")).is_empty());
    assert_eq!(database.failure(&format!("{found}('ip', 'not one')")).code, "22P02");
}

#[test]
fn lookup_takes_a_label_of_the_users_own() {
    let database = Database::new();
    database.source(
        "threats",
        "csv",
        r#"{"columns": ["name"], "entities": {"it": {"label": "Threat", "key": "name"}}}"#,
    );
    database.ingest("threats", "name\nAmber Lapwing\n");
    assert_eq!(
        database.value("SELECT key FROM heimdall.lookup('Threat', ' Amber Lapwing ')"),
        "Threat:Amber Lapwing"
    );
}

#[test]
fn neighbors_at_depth_one_are_those_on_an_edge() {
    let database = graph();
    assert_eq!(
        neighbors(&database, "'ip', '192.0.2.1'"),
        pairs(&[("1", "a user"), ("1", "www.example.org")])
    );
    assert_eq!(
        database.rows(
            "SELECT edge_type, label, tlp FROM heimdall.neighbors('domain', 'WWW.example.org') ORDER BY neighbor"
        ),
        [["REACHED", "Ip", "amber"], ["REACHED", "Ip", "amber"]]
    );
}

#[test]
fn neighbors_go_as_deep_as_asked_and_meet_everyone_once() {
    let database = graph();
    let one = [("1", "a user"), ("1", "www.example.org")];
    let two = [("2", "192.0.2.2")];
    let three = [("3", "a user"), ("3", "mail.example.org")];
    assert_eq!(neighbors(&database, "'ip', '192.0.2.1', 2"), pairs(&[one.as_slice(), &two].concat()));
    assert_eq!(neighbors(&database, "'ip', '192.0.2.1', 3"), pairs(&[one.as_slice(), &two, &three].concat()));
    assert_eq!(
        neighbors(&database, "'ip', '192.0.2.1', 9"),
        pairs(&[one.as_slice(), &two, &three, &[("4", "192.0.2.3")]].concat())
    );
}

#[test]
fn neighbors_stop_at_max_rows() {
    let database = graph();
    for max in 1..=5 {
        let found = neighbors(&database, &format!("'ip', '192.0.2.1', 9, max_rows => {max}"));
        assert_eq!(found.len(), max);
        assert!(found.iter().take(2).all(|row| row[0] == "1"), "the nearest first: {found:?}");
    }
    for wrong in ["0", "1, max_rows => 0", "-1", "NULL", "max_rows => NULL"] {
        let sql = format!("SELECT * FROM heimdall.neighbors('ip', '192.0.2.1', {wrong})");
        assert_eq!(database.failure(&sql).code, "22023", "{wrong}");
    }
}

#[test]
fn neighbors_with_labels_are_reached_through_others() {
    let database = graph();
    assert_eq!(neighbors(&database, "'ip', '192.0.2.1', 2, labels => '{ip}'"), pairs(&[("2", "192.0.2.2")]));
    assert_eq!(
        neighbors(&database, "'ip', '192.0.2.1', 9, '{Ip,domain}'"),
        pairs(&[("1", "www.example.org"), ("2", "192.0.2.2"), ("3", "mail.example.org"), ("4", "192.0.2.3")])
    );
    // Those that are passed through are no rows.
    assert_eq!(
        neighbors(&database, "'ip', '192.0.2.1', 9, '{ip}', max_rows => 1"),
        pairs(&[("2", "192.0.2.2")])
    );
    assert!(neighbors(&database, "'ip', '192.0.2.1', 9, '{}'").is_empty());
}

#[test]
fn neighbors_with_types_are_reached_by_no_other_edges() {
    let database = graph();
    assert_eq!(
        neighbors(&database, "'ip', '192.0.2.1', 9, types => '{REACHED}'"),
        pairs(&[("1", "www.example.org"), ("2", "192.0.2.2"), ("3", "mail.example.org"), ("4", "192.0.2.3")])
    );
    assert_eq!(
        neighbors(&database, "'ip', '192.0.2.1', 2, labels => '{ip}', types => '{LOGIN_FROM}'"),
        pairs(&[("2", "192.0.2.2")])
    );
    assert!(neighbors(&database, "'ip', '192.0.2.4', types => '{LOGIN_FROM}'").is_empty());
    assert!(neighbors(&database, "'ip', '192.0.2.1', types => '{}'").is_empty());
}

#[test]
fn neighbors_say_which_label_or_type_the_graph_does_not_have() {
    let database = graph();
    for (wrong, missing, present) in [
        ("labels => '{ip,Emal}'", "Emal", "Domain, Ip, Record, User"),
        ("labels => '{NULL}'", "NULL", "Domain, Ip, Record, User"),
        ("types => '{REACHED,reached}'", "reached", "LOGIN_FROM, OBSERVED_IN, REACHED"),
    ] {
        let failure =
            database.failure(&format!("SELECT * FROM heimdall.neighbors('ip', '192.0.2.1', {wrong})"));
        assert_eq!(failure.code, "22023", "{wrong}");
        assert!(failure.detail.contains(missing) && failure.hint.contains(present), "{failure:?}");
    }
}

#[test]
fn neighbors_of_what_is_not_there_are_none() {
    let database = graph();
    assert!(neighbors(&database, "'ip', '192.0.2.99', 3").is_empty());
}

#[test]
fn correlate_ranks_what_most_of_the_values_share() {
    let database = graph();
    let shared = "SELECT CASE label WHEN 'User' THEN 'a user' ELSE value END, shared_by, degree, shared_with \
                  FROM heimdall.correlate('192.0.2.1', '192.0.2.2', '192.0.2.3')";
    let found = database.rows(shared);
    // Each of the four is next to two of the three; all have two edges of their kind.
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found.iter().all(|row| row[1] == "2" && row[2] == "2"), "{found:?}");
    let www = found.iter().find(|row| row[0] == "www.example.org").expect("www");
    assert_eq!(www[3], "{Ip:192.0.2.1,Ip:192.0.2.2}");

    database.ingest(
        "logins",
        "time,user,src,host,bytes\n,,192.0.2.1,mail.example.org,\n,,192.0.2.9,mail.example.org,\n",
    );
    let found = database.rows(shared);
    assert_eq!(found[0][..3], ["mail.example.org", "3", "4"], "most shared first");
    assert_eq!(found.last().expect("rows")[1], "2");
}

#[test]
fn correlate_takes_values_of_several_kinds() {
    let database = graph();
    let found = database.rows(
        "SELECT value, shared_with FROM heimdall.correlate('User:ada', 'mail[.]example[.]org') WHERE label = 'Ip'",
    );
    assert_eq!(found.len(), 1);
    assert_eq!(found[0][0], "192.0.2.2");
    assert!(found[0][1].contains("Domain:mail.example.org"), "{found:?}");
    assert!(database.rows("SELECT * FROM heimdall.correlate('192.0.2.1', '192.0.2.4')").is_empty());
}

#[test]
fn correlate_takes_an_array_and_gives_so_many_rows() {
    let database = graph();
    let given = "ARRAY['192.0.2.1', '192.0.2.2', '192.0.2.3']";
    let all = format!("SELECT * FROM heimdall.correlate(VARIADIC {given})");
    assert_eq!(
        database.rows(&format!("SELECT * FROM heimdall.correlate({given}, 2)")),
        database.rows(&all)[..2]
    );
    assert_eq!(database.failure(&format!("SELECT * FROM heimdall.correlate({given}, 0)")).code, "22023");
}

#[test]
fn provenance_says_which_batches_brought_it() {
    let database = graph();
    database.source("others", "csv", LOGINS);
    database.ingest(
        "others",
        "time,user,src,host,bytes\n2025-12-31,ada,192.0.2.7,x.example,\n2026-02-01,ada,192.0.2.2,x.example,\n",
    );
    assert_eq!(
        database.rows(
            "SELECT source, actor, sightings, first_seen, last_seen, first_row \
             FROM heimdall.provenance('ip', '192.0.2.2')"
        ),
        [
            ["logins", "heimdall", "3", "2026-01-01 02:00:00+00", "2026-01-01 04:00:00+00", "2"],
            ["others", "heimdall", "1", "2026-02-01 00:00:00+00", "2026-02-01 00:00:00+00", "2"],
        ]
    );
}

#[test]
fn overlap_says_what_two_sources_have_both_seen() {
    let database = graph();
    database.source("others", "csv", LOGINS);
    database.ingest(
        "others",
        "time,user,src,host,bytes\n2025-12-31,joan,192.0.2.7,x.example,\n2026-02-01,joan,192.0.2.2,x.example,\n",
    );
    assert_eq!(
        database.rows(
            "SELECT label, value, seen_in, sightings, last_seen FROM heimdall.overlap('others', ARRAY['logins'])"
        ),
        [["Ip", "192.0.2.2", "{logins}", "3", "2026-01-01 04:00:00+00"]]
    );
    assert!(database.rows("SELECT * FROM heimdall.overlap('others', ARRAY['nobody'])").is_empty());
}

#[test]
fn cypher_reads_the_same_graph() {
    let database = graph();
    let mut client = database.connect();
    let rows = heimdall_tests::text_rows(
        &mut client,
        "SET search_path = ag_catalog, public; \
         SELECT * FROM cypher('heimdall_graph', $$ MATCH (i:Ip)-[:REACHED]->(d:Domain {value: 'mail.example.org'}) \
         RETURN i.value, i.tlp ORDER BY i.value $$) AS (value agtype, tlp agtype)",
    );
    let expected = [["\"192.0.2.2\"", "2"], ["\"192.0.2.3\"", "2"]];
    assert_eq!(rows.expect("Cypher"), expected);
}
