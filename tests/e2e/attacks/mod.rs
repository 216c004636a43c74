//! What somebody tries who may see less than there is. Each attack is a line that a reader can follow; it is run as every
//! role, against a graph that has records of every mark, and what the session is told (rows, notices, errors) must hold
//! nothing that the role is not cleared for. For each protection there is a control: the same attacks without it.

mod age;
mod escalation;
mod existence;
mod questions;
mod statistics;
mod tables;

use heimdall_tests::{Database, eventually};

/// Marks, lowest first, as mappings have them, and as names of their records: `amber0.example`, `note-of-amber`.
const MARKS: [(&str, &str); 5] = [
    ("clear", "clear"),
    ("green", "green"),
    ("amber", "amber"),
    ("amber+strict", "strict"),
    ("red", "crimson"),
];

/// Somebody, and how far he is cleared: -1 not at all.
pub struct Attacker {
    name: &'static str,
    groups: &'static [&'static str],
    clearance: i32,
}

/// Whoever may connect to the database.
pub const ATTACKERS: [Attacker; 8] = [
    Attacker { name: "nobody", groups: &[], clearance: -1 },
    Attacker { name: "uncleared", groups: &["heimdall_analyst"], clearance: -1 },
    Attacker { name: "green", groups: &["heimdall_analyst", "heimdall_tlp_green"], clearance: 1 },
    Attacker { name: "strict", groups: &["heimdall_analyst", "heimdall_tlp_amber_strict"], clearance: 3 },
    Attacker { name: "ingest", groups: &["heimdall_ingest"], clearance: -1 },
    Attacker { name: "sync", groups: &["heimdall_sync", "heimdall_tlp_green"], clearance: 1 },
    Attacker { name: "auditor", groups: &["heimdall_auditor", "heimdall_tlp_green"], clearance: 1 },
    Attacker { name: "admin", groups: &["heimdall_admin", "heimdall_tlp_green"], clearance: 1 },
];

/// An analyst who is cleared for less than half of it: whose attacks have to succeed where a protection is gone.
const GREEN: &Attacker = &ATTACKERS[2];

/// A graph with an address, a domain, an edge and a batch of every mark. `raised.example` was green until a red source
/// named it; green edges lead to it, from 198.51.100.1 and 198.51.100.9.
pub fn world() -> Database {
    let database = Database::new();
    for (level, (mark, name)) in MARKS.iter().enumerate() {
        database.source(
            &format!("of_{name}"),
            "csv",
            &format!(
                r#"{{"columns": ["ip", "host", "note", "time"],
                    "entities": {{"ip": {{"label": "Ip", "key": "ip", "properties": {{"note": "note"}}}},
                                  "host": {{"label": "Domain", "key": "host"}}}},
                    "relations": [{{"from": "ip", "type": "REACHED", "to": "host", "properties": {{"note": "note"}}}}],
                    "time": "time", "tlp": "{mark}", "fields": {{"note": {{"rule": "keep"}}}}}}"#
            ),
        );
        let mut dump = "ip,host,note,time\n".to_owned();
        for n in 0..3 {
            dump += &format!("192.0.{level}.{n},{name}{n}.example,note-of-{name},2026-01-0{}\n", level + 1);
        }
        dump += &format!("not an address,{name}.example,note-of-{name},2026-01-01\n");
        if matches!(*mark, "green" | "red") {
            dump += &format!("198.51.100.{level},raised.example,note-of-{name},2026-01-01\n");
        }
        if *mark == "green" {
            dump += "198.51.100.9,raised.example,note-of-green,2026-01-01\n";
        }
        database.run(&format!("UPDATE heimdall.source SET reject_limit = 1 WHERE name = 'of_{name}'"));
        database.ingest(&format!("of_{name}"), dump);
    }
    // Half of what look-alikes are searched in is indexed, half of it waits.
    eventually("some look-alikes are indexed", || {
        database.run("SELECT heimdall.refresh_similar(3)");
        database.value("SELECT count(*) >= 9 FROM heimdall.look_alike") == "t"
    });
    database.run("ANALYZE");
    database
}

/// What is told apart from all else: texts that stand in records of a higher mark and nowhere else.
fn secrets_above(clearance: i32) -> Vec<String> {
    let above = MARKS.iter().zip(0i32..).filter(|(_, level)| *level > clearance);
    let mut secrets: Vec<String> = above
        .flat_map(|((_, name), level)| {
            [
                format!("{name}0.example"),
                format!("note-of-{name}"),
                format!("192.0.{level}.1"),
                format!("of_{name} batch"),
            ]
        })
        .collect();
    if clearance < 4 {
        secrets.push("raised.example".to_owned());
    }
    secrets
}

/// Which secrets an attacker was told.
fn told(database: &Database, attacker: &Attacker, role: &str, attack: &str) -> Vec<String> {
    let heard = database.overheard(role, attack);
    secrets_above(attacker.clearance).into_iter().filter(|secret| heard.contains(secret)).collect()
}

/// A role of the database for an attacker. What he makes is his.
fn role(database: &Database, attacker: &Attacker) -> String {
    let role = database.role(attacker.name, attacker.groups);
    database.run(&format!("CREATE SCHEMA {role} AUTHORIZATION {role}"));
    role
}

/// Every attack fails, whoever makes it.
fn all_fail(database: &Database, attacks: &[&str]) {
    for attacker in &ATTACKERS {
        let role = role(database, attacker);
        for attack in attacks {
            let told = told(database, attacker, &role, attack);
            assert!(told.is_empty(), "{} is told {told:?} by\n{attack}", attacker.name);
        }
    }
}

/// Without a protection, every one of them succeeds: the green analyst is told something.
fn all_succeed(database: &Database, attacks: &[&str]) {
    let role = role(database, GREEN);
    for attack in attacks {
        let heard = database.overheard(&role, attack);
        let is_told = secrets_above(GREEN.clearance).iter().any(|secret| heard.contains(secret));
        assert!(is_told, "without the protection nothing is told by\n{attack}\nbut {heard}");
    }
}

/// Takes row security from every table of Heimdall and of the graph.
fn without_row_security() -> Database {
    let database = world();
    database.run(
        "DO $$ DECLARE t regclass; BEGIN
             FOR t IN SELECT c.oid FROM pg_class AS c
                      WHERE c.relrowsecurity AND c.relnamespace IN ('heimdall'::regnamespace, 'heimdall_graph'::regnamespace)
             LOOP EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t); END LOOP;
         END $$",
    );
    database
}

/// A query of Cypher, straight to AGE.
macro_rules! cypher {
    ($query:literal) => {
        concat!(
            "SET search_path = ag_catalog, pg_catalog; SELECT * FROM ag_catalog.cypher('heimdall_graph', $$ ",
            $query,
            " $$) AS (found ag_catalog.agtype)"
        )
    };
}

use cypher;
