//! `heimdall.check()`: each invariant is found broken where it is broken, and repaired where that loses nothing.

use heimdall_tests::Database;

use crate::dumps::{LOGINS_CSV, with_logins};

/// Invariants that are broken, with how many records break them and how many are left after a repair.
fn broken(database: &Database, repair: bool) -> Vec<Vec<String>> {
    database.rows(&format!(
        "SELECT invariant, violations, left_over FROM heimdall.check({repair}) WHERE violations > 0 ORDER BY 1"
    ))
}

fn logins() -> Database {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    database
}

#[test]
fn a_graph_as_it_should_be_breaks_nothing() {
    let database = logins();
    database.ingest("logins", LOGINS_CSV.replace("2026-01-01", "2026-02-02").replace("grace", "joan"));
    assert_eq!(database.value("SELECT count(*) FROM heimdall.check()"), "12");
    assert_eq!(broken(&database, false), Vec::<Vec<String>>::new());
    let before = database.snapshot();
    assert_eq!(broken(&database, true), Vec::<Vec<String>>::new());
    assert_eq!(database.snapshot(), before, "a repair of nothing changes nothing");
}

const VERTEX: &str = "a vertex has a row in the registry";
const ROW: &str = "a row of the registry has a vertex";
const NAME: &str = "a vertex is called as in the registry";
const MARK: &str = "a vertex is marked as in the registry";
const ENDS: &str = "an edge joins two vertices";
const PROVENANCE: &str = "a record has its provenance";
const RECORD: &str = "provenance is that of a record";
const BATCH: &str = "provenance is that of a batch";
const LOG: &str = "the change log says what the provenance says";

/// What is done to the graph, the invariants that this breaks, and those that a repair leaves broken.
type Harm = (&'static str, &'static [&'static str], &'static [&'static str]);

const HARMS: [Harm; 7] = [
    ("DELETE FROM heimdall.node WHERE key LIKE 'Ip:%'", &[VERTEX, LOG], &[]),
    // What the vertices said is not made up again: the log still has it.
    ("DELETE FROM heimdall_graph.\"Ip\"", &[ROW, ENDS, RECORD], &[PROVENANCE, ROW, LOG]),
    ("UPDATE heimdall.node SET tlp = 4 WHERE key LIKE 'Ip:%'", &[MARK], &[]),
    (
        "UPDATE heimdall.node SET key = 'Ip:other' \
         WHERE key = (SELECT min(key) FROM heimdall.node WHERE key LIKE 'Ip:%')",
        &[NAME, LOG],
        &[NAME, LOG],
    ),
    ("DELETE FROM heimdall.sighting_run", &[PROVENANCE, LOG], &[PROVENANCE, LOG]),
    ("DELETE FROM heimdall.change_log", &[LOG], &[LOG]),
    ("DELETE FROM heimdall.batch", &[BATCH], &[BATCH]),
];

fn sorted(names: &[&'static str]) -> Vec<&'static str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

#[test]
fn what_is_broken_is_found_and_what_can_be_is_repaired() {
    let names = |rows: Vec<Vec<String>>| {
        let mut names: Vec<String> = rows.into_iter().map(|mut row| row.remove(0)).collect();
        names.sort();
        names
    };
    for (harm, found, left) in HARMS {
        let database = logins();
        database.run("SET session_replication_role = replica");
        database.run(harm);
        assert_eq!(names(broken(&database, false)), sorted(found), "{harm}");
        broken(&database, true);
        assert_eq!(names(broken(&database, false)), sorted(left), "{harm}, repaired");
    }
}

#[test]
fn only_an_operator_checks() {
    let database = logins();
    for member_of in ["heimdall_ingest", "heimdall_analyst"] {
        let role = database.role(member_of, &[member_of]);
        let refused =
            heimdall_tests::text_rows(&mut database.connect_as(&role), "SELECT * FROM heimdall.check()");
        assert_eq!(refused.map_err(|failure| failure.code), Err("42501".to_owned()), "{member_of}");
    }
}
