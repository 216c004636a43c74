//! Tables: whatever is asked of them, and by whatever means rows may be seen before the policy has judged them.

use heimdall_tests::text_rows;

use super::{ATTACKERS, GREEN, all_fail, all_succeed, role, told, without_row_security, world};

/// Where rows are limited, and nothing else keeps an analyst from them.
const ATTACKS: [&str; 16] = [
    "SELECT * FROM heimdall.node",
    "SELECT * FROM heimdall_graph.\"Domain\"",
    "SELECT * FROM ONLY heimdall_graph.\"Domain\"",
    "SELECT * FROM heimdall_graph.\"REACHED\"",
    "SELECT * FROM heimdall_graph._ag_label_vertex",
    "SELECT * FROM heimdall_graph._ag_label_edge",
    "SELECT key FROM heimdall.look_alike",
    "SELECT * FROM heimdall.node TABLESAMPLE system (100)",
    "SELECT n FROM heimdall.node AS n ORDER BY key DESC",
    "SELECT min(key), max(key), string_agg(key, ' ') FROM heimdall.node",
    "BEGIN; DECLARE c CURSOR FOR SELECT * FROM heimdall.node; FETCH ALL FROM c; COMMIT",
    "CREATE TEMPORARY TABLE mine AS SELECT * FROM heimdall.node; SELECT * FROM pg_temp.mine",
    "CREATE TEMPORARY VIEW mine AS SELECT * FROM heimdall.node; SELECT * FROM pg_temp.mine",
    "WITH n AS MATERIALIZED (SELECT * FROM heimdall.node) SELECT * FROM n",
    "PREPARE mine AS SELECT * FROM heimdall.node; EXECUTE mine",
    "SELECT n.key FROM heimdall.provenance AS p JOIN heimdall.node AS n ON n.gid OPERATOR(ag_catalog.=) p.gid",
];

/// Whose batch is it?
const BATCHES: &str = "SELECT source || ' batch' FROM heimdall.batch";

/// Functions of the attacker's own that cost next to nothing, so that the planner would like to ask them first, and
/// functions that name in an error what they were given.
const LEAKING: [&str; 6] = [
    "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
         $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;
     SELECT count(*) FROM heimdall.node WHERE pg_temp.leak(key)",
    "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
         $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;
     SELECT count(*) FROM heimdall_graph.\"Domain\" WHERE pg_temp.leak(properties::text)",
    "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
         $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$;
     SELECT count(*) FROM heimdall_graph._ag_label_vertex WHERE pg_temp.leak(properties::text)",
    "CREATE FUNCTION pg_temp.same(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
         $$ BEGIN RAISE NOTICE '% %', $1, $2; RETURN false; END $$;
     CREATE OPERATOR pg_temp.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.same, RESTRICT = eqsel, HASHES);
     SELECT count(*) FROM heimdall.node AS a JOIN heimdall.node AS b ON a.key OPERATOR(pg_temp.===) b.key",
    "SELECT count(*) FROM heimdall.node WHERE key LIKE '%crimson%' AND quote_ident(key)::regclass IS NOT NULL",
    "CREATE TEMPORARY TABLE witness (key text);
     CREATE FUNCTION pg_temp.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', NEW.key; RETURN NEW; END $$;
     CREATE TRIGGER note BEFORE INSERT ON witness FOR EACH ROW EXECUTE FUNCTION pg_temp.note();
     INSERT INTO witness SELECT key FROM heimdall.node",
];

#[test]
fn tables_give_what_the_reader_is_cleared_for() {
    all_fail(&world(), &ATTACKS);
}

/// They take them back.
#[test]
fn administrators_alone_are_told_of_batches_that_they_are_not_cleared_for() {
    let database = world();
    for attacker in &ATTACKERS {
        let told = told(&database, attacker, &role(&database, attacker), BATCHES);
        assert_eq!(!told.is_empty(), attacker.name == "admin", "{}: {told:?}", attacker.name);
    }
    all_succeed(&without_row_security(), &[BATCHES]);
}

#[test]
fn no_function_sees_a_row_before_the_policy() {
    all_fail(&world(), &LEAKING);
}

#[test]
fn control_without_row_security_tables_give_everything() {
    let database = without_row_security();
    all_succeed(&database, &ATTACKS);
    let database = without_row_security();
    all_succeed(&database, &LEAKING);
}

/// An error that depends on a row says that there is such a row.
#[test]
fn a_row_that_is_hidden_raises_no_error() {
    let database = world();
    let mut client = database.connect_as(&role(&database, GREEN));
    let mut code = |sql: &str| text_rows(&mut client, sql).err().map(|failure| failure.code);
    let oracles = [
        "SELECT count(*) FROM heimdall.node WHERE 1 / (length(key) - length('Domain:crimson0.example')) = 9",
        "SELECT count(1 / (4 - tlp)) FROM heimdall.node",
        "SELECT count(*) FROM heimdall.node WHERE tlp = 4 AND 1 / (4 - tlp) = 1",
    ];
    for oracle in oracles {
        assert_eq!(code(oracle), None, "{oracle}");
    }
    database.run("ALTER TABLE heimdall.node DISABLE ROW LEVEL SECURITY");
    for oracle in oracles {
        assert_eq!(code(oracle).as_deref(), Some("22012"), "without row security: {oracle}");
    }
}

/// What is in COPY's stream.
fn copied(client: &mut postgres::Client, sql: &str) -> String {
    use std::io::Read;
    let mut out = String::new();
    match client.copy_out(sql) {
        Ok(mut reader) => reader.read_to_string(&mut out).map(|_| out).expect("a stream"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn copy_gives_what_the_reader_is_cleared_for() {
    for (database, is_limited) in [(world(), true), (without_row_security(), false)] {
        let mut client = database.connect_as(&role(&database, GREEN));
        for sql in
            ["COPY heimdall.node TO STDOUT", "COPY (SELECT * FROM heimdall_graph.\"Domain\") TO STDOUT"]
        {
            let stream = copied(&mut client, sql);
            assert!(stream.contains("green0.example"), "{sql}: {stream}");
            assert_eq!(stream.contains("crimson0.example"), !is_limited, "{sql}");
        }
        assert!(!copied(&mut client, "COPY heimdall.node TO '/tmp/node'").contains("crimson"));
    }
}

/// Batches are numbers; what was read in one is hidden with it.
#[test]
fn provenance_is_that_of_its_batch() {
    let database = world();
    let mut client = database.connect_as(&role(&database, GREEN));
    let hidden =
        "SELECT count(*) FROM heimdall.provenance WHERE batch NOT IN (SELECT id FROM heimdall.batch)";
    assert_eq!(text_rows(&mut client, hidden), Ok(vec![vec!["0".to_owned()]]));
    // A view that reads with the rights of its owner shows all of it.
    database.run("ALTER VIEW heimdall.provenance RESET (security_invoker)");
    assert_ne!(text_rows(&mut client, hidden), Ok(vec![vec!["0".to_owned()]]));
}

#[test]
fn who_has_brought_a_batch_sees_it_and_what_was_rejected() {
    let database = world();
    let ingest = database.role("bringer", &["heimdall_ingest"]);
    let mut client = database.connect_as(&ingest);
    let dump =
        b"ip,host,note,time\nnot an address,x.example,n,2026-01-01\n203.0.113.1,y.example,n,2026-01-01\n";
    heimdall_tests::ingest(&mut client, "of_crimson", dump).expect("a dump");
    let mut count = |sql: &str| text_rows(&mut client, sql).expect(sql)[0][0].clone();
    assert_eq!(count("SELECT count(*) FROM heimdall.batch"), "1", "his own");
    assert_eq!(count("SELECT count(*) FROM heimdall.rejects"), "1", "of his own");
    let other = database.role("other", &["heimdall_ingest"]);
    let mut client = database.connect_as(&other);
    let mut count = |sql: &str| text_rows(&mut client, sql).expect(sql)[0][0].clone();
    assert_eq!(count("SELECT count(*) FROM heimdall.batch"), "0", "somebody else's");
    assert_eq!(count("SELECT count(*) FROM heimdall.rejects"), "0");
    database.run("ALTER TABLE heimdall.rejects DISABLE ROW LEVEL SECURITY");
    assert_ne!(count("SELECT count(*) FROM heimdall.rejects"), "0", "without row security");
}
