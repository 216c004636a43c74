//! `heimdall.explain_access()`: why somebody sees a record, or does not, and what to grant.

use heimdall_tests::{Database, text_rows};

use crate::dumps::{LOGINS_CSV, with_logins};

const RECORD: &str = "'ip', '192.0.2.1'";

/// What is said of a role, asked by another: what, verdict, reason, with the role's name left out.
fn explained(database: &Database, asking: &str, role: &str, record: &str) -> Vec<String> {
    let sql =
        format!("SELECT what || ': ' || verdict, reason FROM heimdall.explain_access('{role}', {record})");
    let rows = text_rows(&mut database.connect_as(asking), &sql).expect("an answer");
    rows.iter().map(|row| format!("{} ({})", row[0], row[1].replace(role, "X"))).collect()
}

fn logins() -> Database {
    let database = with_logins();
    database.ingest("logins", LOGINS_CSV);
    database
}

#[test]
fn what_is_missing_is_what_helps() {
    let database = logins();
    let auditor = database.role("auditor", &["heimdall_auditor"]);
    let somebody = database.role("somebody", &[]);
    let seen = || {
        let mut client = database.connect_as(&somebody);
        text_rows(&mut client, "SELECT FROM heimdall.lookup('ip', '192.0.2.1')")
            .is_ok_and(|rows| rows.len() == 1)
    };
    assert_eq!(
        explained(&database, &auditor, &somebody, RECORD),
        [
            "membership: no analyst (It may not read the graph: GRANT heimdall_analyst TO X)",
            "clearance: none (It has none of the roles heimdall_tlp_…, and sees no record.)",
            "record: there (∅)",
            "mark: amber (Given by batch 1 of the source logins.)",
            "access: hidden (GRANT heimdall_analyst TO X; GRANT heimdall_tlp_amber TO X)",
        ]
    );
    assert!(!seen());
    database.run(&format!("GRANT heimdall_analyst TO {somebody}; GRANT heimdall_tlp_green TO {somebody}"));
    assert_eq!(
        explained(&database, &auditor, &somebody, RECORD)[4],
        "access: hidden (GRANT heimdall_tlp_amber TO X)"
    );
    assert!(!seen());
    database.run(&format!("GRANT heimdall_tlp_amber TO {somebody}"));
    assert_eq!(
        explained(&database, &auditor, &somebody, RECORD)[4],
        "access: visible (The mark is no higher than the clearance.)"
    );
    assert!(seen());
}

#[test]
fn who_is_not_cleared_learns_no_more_than_of_what_is_not_there() {
    let database = logins();
    let green = database.role("green", &["heimdall_analyst", "heimdall_tlp_green"]);
    let amber = database.role("amber", &["heimdall_analyst", "heimdall_tlp_amber"]);
    let absent = "'ip', '203.0.113.9'";
    assert_eq!(explained(&database, &green, &amber, RECORD), explained(&database, &green, &amber, absent));
    assert_ne!(explained(&database, &amber, &green, RECORD), explained(&database, &amber, &green, absent));
    // Control: with the clearance the same role is told.
    database.run(&format!("GRANT heimdall_tlp_red TO {green}"));
    assert_ne!(explained(&database, &green, &amber, RECORD), explained(&database, &green, &amber, absent));
}

#[test]
fn a_superuser_and_a_grant_without_inheritance_are_named() {
    let database = logins();
    let admin = database.role("admin", &["heimdall_admin"]);
    let superuser = database.server().user.clone();
    assert_eq!(
        explained(&database, &admin, &superuser, RECORD)[0],
        "role: superuser (A superuser reads every row.)"
    );
    let somebody = database.role("somebody", &[]);
    database.run(&format!("GRANT heimdall_analyst TO {somebody} WITH INHERIT FALSE"));
    assert!(explained(&database, &admin, &somebody, RECORD)[0].contains("without inheriting it"));
    assert_eq!(database.failure("SELECT heimdall.explain_access('no_such_role', 'ip', 'x')").code, "42704");
}

#[test]
fn a_question_leaves_a_trace_without_the_value() {
    let database = logins();
    let auditor = database.role("auditor", &["heimdall_auditor"]);
    explained(&database, &auditor, &auditor, RECORD);
    let trace = "SELECT actor, object, detail::text FROM heimdall.audit WHERE action = 'access.explain'";
    assert_eq!(database.rows(trace), [[auditor.clone(), auditor, "{\"kind\": \"ip\"}".to_owned()]]);
}
