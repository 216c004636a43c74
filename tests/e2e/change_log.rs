//! The change log: every change of a batch is in a segment of that batch.

use heimdall_tests::Database;

use crate::dumps::{LEAK, LOGINS_CSV, with_logins};

/// What the segments say, by batch and record, beside what the provenance says; edges as `type from>to`.
const DIFFERENCE: &str = "
    WITH logged AS (
        SELECT c.batch, CASE WHEN c.to_keys IS NULL THEN k.key ELSE c.label || ' ' || k.key || '>' || c.to_keys[k.at] END
                   AS record,
               sum(c.sightings[k.at]) AS sightings, min(c.first_seen[k.at]) AS first, max(c.last_seen[k.at]) AS last
        FROM heimdall.change_log AS c, unnest(c.keys) WITH ORDINALITY AS k (key, at) GROUP BY 1, 2
    ), stored AS (
        SELECT p.batch, n.key AS record, p.sightings, p.first_seen, p.last_seen
        FROM heimdall.provenance AS p JOIN heimdall.node AS n ON n.gid OPERATOR(ag_catalog.=) p.gid
        UNION ALL
        SELECT p.batch, l.name || ' ' || f.key || '>' || t.key, p.sightings, p.first_seen, p.last_seen
        FROM heimdall.provenance AS p
        JOIN heimdall_graph._ag_label_edge AS e ON e.id OPERATOR(ag_catalog.=) p.gid
        JOIN ag_catalog.ag_label AS l ON l.relation = e.tableoid
        JOIN heimdall.node AS f ON f.gid OPERATOR(ag_catalog.=) e.start_id
        JOIN heimdall.node AS t ON t.gid OPERATOR(ag_catalog.=) e.end_id
    )
    (TABLE logged EXCEPT TABLE stored) UNION ALL (TABLE stored EXCEPT TABLE logged)";

#[test]
fn what_the_segments_say_is_what_the_provenance_says() {
    let database = with_logins();
    database.source("leak", "csv", LEAK);
    database.ingest("logins", LOGINS_CSV);
    database.ingest("logins", LOGINS_CSV.replace("2026-01-01", "2026-02-02").replace("grace", "joan"));
    database.ingest("leak", "email,password,full_name,note,site\na@example.org,x,A B,,www.example.org\n");
    assert_eq!(database.rows(DIFFERENCE), Vec::<Vec<String>>::new());
    assert_eq!(database.value("SELECT count(DISTINCT batch) FROM heimdall.change_log"), "3");
}

#[test]
fn a_dump_of_several_flushes_is_logged_whole() {
    let database = Database::new();
    database.source("large", "csv", crate::dumps::LARGE);
    database.ingest("large", crate::dumps::large());
    assert_eq!(database.rows(DIFFERENCE), Vec::<Vec<String>>::new());
}

#[test]
fn arrays_of_a_segment_are_of_one_length() {
    let database = with_logins();
    database.source("leak", "csv", LEAK);
    database.ingest("logins", LOGINS_CSV);
    database.ingest("leak", "email,password,full_name,note,site\na@example.org,x,A B,,www.example.org\n");
    assert_eq!(
        database.value(
            "SELECT bool_and(cardinality(keys) = ALL (ARRAY[cardinality(sightings), cardinality(first_seen), \
                cardinality(last_seen), coalesce(cardinality(to_keys), cardinality(keys)), \
                coalesce(cardinality(properties), cardinality(keys))])) FROM heimdall.change_log"
        ),
        "t"
    );
}

#[test]
fn properties_are_logged_as_they_are_stored() {
    let database = Database::new();
    database.source("leak", "csv", LEAK);
    database.ingest("leak", "email,password,full_name,note,site\na@example.org,x,A B,n,www.example.org\n");
    for label in ["Record", "Email", "Person"] {
        assert_eq!(
            database.value(&format!(
                "SELECT c.properties[1]::jsonb = v.properties::text::jsonb \
                 FROM heimdall.change_log AS c, heimdall_graph.\"{label}\" AS v WHERE c.label = '{label}'"
            )),
            "t",
            "{label}"
        );
    }
}

#[test]
fn a_segment_names_actor_transaction_and_mark() {
    let database = with_logins();
    let role = database.role("ingester", &["heimdall_ingest"]);
    let mut client = database.connect_as(&role);
    heimdall_tests::ingest(&mut client, "logins", LOGINS_CSV.as_bytes()).expect("ingest");
    assert_eq!(
        database.rows("SELECT actor, tlp, count(DISTINCT xid) FROM heimdall.change_log GROUP BY 1, 2"),
        [[role.as_str(), "2", "1"]]
    );
}
