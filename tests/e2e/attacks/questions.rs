//! Heimdall's own functions: the questions, and the internal ones that analysts may call as well.

use heimdall_tests::{Database, eventually};

use super::{ATTACKERS, all_fail, all_succeed, role, without_row_security, world};

/// With the gids of everything: they are no secret, since they can be counted up.
fn attacks(database: &Database) -> Vec<String> {
    let gids = database.value("SELECT array_agg(gid) FROM heimdall.node");
    let edges = database.value("SELECT array_agg(id) FROM heimdall_graph._ag_label_edge");
    let mut attacks: Vec<String> = [
        "heimdall.search('crimson*')",
        "heimdall.search('*', max_rows => 1000)",
        "heimdall.search('192.0.0.0/16')",
        "heimdall.lookup('domain', 'crimson0' || '.example')",
        "heimdall.neighbors('ip', '192.0.4.0')",
        "heimdall.timeline('ip', '192.0.4.0')",
        "heimdall.path('ip', '192.0.4.0', 'domain', 'crimson0' || '.example')",
        "heimdall.top('seen', max_rows => 100)",
        "heimdall.top('connected', max_rows => 100)",
        "heimdall.top('newest', max_rows => 100)",
        "heimdall.as_of('infinity', 'domain', 'crimson0' || '.example')",
        "heimdall.changes_between('2020-01-01')",
        "heimdall.similar('crimson9' || '.example', 100)",
        "heimdall.export_csv(max_tlp => 'red')",
        "heimdall.export_stix(max_tlp => 'red')",
        "heimdall.cypher('MATCH (n) RETURN n')",
        "heimdall.cypher('MATCH (:Ip)-[e]->(n) RETURN e, n')",
    ]
    .iter()
    .map(|question| format!("SELECT * FROM {question}"))
    .collect();
    attacks.push(format!("SELECT * FROM heimdall._vertices('{gids}')"));
    attacks.push(format!(
        "SELECT e.properties FROM heimdall._edges_of('{gids}', 1000) AS f \
         JOIN heimdall_graph._ag_label_edge AS e ON e.id OPERATOR(ag_catalog.=) f.id"
    ));
    attacks.push(format!(
        "SELECT b.source || ' batch' FROM unnest('{edges}'::ag_catalog.graphid[]) AS e (id), \
         heimdall._sightings(e.id) AS p JOIN heimdall.batch AS b ON b.id = p.batch"
    ));
    attacks
}

/// Functions that read as the owner what is closed to analysts: they judge by whom the session acts for.
const AS_OWNER: [&str; 4] = [
    "SELECT heimdall._look_alikes_waiting('Domain', 1000)",
    "SELECT heimdall._look_alikes_with(heimdall._grams('example'))",
    "SELECT * FROM heimdall.search('*rimson*')",
    "SELECT * FROM heimdall.check()",
];

#[test]
fn questions_are_answered_by_what_the_asker_is_cleared_for() {
    let database = world();
    let attacks = attacks(&database);
    all_fail(&database, &attacks.iter().map(String::as_str).collect::<Vec<&str>>());
}

#[test]
fn control_without_row_security_questions_tell_everything() {
    let database = without_row_security();
    let attacks = attacks(&database);
    all_succeed(&database, &attacks.iter().map(String::as_str).collect::<Vec<&str>>());
}

#[test]
fn what_runs_as_the_owner_asks_who_is_behind_it() {
    all_fail(&world(), &AS_OWNER);
}

/// The same functions, if they asked the current user, who is the owner in them.
#[test]
fn control_the_current_user_in_them_is_the_owner() {
    let database = world();
    database.run(
        "CREATE OR REPLACE FUNCTION heimdall._outer_user() RETURNS oid LANGUAGE sql STABLE
         BEGIN ATOMIC SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = CURRENT_USER; END",
    );
    all_succeed(&database, &AS_OWNER[..2]);
}

/// The change log has the mark of what was written, when it was written: a record that is raised later is still in what
/// a green batch has said of it, and in nothing else.
#[test]
fn the_change_log_tells_what_was_said_under_a_mark() {
    let database = world();
    let sync = role(&database, &ATTACKERS[5]);
    let log = "SELECT * FROM heimdall.changes(max_segments => 1000)";
    let segments = "SELECT * FROM heimdall.change_log";
    let is_told = |sql: &str, secret: &str| database.overheard(&sync, sql).contains(secret);
    eventually("the log can be read", || is_told(log, "raised.example"));
    for sql in [log, segments] {
        assert!(is_told(sql, "green0.example"));
        assert!(
            !["amber0.example", "strict0.example", "crimson0.example"]
                .iter()
                .any(|secret| is_told(sql, secret))
        );
    }
    database.run("ALTER TABLE heimdall.change_log DISABLE ROW LEVEL SECURITY");
    eventually("without row security all is told", || is_told(log, "crimson0.example"));
    assert!(is_told(segments, "crimson0.example"));
}
