//! `ALTER EXTENSION heimdall UPDATE` from the versions that were released: an upgraded database is as a fresh one,
//! and has all that it had.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::Stdio;

use heimdall_tests::{Database, copy};

use crate::dumps::{LOGINS, LOGINS_CSV};
use crate::restore::{filled, works};

/// Versions that are installed besides the one that is built, and the one that is built.
fn versions(database: &Database) -> (Vec<String>, String) {
    let current = "SELECT default_version FROM pg_available_extensions WHERE name = 'heimdall'";
    let current = database.value(current);
    let earlier = format!(
        "SELECT version FROM pg_available_extension_versions WHERE name = 'heimdall' AND version <> '{current}' ORDER BY 1"
    );
    (database.rows(&earlier).into_iter().map(|mut row| row.remove(0)).collect(), current)
}

/// Runs `test` for each version that was released before: a database that has it, and the version.
fn from_each_version(test: impl Fn(&Database, &str)) {
    let (earlier, _) = versions(&Database::bare());
    assert_eq!(
        earlier.first().map(String::as_str),
        Some("0.1.0"),
        "scripts of earlier versions are installed"
    );
    for version in earlier {
        let database = Database::bare();
        database.run(&format!("CREATE EXTENSION heimdall VERSION '{version}' CASCADE"));
        test(&database, &version);
    }
}

fn update(database: &Database) {
    database.run("ALTER EXTENSION heimdall UPDATE");
    database.reconnect();
}

/// What to do about an object that a fresh install and an upgrade do not agree in.
fn advice(object: &str, is_fresh: bool, is_upgraded: bool) -> &'static str {
    let replaced = ["definition of function", "function", "view"].iter().any(|kind| object.starts_with(kind));
    match (is_fresh, is_upgraded) {
        (true, false) if replaced => {
            "is not in the upgrade: begin its statement with CREATE FUNCTION or CREATE VIEW"
        }
        (true, false) => "is not in the upgrade: make it in the migration, or include the file that makes it",
        (false, _) => "is left from the earlier version: drop it in the migration",
        (true, true) if object.starts_with("columns of") => {
            "differ: ALTER TABLE in the migration; new columns come last in the install script as well"
        }
        (true, true) => "differs: ALTER it in the migration",
    }
}

#[test]
fn an_upgraded_database_has_the_objects_of_a_fresh_one() {
    let fresh = Database::bare();
    fresh.run("CREATE EXTENSION heimdall CASCADE");
    let fresh = fresh.catalogue();
    assert!(fresh.len() > 300, "{} objects", fresh.len());
    from_each_version(|database, version| {
        update(database);
        let upgraded = database.catalogue();
        let names: BTreeSet<&String> = fresh.keys().chain(upgraded.keys()).collect();
        let differing: Vec<String> = names
            .into_iter()
            .filter(|name| fresh.get(*name) != upgraded.get(*name))
            .map(|name| {
                let (is_fresh, is_upgraded) = (fresh.get(name), upgraded.get(name));
                let advice = advice(name, is_fresh.is_some(), is_upgraded.is_some());
                format!("{name} {advice}.\n    fresh:    {is_fresh:?}\n    upgraded: {is_upgraded:?}\n")
            })
            .collect();
        assert!(
            differing.is_empty(),
            "the migration is sql/upgrade/{version}--….sql, see docs/guides/releasing.md\n{}",
            differing.concat()
        );
    });
}

#[test]
fn a_symbol_of_the_library_keeps_its_signature() {
    let symbols = "SELECT p.prosrc, p.oid::regprocedure::text, p.prorettype::regtype, p.proretset \
                   FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.deptype = 'e' \
                   JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'heimdall' \
                   JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'c'";
    let types = |signature: &str| signature.split_once('(').map(|(_, types)| types.to_owned());
    let fresh = Database::bare();
    fresh.run("CREATE EXTENSION heimdall CASCADE");
    let fresh = fresh.rows(symbols);
    from_each_version(|database, version| {
        for old in database.rows(symbols) {
            for new in fresh.iter().filter(|new| new[0] == old[0]) {
                assert_eq!(
                    (types(&new[1]), &new[2..]),
                    (types(&old[1]), &old[2..]),
                    "the functions of {version} call {} of this library in another way: rename the new Rust function",
                    old[0]
                );
            }
        }
    });
}

/// Brings what is in a database of the current version into one of an earlier version: the columns that both have.
fn transfer(from: &Database, to: &Database) {
    let mut dump = from.server().program("pg_dump", from.name());
    let mut dump = dump
        .args(["--no-owner", "--no-policies", "--schema=heimdall_graph", "--schema=heimdall_in"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("pg_dump");
    let restored = to
        .server()
        .program("psql", to.name())
        .args(["-X", "-q", "-o", "/dev/null", "-v", "ON_ERROR_STOP=1"])
        .stdin(dump.stdout.take().expect("a pipe"))
        .output()
        .expect("psql");
    assert!(dump.wait().expect("pg_dump ends").success() && restored.status.success(), "{restored:?}");

    let columns = "SELECT c.oid::regclass, quote_ident(a.attname) FROM pg_class AS c \
                   JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                   WHERE c.relkind IN ('r', 'v') AND c.relnamespace = 'heimdall'::regnamespace \
                      OR c.oid IN ('ag_catalog.ag_graph'::regclass, 'ag_catalog.ag_label'::regclass) ORDER BY 1, a.attnum";
    let (there, here) = (to.rows(columns), from.rows(columns));
    // What was a table may be a view by now, but not the reverse.
    let tables: BTreeSet<&String> = there.iter().map(|row| &row[0]).collect();
    let (mut source, mut target) = (from.connect(), to.connect());
    target.batch_execute("SET session_replication_role = replica").expect("no order among tables");
    for table in tables {
        let common: Vec<&str> = there
            .iter()
            .filter(|row| &row[0] == table && here.contains(row))
            .map(|row| row[1].as_str())
            .collect();
        let columns = common.join(", ");
        let mut rows = Vec::new();
        source
            .copy_out(&format!("COPY (SELECT {columns} FROM {table}) TO STDOUT"))
            .map(|mut reader| reader.read_to_end(&mut rows).expect("rows"))
            .unwrap_or_else(|error| panic!("{table}: {error}"));
        copy(&mut target, &format!("COPY {table} ({columns}) FROM STDIN"), &rows)
            .expect("the rows of an earlier version");
    }
    for sequence in ["heimdall.batch_id_seq", "heimdall.data_key_id_seq", "heimdall.change_log_seq_seq"] {
        to.run(&format!(
            "SELECT setval('{sequence}', {})",
            from.value(&format!("SELECT last_value FROM {sequence}"))
        ));
    }
    to.run("SELECT heimdall.after_restore()");
    to.reconnect();
}

#[test]
fn what_an_earlier_version_has_stored_is_there_and_goes_on() {
    let from = filled();
    from_each_version(|to, _| {
        transfer(&from, to);
        to.run("GRANT EXECUTE ON FUNCTION heimdall.check(boolean) TO heimdall_analyst");
        update(to);
        let marks = "SELECT source, tlp FROM heimdall.batch ORDER BY id";
        assert_eq!(to.rows(marks), from.rows(marks), "a batch has the mark of what it has brought");
        works(&from, to);
        let granted =
            "SELECT has_function_privilege('heimdall_analyst', 'heimdall.check(boolean)', 'EXECUTE')";
        assert_eq!(to.value(granted), "t", "what an operator has granted stays");
    });
}

#[test]
fn until_the_update_questions_are_answered_and_dumps_are_refused() {
    let from = filled();
    let (_, current) = versions(&from);
    from_each_version(|to, version| {
        transfer(&from, to);
        let question = "SELECT key, tlp, sightings FROM heimdall.lookup('ip', '192.0.2.2')";
        assert_eq!(to.rows(question), from.rows(question));
        let before = to.snapshot();
        let failure = to.refused("logins", LOGINS_CSV.replace("grace", "joan"));
        assert_eq!(failure.code, "55000", "{failure:?}");
        assert!(failure.message.contains(version) && failure.message.contains(&current), "{failure:?}");
        assert!(failure.hint.contains("ALTER EXTENSION heimdall UPDATE"), "{failure:?}");
        assert_eq!(to.snapshot(), before);
    });
}

/// Of all ways in, a source that has the name of the stream loses its inbox alone.
#[test]
fn a_source_that_is_called_stream_goes_on() {
    from_each_version(|database, _| {
        database.run("SELECT heimdall.init()");
        database.reconnect();
        database.source("stream", "csv", LOGINS);
        update(database);
        assert_eq!(database.ingest("stream", LOGINS_CSV).accepted, 3);
        let chunk = format!(
            "INSERT INTO heimdall_in.stream VALUES ('stream', '{}')",
            LOGINS_CSV.replace("ada", "bob")
        );
        database.run(&chunk);
        database.run(&format!("SELECT heimdall.set_mapping('stream', $mapping${LOGINS}$mapping$)"));
        database.run(&chunk.replace("bob", "eve"));
        assert_eq!(database.value("SELECT count(*) FROM heimdall.batch"), "3");
    });
}

/// What has come since then protects what was stored before.
#[test]
fn what_an_earlier_version_has_stored_is_protected() {
    let from = filled();
    from_each_version(|to, _| {
        transfer(&from, to);
        let open = "SELECT count(*) FROM pg_class AS c \
                    WHERE c.relnamespace = 'heimdall_graph'::regnamespace AND c.relkind = 'r' \
                      AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid))";
        assert_ne!(to.value(open), "0", "the control: not before the update");
        update(to);
        assert_eq!(to.value(open), "0");
        let shown = |mark: &str| {
            let role = to.role(mark, &["heimdall_analyst", &format!("heimdall_tlp_{mark}")]);
            ["heimdall.node", "heimdall_graph._ag_label_vertex", "heimdall.lookup('ip', '192.0.2.2')"]
                .map(|table| to.overheard(&role, &format!("SELECT * FROM {table}")).contains("192.0.2.2"))
        };
        assert_eq!((shown("green"), shown("red")), ([false; 3], [true; 3]));
        to.run("SELECT heimdall.set_rule('logins', 'src', 'hash'); SELECT heimdall.reapply_policy('logins')");
        let in_clear = "SELECT count(*) FROM heimdall.node AS n JOIN heimdall.provenance AS p ON p.gid OPERATOR(ag_catalog.=) n.gid \
                        JOIN heimdall.batch AS b ON b.id = p.batch WHERE b.source = 'logins' AND n.key ~ '^Ip:[0-9.]+$'";
        assert_eq!(to.value(in_clear), "0");
        assert_ne!(to.value("SELECT sum(entries) FROM heimdall.verify_audit() WHERE reason IS NULL"), "0");
        assert_eq!(to.value("SELECT count(*) FROM heimdall.verify_audit() WHERE reason IS NOT NULL"), "0");
    });
}
