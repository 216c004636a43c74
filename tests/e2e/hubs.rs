//! What a question reads where a vertex has very many edges: no more than its answer needs.
//!
//! 10.0.0.1 … ─► hub.example ─► 203.0.113.1, and 10.0.0.1 ─► side.example.

use std::fmt::Write;

use heimdall_tests::{Database, ingest};

use crate::dumps::with_logins;

const LINKS: &str = r#"{"columns": ["time", "ip", "host", "at"],
    "entities":  {"ip": {"label": "Ip", "key": "ip"}, "host": {"label": "Domain", "key": "host"},
                  "at": {"label": "Ip", "key": "at"}},
    "relations": [{"from": "ip", "type": "REACHED", "to": "host"},
                  {"from": "host", "type": "RESOLVES_TO", "to": "at"}],
    "time": "time"}"#;

/// Edges of the hub.
const HUB: u32 = 10_000;

fn hub() -> Database {
    let database = Database::new();
    database.source("links", "csv", LINKS);
    let mut dump = "time,ip,host,at\n".to_owned();
    for n in 1..=HUB {
        let _ = writeln!(dump, "2026-01-01,10.0.{}.{},hub.example,", n >> 8, n & 255);
    }
    // The last of the hub's edges, so that no index has it first.
    let _ = writeln!(dump, "2025-01-01,10.1.0.0,hub.example,");
    let _ = writeln!(dump, "2026-01-02,10.1.0.0,side.example,");
    let _ = writeln!(dump, "2026-01-02,10.0.0.1,side.example,");
    let _ = writeln!(dump, "2026-01-02,,hub.example,203.0.113.1");
    database.ingest("links", dump);
    // Statistics, with which a scan of the whole table seems to be cheap.
    database.run("ANALYZE");
    database
}

fn reads_at_most(database: &Database, edges: i64, question: &str) {
    let read = database.edges_read(question);
    assert!((1..=edges).contains(&read), "{read} edges were read for {question}");
}

#[test]
fn neighbors_reads_of_a_hub_what_fills_the_answer() {
    let database = hub();
    reads_at_most(&database, 500, "heimdall.neighbors('domain', 'hub.example', max_rows => 10)");
    reads_at_most(&database, 1_000, "heimdall.neighbors('ip', '10.0.0.1', 2, max_rows => 100)");
    reads_at_most(&database, 1_000, "heimdall.neighbors('ip', '10.0.0.1', 3, max_rows => 100)");
    // What of the hub is not asked for is not read.
    reads_at_most(&database, 10, "heimdall.neighbors('domain', 'hub.example', 2, types => '{RESOLVES_TO}')");
}

#[test]
fn neighbors_gives_every_type_its_share_of_a_hub() {
    let database = hub();
    let near = "SELECT count(*) FROM heimdall.neighbors('domain', 'hub.example', max_rows => 10";
    assert_eq!(database.value(&format!("{near})")), "10");
    assert_eq!(database.value(&format!("{near}) WHERE edge_type = 'RESOLVES_TO'")), "1");
}

#[test]
fn neighbors_finds_all_of_a_hub_where_there_is_room() {
    let database = hub();
    let near = "SELECT count(*) FROM heimdall.neighbors('domain', 'hub.example'";
    assert_eq!(database.value(&format!("{near}, max_rows => 20000)")), (HUB + 2).to_string());
    // Behind ten thousand that are not wanted.
    assert_eq!(database.value(&format!("{near}, 2, labels => '{{domain}}')")), "1");
}

#[test]
fn a_notice_says_what_was_not_read() {
    let database = hub();
    let told = |question: &str| database.notices(&format!("SELECT FROM heimdall.{question}")).len();
    // No room is left, or nothing was left out.
    assert_eq!(told("neighbors('domain', 'hub.example', max_rows => 10)"), 0);
    assert_eq!(told("neighbors('domain', 'hub.example', max_rows => 20000)"), 0);
    // A hundred may be passed through.
    assert_eq!(told("neighbors('domain', 'hub.example', 2, '{domain}', max_rows => 10)"), 1);
    assert_eq!(told("timeline('domain', 'hub.example', 1, 20000)"), 0);
    assert_eq!(told("timeline('domain', 'hub.example', 1, 100)"), 1);
    assert_eq!(told("correlate('side.example', 'hub.example')"), 0);
}

#[test]
fn two_hubs_are_compared_as_far_as_they_are_read() {
    let database = hub();
    let mut dump = "time,ip,host,at\n".to_owned();
    for n in 1..=HUB {
        let _ = writeln!(dump, ",10.9.{}.{},other.example,", n >> 8, n & 255);
    }
    let _ = writeln!(dump, ",10.1.0.0,other.example,\n,,other.example,203.0.113.1");
    database.ingest("links", dump);
    let question = "heimdall.correlate('hub.example', 'other.example')";
    // The rarest of what both are read to have; of the addresses, those that come late may be missing.
    assert_eq!(database.rows(&format!("SELECT value FROM {question}"))[0], ["203.0.113.1"]);
    assert_eq!(database.notices(&format!("SELECT FROM {question}")).len(), 1);
    // What a third is next to is found among all of their edges.
    let question = "heimdall.correlate('hub.example', 'other.example', 'side.example')";
    let found =
        database.rows(&format!("SELECT value, shared_by FROM {question} ORDER BY shared_by DESC, value"));
    assert_eq!(found, [["10.1.0.0", "3"], ["10.0.0.1", "2"], ["203.0.113.1", "2"]]);
}

#[test]
fn correlate_asks_a_hub_only_for_what_the_others_are_next_to() {
    let database = hub();
    let question = "heimdall.correlate('side.example', 'hub.example')";
    let found = database.rows(&format!("SELECT value, shared_by, degree FROM {question} ORDER BY value"));
    assert_eq!(found, [["10.0.0.1", "2", "2"], ["10.1.0.0", "2", "2"]]);
    reads_at_most(&database, 1_500, question);
}

#[test]
fn timeline_reads_no_more_edges_than_said() {
    let database = hub();
    let question = "heimdall.timeline('domain', 'hub.example', 1, 100)";
    assert_eq!(database.value(&format!("SELECT count(*) FROM {question}")), "1");
    reads_at_most(&database, 300, question);
    for all in ["20000", "NULL"] {
        let first = format!("SELECT neighbor FROM heimdall.timeline('domain', 'hub.example', 1, {all})");
        assert_eq!(database.value(&first), "10.1.0.0", "the earliest of all");
    }
}

#[test]
fn path_reads_of_a_hub_no_more_than_shows_that_it_is_one() {
    let database = hub();
    let through = "heimdall.path('ip', '10.0.0.2', 'domain', 'side.example')";
    let way = database.rows(&format!("SELECT value FROM {through}")).concat();
    assert!(way.len() == 4 && way[..2] == ["10.0.0.2", "hub.example"] && way[3] == "side.example", "{way:?}");
    reads_at_most(&database, 5_000, through);
}

#[test]
fn search_reads_no_more_than_it_gives() {
    let database = hub();
    for question in [
        "heimdall.search('10.0*', 'ip', 10)",
        "heimdall.search('10.0.0.0/8', max_rows => 10)",
        "heimdall.search('*.example', max_rows => 10, since => '2026-01-01')",
        "heimdall.search('hub.example')",
    ] {
        let read = database.records_read(question);
        assert!((1..=100).contains(&read), "{read} records were read for {question}");
    }
}

#[test]
fn top_reads_every_edge_no_more_often_than_for_both_its_ends() {
    let database = hub();
    // Once from each end to find those with the most, and again to count theirs.
    reads_at_most(&database, 4 * i64::from(HUB + 100), "heimdall.top('connected', max_rows => 100000)");
}

#[test]
fn as_of_reads_no_more_edges_than_said() {
    let database = hub();
    reads_at_most(&database, 300, "heimdall.as_of('infinity', 'domain', 'hub.example', 100)");
}

#[test]
fn a_known_edge_of_a_hub_is_found_by_both_its_ends() {
    let database = with_logins();
    // Statistics say that a host has one edge: nearly all of them have.
    let row = |source: u32, host: &str| {
        format!("2026-01-01,,10.{}.{}.{},{host},\n", source >> 16, source >> 8 & 255, source & 255)
    };
    let mut dump = "time,user,src,host,bytes\n".to_owned();
    (0..20_000).for_each(|source| dump += &row(source, &format!("h{source}.example")));
    (20_000..22_000).for_each(|source| dump += &row(source, "hub.example"));
    database.ingest("logins", dump);
    database.run("VACUUM ANALYZE");

    let known: String = (20_000..20_500).map(|source| row(source, "hub.example")).collect();
    let mut client = database.connect();
    client.batch_execute("BEGIN").expect("BEGIN");
    let report = ingest(&mut client, "logins", format!("time,user,src,host,bytes\n{known}").as_bytes());
    assert_eq!(report.expect("no error").edges_merged, 500);
    let read: i64 = client
        .query_one(
            "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'heimdall_graph.\"REACHED\"'::regclass",
            &[],
        )
        .expect("what was read")
        .get(0);
    client.batch_execute("COMMIT").expect("COMMIT");
    assert!(read <= 2_000, "{read} edges were read for 500");
}
