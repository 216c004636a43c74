//! Whom batches, the change log and the audit trail name: the session user, or for whom a gateway acts.

use heimdall_tests::{Database, copy, ingest, text_rows};

use crate::dumps::{LOGINS_CSV, with_logins};

const STATED: &str = "SET heimdall.actor = 'mallory'; SET heimdall.request_id = 'r-1'";

/// Who was named last, by everything that names somebody.
fn named(database: &Database) -> Vec<String> {
    let named = "SELECT a.actor, a.session_user_name, a.request_id, b.actor, \
                        (SELECT string_agg(DISTINCT c.actor, ' ') FROM heimdall.change_log AS c WHERE c.batch = b.id), \
                        (SELECT p.actor FROM heimdall.provenance('ip', '192.0.2.1') AS p WHERE p.batch = b.id) \
                 FROM heimdall.audit AS a JOIN heimdall.batch AS b ON a.object = 'batch ' || b.id \
                 ORDER BY b.id DESC LIMIT 1";
    database.rows(named).remove(0)
}

#[test]
fn a_gateway_says_for_whom_it_acts() {
    let database = with_logins();
    let gateway = database.role("gateway", &["heimdall_gateway", "heimdall_ingest"]);
    let mut client = database.connect_as(&gateway);
    client.batch_execute("SET heimdall.actor = 'auth0|Ada'; SET heimdall.request_id = 'r-1'").expect("SET");
    ingest(&mut client, "logins", LOGINS_CSV.as_bytes()).expect("ingest");
    assert_eq!(named(&database), ["auth0|Ada", &gateway, "r-1", "auth0|Ada", "auth0|Ada", "auth0|Ada"]);

    // As it does it: with the rights of the user for one transaction. Of whom nobody is stated, it is the gateway.
    let begin = "BEGIN; SET LOCAL ROLE heimdall_ingest; SET LOCAL heimdall.actor = 'bob'; SET LOCAL heimdall.request_id = ''";
    client.batch_execute(begin).expect("BEGIN");
    let statement = "COPY heimdall_in.logins FROM STDIN (FORMAT csv, HEADER)";
    copy(&mut client, statement, LOGINS_CSV.replace("grace", "joan").as_bytes()).expect("copy");
    client.batch_execute("COMMIT; RESET heimdall.actor").expect("COMMIT");
    assert_eq!(named(&database), ["bob", &gateway, "", "bob", "bob", "bob"]);
    ingest(&mut client, "logins", LOGINS_CSV.replace("grace", "rosa").as_bytes()).expect("ingest");
    assert_eq!(named(&database)[0], gateway);
}

#[test]
fn a_source_is_made_by_whom_the_gateway_acts_for() {
    let database = with_logins();
    let gateway = database.role("gateway", &["heimdall_gateway", "heimdall_ingest"]);
    let made_by = |user: &str, name: &str| {
        let mut client = database.connect_as(user);
        let make =
            format!("SET heimdall.actor = 'auth0|Ada'; SELECT heimdall.create_source('{name}', 'csv')");
        client.batch_execute(&make).expect("a source");
        database.value(&format!("SELECT created_by FROM heimdall.source WHERE name = '{name}'"))
    };
    assert_eq!(made_by(&gateway, "stated"), "auth0|Ada");
    let member = database.role("member", &["heimdall_ingest"]);
    assert_eq!(made_by(&member, "disbelieved"), member);
}

#[test]
fn nobody_else_is_believed() {
    let database = with_logins();
    let member = database.role("member", &["heimdall_ingest"]);
    let mut client = database.connect_as(&member);
    client.batch_execute(STATED).expect("it may be stated");
    ingest(&mut client, "logins", LOGINS_CSV.as_bytes()).expect("ingest");
    assert_eq!(named(&database), [&member, &member, "", &member, &member, &member]);
    assert_eq!(text_rows(&mut client, "SET ROLE heimdall_gateway").expect_err("no member").code, "42501");

    // Not a superuser, and not for having taken on a gateway's role.
    let user = database.value("SELECT session_user");
    let mut client = database.connect();
    client.batch_execute(STATED).expect("it may be stated");
    let notices = database.notices(&format!("{STATED}; SELECT heimdall._audit('test', 'x')"));
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(notices[0].contains("heimdall.actor is not believed"), "{notices:?}");
    let gateway = database.role("gateway", &["heimdall_gateway", "heimdall_ingest"]);
    client.batch_execute(&format!("SET ROLE {gateway}")).expect("a superuser");
    ingest(&mut client, "logins", LOGINS_CSV.replace("grace", "joan").as_bytes()).expect("ingest");
    assert_eq!(named(&database), [&user, &user, "", &user, &user, &user]);
}

#[test]
fn a_name_that_cannot_be_recorded_is_refused() {
    let database = with_logins();
    let gateway = database.role("gateway", &["heimdall_gateway", "heimdall_ingest"]);
    let mut client = database.connect_as(&gateway);
    for (setting, value) in [
        ("heimdall.actor", "x".repeat(256)),
        ("heimdall.actor", "ada\n2026-01-01 eve".to_owned()),
        ("heimdall.request_id", "\u{1b}[2J".to_owned()),
    ] {
        client.execute("SELECT set_config($1, $2, false)", &[&setting, &value]).expect("SET");
        let failure = ingest(&mut client, "logins", LOGINS_CSV.as_bytes()).expect_err("no name");
        assert_eq!(failure.code, "22023", "{failure:?}");
        assert!(failure.message.contains(setting) && !failure.message.contains("eve"), "{failure:?}");
        client.batch_execute(&format!("RESET {setting}")).expect("RESET");
    }
    let longest = "ü".repeat(255);
    client.execute("SELECT set_config('heimdall.actor', $1, false)", &[&longest]).expect("SET");
    ingest(&mut client, "logins", LOGINS_CSV.as_bytes()).expect("ingest");
    assert_eq!(named(&database)[0], longest);
}

#[test]
fn of_two_with_one_role_each_sees_what_he_has_brought() {
    let database = with_logins();
    let gateway = database.role("gateway", &["heimdall_gateway"]);
    let role = database.role("ingest", &["heimdall_ingest"]);
    database.run(&format!("GRANT {role} TO {gateway} WITH INHERIT FALSE, SET TRUE"));
    let mut client = database.connect_as(&gateway);
    let mut act_as = |actor: &str, then: &mut dyn FnMut(&mut postgres::Client)| {
        client.batch_execute(&format!("BEGIN; SET LOCAL ROLE {role}")).expect("BEGIN");
        client.execute("SELECT set_config('heimdall.actor', $1, true)", &[&actor]).expect("an actor");
        then(&mut client);
        client.batch_execute("COMMIT").expect("COMMIT");
    };
    for actor in ["ada", "bob"] {
        let dump = LOGINS_CSV.to_owned()
            + &format!("2026-01-02,{actor},192.0.2.9,a.example,1\n").repeat(20)
            + "x,,,,\n";
        act_as(actor, &mut |client| {
            ingest(client, "logins", dump.as_bytes()).expect("ingest");
        });
    }
    let seen = "SELECT b.actor, (SELECT count(*) FROM heimdall.rejects AS r WHERE r.batch = b.id) FROM heimdall.batch AS b";
    for actor in ["ada", "bob"] {
        act_as(actor, &mut |client| {
            assert_eq!(text_rows(client, seen), Ok(vec![vec![actor.to_owned(), "1".to_owned()]]));
            assert_eq!(text_rows(client, "SELECT FROM heimdall.rejects").map(|rows| rows.len()), Ok(1));
        });
    }
    for actor in ["eve", &role, &gateway] {
        act_as(actor, &mut |client| assert_eq!(text_rows(client, seen), Ok(vec![]), "{actor}"));
    }
    // Stated by somebody who is not believed, the name opens nothing.
    let mut other = database.connect_as(&role);
    other.batch_execute("SET heimdall.actor = 'ada'").expect("SET");
    assert_eq!(text_rows(&mut other, seen), Ok(vec![]));
}

#[test]
fn who_has_brought_a_batch_is_asked_once_and_not_for_every_row() {
    let database = with_logins();
    let role = database.role("member", &["heimdall_ingest"]);
    let mut client = database.connect_as(&role);
    let plan = text_rows(&mut client, "EXPLAIN (COSTS off) SELECT FROM heimdall.batch WHERE id = 1")
        .expect("a plan");
    let plan: Vec<String> = plan.into_iter().flatten().collect();
    assert!(plan.iter().any(|line| line.contains("InitPlan")), "{plan:#?}");
    assert!(plan.iter().any(|line| line.contains("Index Cond: (id = 1)")), "{plan:#?}");
}
