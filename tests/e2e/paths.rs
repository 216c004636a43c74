//! Shortest paths, and hubs on the way.

use std::fmt::Write;

use heimdall_tests::Database;

use crate::dumps::with_logins;

const LINKS: &str = r#"{"columns": ["ip", "host"],
    "entities":  {"ip": {"label": "Ip", "key": "ip"}, "host": {"label": "Domain", "key": "host"}},
    "relations": [{"from": "ip", "type": "REACHED", "to": "host"}]}"#;

/// .1 ─► a ◄─ .2 ─► b ◄─ .3 ─► c ◄─ .4, and .9 ─► z apart from them.
const CHAIN: &str = "ip,host\n192.0.2.1,a.example\n192.0.2.2,a.example\n192.0.2.2,b.example\n192.0.2.3,b.example\n\
    192.0.2.3,c.example\n192.0.2.4,c.example\n192.0.2.9,z.example\n";

/// Edges of each hub.
const HUB: u32 = 12_000;

fn chain() -> Database {
    let database = Database::new();
    database.source("links", "csv", LINKS);
    database.ingest("links", CHAIN);
    database
}

/// Two hosts that many addresses have reached, each its own, and 192.0.2.2 both.
fn hubs() -> Database {
    let database = chain();
    let mut dump = "ip,host\n192.0.2.2,one.example\n192.0.2.2,two.example\n".to_owned();
    for n in 1..HUB {
        let _ = writeln!(dump, "10.0.{}.{},one.example", n >> 8, n & 255);
        let _ = writeln!(dump, "10.9.{}.{},two.example", n >> 8, n & 255);
    }
    database.ingest("links", dump);
    database
}

fn path(database: &Database, arguments: &str) -> Vec<Vec<String>> {
    database.rows(&format!("SELECT step, edge_type, direction, label, value FROM heimdall.path({arguments})"))
}

fn values(database: &Database, arguments: &str) -> Vec<String> {
    path(database, arguments).into_iter().map(|row| row[4].clone()).collect()
}

#[test]
fn path_gives_the_steps_of_a_shortest_one() {
    let database = chain();
    assert_eq!(
        path(&database, "'ip', '192[.]0.2.1', 'domain', 'B.example'"),
        [
            ["0", "∅", "∅", "Ip", "192.0.2.1"],
            ["1", "REACHED", "out", "Domain", "a.example"],
            ["2", "REACHED", "in", "Ip", "192.0.2.2"],
            ["3", "REACHED", "out", "Domain", "b.example"],
        ]
    );
    assert_eq!(
        values(&database, "'domain', 'b.example', 'ip', '192.0.2.1'"),
        ["b.example", "192.0.2.2", "a.example", "192.0.2.1"]
    );
    database.ingest("links", "ip,host\n192.0.2.1,c.example\n");
    let through_c = ["192.0.2.1", "c.example", "192.0.2.3", "b.example"];
    assert_eq!(
        values(&database, "'ip', '192.0.2.1', 'ip', '192.0.2.4'"),
        ["192.0.2.1", "c.example", "192.0.2.4"]
    );
    let found = values(&database, "'ip', '192.0.2.1', 'domain', 'b.example'");
    assert!(found == through_c || found == ["192.0.2.1", "a.example", "192.0.2.2", "b.example"], "{found:?}");
    assert_eq!(
        database.value("SELECT gid FROM heimdall.path('ip', '192.0.2.1', 'ip', '192.0.2.4') WHERE step = 2"),
        database.value("SELECT gid FROM heimdall.lookup('ip', '192.0.2.4')")
    );
}

#[test]
fn path_is_no_longer_than_asked() {
    let database = chain();
    let ends = "'ip', '192.0.2.1', 'ip', '192.0.2.4'";
    for (depth, rows) in [(1, 0), (5, 0), (6, 7), (20, 7)] {
        assert_eq!(values(&database, &format!("{ends}, {depth}")).len(), rows, "{depth}");
    }
    assert!(values(&database, ends).is_empty(), "four steps where nothing is said");
    assert!(values(&database, "'ip', '192.0.2.1', 'ip', '192.0.2.9', 20").is_empty());
    assert!(values(&database, "'ip', '192.0.2.1', 'ip', '192.0.2.99'").is_empty());
    for wrong in ["0", "21", "NULL"] {
        let sql = format!("SELECT * FROM heimdall.path({ends}, {wrong})");
        assert_eq!(database.failure(&sql).code, "22023", "{wrong}");
    }
    assert_eq!(database.failure("SELECT * FROM heimdall.path('ip', 'x', 'ip', '192.0.2.1')").code, "22P02");
}

#[test]
fn path_from_a_value_to_itself_has_one_row() {
    let database = chain();
    let itself = "'ip', '192.0.2.1', 'ip', '::ffff:192.0.2.1'";
    assert_eq!(path(&database, itself), [["0", "∅", "∅", "Ip", "192.0.2.1"]]);
}

#[test]
fn path_leads_from_and_through_personal_values_by_their_digest() {
    let database = with_logins();
    database.ingest("logins", "time,user,src,host,bytes\n,ada,192.0.2.1,,\n,ada,192.0.2.2,,\n");
    let digest = database.value("SELECT value FROM heimdall.search('ada', 'user')");
    assert_eq!(digest.len(), 64);
    assert_eq!(
        values(&database, "'ip', '192.0.2.1', 'ip', '192.0.2.2'"),
        ["192.0.2.1", &digest, "192.0.2.2"]
    );
    assert_eq!(values(&database, "'user', 'ADA', 'ip', '192.0.2.2'"), [digest.as_str(), "192.0.2.2"]);
}

#[test]
fn hubs_do_not_stall_path_and_neighbors() {
    let database = hubs();
    // A hub is where the two searches meet: no more of it is read than it takes to see that it is one.
    let meeting = "'ip', '10.0.0.1', 'ip', '10.0.0.2'";
    assert_eq!(values(&database, meeting), ["10.0.0.1", "one.example", "10.0.0.2"]);
    let read = database.edges_read(&format!("heimdall.path({meeting})"));
    assert!(read < 1_300, "{read} edges were read");
    // From hub to hub there is no other way than to read one.
    let both = "'domain', 'one.example', 'domain', 'two.example'";
    assert_eq!(values(&database, both), ["one.example", "192.0.2.2", "two.example"]);
    // In vain: both hubs are read, but no more often than once.
    let nothing = "'ip', '10.0.0.1', 'ip', '192.0.2.9', 20";
    assert!(values(&database, nothing).is_empty());
    let read = database.edges_read(&format!("heimdall.path({nothing})"));
    assert!(read < 6 * i64::from(HUB), "{read} edges were read");

    let near = "SELECT count(*) FROM heimdall.neighbors('domain', 'one.example'";
    assert_eq!(database.value(&format!("{near})")), "1000");
    assert_eq!(database.value(&format!("{near}, 3, max_rows => 50000)")), (2 * HUB + 4).to_string());
}

#[test]
fn path_prefers_the_way_around_a_hub() {
    let database = hubs();
    // Both hubs lie on the short way from 10.0.0.1 to 10.9.0.1, and there is a longer one around them.
    database.ingest(
        "links",
        "ip,host\n10.0.0.1,p.example\n192.0.2.8,p.example\n192.0.2.8,q.example\n10.9.0.1,q.example\n",
    );
    assert_eq!(
        values(&database, "'ip', '10.0.0.1', 'ip', '10.9.0.1'"),
        ["10.0.0.1", "p.example", "192.0.2.8", "q.example", "10.9.0.1"]
    );
}
