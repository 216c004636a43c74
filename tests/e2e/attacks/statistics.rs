//! What Postgres keeps about tables: the most common values, histograms, estimates.

use super::{GREEN, all_fail, all_succeed, role, without_row_security, world};

const ATTACKS: [&str; 3] = [
    "SELECT * FROM pg_catalog.pg_stats WHERE schemaname IN ('heimdall', 'heimdall_graph')",
    "SELECT histogram_bounds FROM pg_catalog.pg_stats WHERE tablename = 'node' AND attname = 'key'",
    "SELECT histogram_bounds, most_common_vals FROM pg_catalog.pg_stats WHERE tablename = '_ag_label_vertex'",
];

/// Closed to all but superusers, row security or not.
const CLOSED: [&str; 6] = [
    "SELECT * FROM pg_catalog.pg_statistic",
    "SELECT * FROM pg_catalog.pg_statistic_ext_data",
    "SELECT * FROM pg_catalog.pg_stats_ext",
    "SELECT * FROM pg_catalog.pg_stats_ext_exprs",
    "SELECT * FROM pg_catalog.pg_stats WHERE tablename = 'node_domain_reversed'",
    "SELECT query FROM pg_catalog.pg_stat_activity",
];

const PLANS: [&str; 4] = [
    "EXPLAIN (VERBOSE, SETTINGS) SELECT * FROM heimdall.node WHERE key > 'Domain:'",
    "EXPLAIN (ANALYZE, VERBOSE, BUFFERS) SELECT * FROM heimdall.node WHERE key > 'Domain:' AND length(key) > 3",
    "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM heimdall_graph._ag_label_vertex",
    "EXPLAIN (GENERIC_PLAN, VERBOSE) SELECT * FROM heimdall.node WHERE key > $1",
];

#[test]
fn statistics_tell_no_value() {
    let database = world();
    // Statistics that somebody has had kept.
    database
        .run("CREATE STATISTICS heimdall.both (mcv) ON key, tlp FROM heimdall.node; ANALYZE heimdall.node");
    all_fail(&database, &ATTACKS);
    all_fail(&world(), &CLOSED);
    all_fail(&world(), &PLANS);
}

#[test]
fn control_without_row_security_statistics_tell_values() {
    all_succeed(&without_row_security(), &ATTACKS);
}

/// Rights on the catalogue, and those of the tables' owner, open them.
#[test]
fn control_with_rights_closed_statistics_tell_values() {
    let database = world();
    database.run(
        "CREATE STATISTICS heimdall.both (mcv) ON left(key, 14), tlp FROM heimdall.node; ANALYZE heimdall.node;
         GRANT SELECT ON pg_catalog.pg_statistic, pg_catalog.pg_statistic_ext_data TO PUBLIC",
    );
    let role = role(&database, GREEN);
    // In the index by how domains end, they are written backwards.
    let tells = |sql: &str| {
        ["crimson", "nosmirc"].iter().any(|secret| database.overheard(&role, sql).contains(secret))
    };
    assert!(tells(CLOSED[0]));
    assert!(!tells(CLOSED[2]) && !tells(CLOSED[3]) && !tells(CLOSED[4]));
    let owner = &database.server().user;
    database.run(&format!("GRANT \"{owner}\" TO {role}; GRANT pg_read_all_stats TO {role}"));
    assert!(tells(CLOSED[2]) && tells(CLOSED[3]) && tells(CLOSED[4]));
    let mut other = database.connect();
    heimdall_tests::text_rows(&mut other, "SELECT 'crimson0' AS of_another_session").expect("a query");
    assert!(tells(CLOSED[5]));
}
