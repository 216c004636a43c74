//! A database that was dumped and restored answers as before, and takes in dumps as before.

use std::process::Command;

use heimdall_tests::{Database, Sql, copy, text_rows};

use crate::dumps::{LEAK, LOGINS, LOGINS_CSV};

const PROXY: &str = r#"{"columns": ["ts", "src", "url"], "time": "ts", "tlp": "green",
    "entities": {"src": {"label": "Ip", "key": "src"}, "url": {"label": "Url", "key": "url"}},
    "relations": [{"from": "src", "type": "FETCHED", "to": "url"}]}"#;

const PROXY_CSV: &str = "ts,src,url\n2026-01-01T10:00:00Z,192.0.2.2,https://ada:pw@www.example.org/a\n";

const LEAK_CSV: &str =
    "email,password,full_name,note,site\nada@example.org,secret,Ada L,called back,www.example.org\n";

/// Twenty good rows and one that is put aside.
fn rejected_csv() -> String {
    "time,user,src,host,bytes\n".to_owned() + &"2026-01-02,bob,192.0.2.9,a.example,1\n".repeat(20) + "x,,,,\n"
}

/// Vertices, edges, records, sealed values, derived edges, rejects, and labels that nothing has yet.
pub fn filled() -> Database {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    database.source("leak", "csv", LEAK);
    database.source("proxy", "csv", PROXY);
    database.source("unused", "csv", &PROXY.replace("Ip", "Probe").replace("FETCHED", "PROBED"));
    database.ingest("logins", LOGINS_CSV);
    assert_eq!(database.ingest("logins", rejected_csv()).rejected, 1);
    database.ingest("leak", LEAK_CSV);
    database.ingest("proxy", PROXY_CSV);
    database
}

/// Everything that can be asked, with `ag_catalog` on the path.
pub const QUESTIONS: [&str; 17] = [
    "SELECT * FROM heimdall.lookup('ip', '::ffff:192.0.2.2')",
    "SELECT * FROM heimdall.lookup('user', 'Ada')",
    "SELECT * FROM heimdall.provenance('domain', 'www[.]example[.]org')",
    "SELECT * FROM heimdall.overlap('logins', ARRAY['leak', 'proxy'])",
    "SELECT * FROM heimdall.neighbors('ip', '192.0.2.2', 3)",
    "SELECT * FROM heimdall.neighbors('domain', 'example.org', 2)",
    "SELECT * FROM heimdall.correlate('192.0.2.1', '192.0.2.2', 'User:ada')",
    "SELECT n.key, s.key, heimdall._unseal(n.key, s.key, s.value) \
     FROM heimdall_graph._ag_label_vertex AS v JOIN heimdall.node AS n ON n.gid = v.id, \
     LATERAL jsonb_each_text(v.properties::text::jsonb -> 'sealed') AS s ORDER BY 1, 2",
    "SELECT tableoid::regclass, * FROM heimdall_graph._ag_label_vertex ORDER BY id",
    "SELECT tableoid::regclass, * FROM heimdall_graph._ag_label_edge ORDER BY id",
    "SELECT name, id, kind, relation::text, seq_name FROM ag_label ORDER BY id",
    "SELECT * FROM cypher('heimdall_graph', $$ MATCH (u:User)-[:LOGIN_FROM]->(i:Ip)-[:REACHED]->(d:Domain) \
     RETURN u.value, i.value, d.value ORDER BY u.value, i.value, d.value $$) AS (u agtype, i agtype, d agtype)",
    "SELECT * FROM cypher('heimdall_graph', $$ MATCH (a)-[r]->(b) RETURN label(a), type(r), label(b), count(*) \
     ORDER BY label(a), type(r), label(b) $$) AS (a agtype, r agtype, b agtype, n agtype)",
    "SELECT * FROM cypher('heimdall_graph', $$ MATCH (a:Url)-[r*1..2]->(b) RETURN b ORDER BY id(b) $$) AS (b agtype)",
    "SELECT * FROM cypher('heimdall_graph', $$ MATCH (i:Ip {value: '192.0.2.9'}) RETURN i $$) AS (i agtype)",
    "SELECT n.nspname, c.relname, a.attname, pg_get_expr(d.adbin, d.adrelid) FROM pg_class AS c \
     JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid \
     JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE n.nspname = 'heimdall_graph' ORDER BY 1, 2, 3",
    "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'heimdall_graph' ORDER BY 1, 2",
];

/// What the database says of itself, in a session of its own.
fn answers(database: &Database) -> Vec<Vec<Vec<String>>> {
    let mut client = database.connect();
    text_rows(&mut client, "SET search_path = ag_catalog, public").expect("the path");
    QUESTIONS
        .iter()
        .map(|question| {
            let rows = text_rows(&mut client, question)
                .unwrap_or_else(|failure| panic!("{failure:?}\nin {question}"));
            assert!(!rows.is_empty(), "{question}");
            rows
        })
        .collect()
}

/// Calls the function: changed, labels, repaired, sequences, incarnation.
fn after_restore(database: &Database) -> Vec<String> {
    let report = "SELECT changed, labels, repaired, sequences, incarnation FROM heimdall.after_restore()";
    database.rows(report).remove(0)
}

/// The copy is as good as the original.
pub fn works(from: &Database, to: &Database) {
    assert_eq!(answers(to), answers(from));
    assert_eq!((to.vertices(), to.edges()), (from.vertices(), from.edges()));
    assert_eq!(to.protections(), from.protections());

    let before = to.snapshot();
    for (source, dump) in
        [("logins", LOGINS_CSV), ("logins", &rejected_csv()), ("leak", LEAK_CSV), ("proxy", PROXY_CSV)]
    {
        assert!(to.ingest(source, dump).duplicate, "{source}");
    }
    assert_eq!(to.snapshot(), before);

    // A new dump, through the inbox that came with the dump, meets what was restored.
    let role = to.role("member", &["heimdall_ingest", "heimdall_analyst", "heimdall_tlp_red"]);
    let mut client = to.connect_as(&role);
    let row = b"2026-01-03,ada,192.0.2.2,new.example\n,,192.0.2.9,www.example.org\n";
    let statement = "COPY heimdall_in.logins (time, \"user\", src, host) FROM STDIN (FORMAT csv)";
    assert_eq!(copy(&mut client, statement, row), Ok(2));
    let near = "SELECT edge_type FROM heimdall.neighbors('domain', 'new.example')";
    assert_eq!(text_rows(&mut client, near), Ok(vec![vec!["REACHED".to_owned()]]));
    assert_eq!(to.value("SELECT sightings FROM heimdall.lookup('user', 'ada')"), "3");

    // New labels, and one that was empty.
    to.ingest("unused", PROXY_CSV);
    to.source(
        "threats",
        "csv",
        r#"{"columns": ["name", "ip"], "entities": {"it": {"label": "Threat", "key": "name"},
        "ip": {"label": "Ip", "key": "ip"}}, "relations": [{"from": "it", "type": "USES", "to": "ip"}]}"#,
    );
    let report = to.ingest("threats", "name,ip\nAmber Lapwing,192.0.2.2\n");
    assert_eq!((report.vertices_created, report.vertices_merged, report.edges_created), (1, 1, 1));
    assert_eq!(to.strays(), "0");
    assert_eq!(
        to.value("SELECT count(*) - count(DISTINCT id::text) FROM heimdall_graph._ag_label_edge"),
        "0"
    );
    text_rows(&mut client, "SET search_path = ag_catalog, public").expect("the path");
    let cypher = "SELECT * FROM cypher('heimdall_graph', $$ MATCH (t:Threat)-[:USES]->(:Ip)-[:REACHED]->(d:Domain) \
                  RETURN count(d) $$) AS (n agtype)";
    assert_eq!(text_rows(&mut client, cypher), Ok(vec![vec!["3".to_owned()]]));
}

/// The commands of the guide, with other names of the databases and the settings of the server.
fn guide(from: &Database, to: &Database) -> String {
    let guide = include_str!("../../docs/guides/backup.md");
    let blocks = guide.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks
        .collect::<String>()
        .replace("heimdall.dump heimdall\n", &format!("heimdall.dump {}\n", from.name()))
        .replace("restored", to.name())
}

#[test]
fn the_commands_of_the_guide_bring_all_of_it_back() {
    let (from, to) = (filled(), Database::bare());
    from.connect_to("postgres").batch_execute(&format!("DROP DATABASE {}", to.name())).expect("dropped");
    let folder = std::env::temp_dir().join(from.name());
    std::fs::create_dir(&folder).expect("a folder");
    let server = from.server();
    let path = format!("{}:{}", server.programs.display(), std::env::var("PATH").unwrap_or_default());
    let done = Command::new("sh")
        .args(["-e", "-c", &guide(&from, &to)])
        .current_dir(&folder)
        .env("PATH", path)
        .envs([("PGHOST", &server.host), ("PGUSER", &server.user), ("PGPORT", &server.port.to_string())])
        .output()
        .expect("sh");
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    assert!(done.status.success(), "{done:?}");
    assert!(String::from_utf8_lossy(&done.stdout).contains(" heimdall_graph | t "), "{done:?}");
    works(&from, &to);
    assert_eq!(after_restore(&to)[0], "f");
}

#[test]
fn a_dump_in_sql_without_grants_is_as_good() {
    let (from, to) = (filled(), Database::bare());
    from.restore_sql(&to, Sql::WithoutGrants);
    let labels = from.value("SELECT count(*) FROM ag_catalog.ag_label");
    let [changed, none] = ["t", "0"].map(str::to_owned);
    assert_eq!(after_restore(&to), [changed, labels.clone(), labels.clone(), none.clone(), "2".to_owned()]);
    let before = to.snapshot();
    assert_eq!(after_restore(&to), ["f".to_owned(), labels, none.clone(), none, "2".to_owned()]);
    assert_eq!(to.snapshot(), before);
    let origin = "SELECT origin FROM heimdall.instance";
    assert_eq!(to.value(origin), from.value(origin));
    works(&from, &to);
}

#[test]
fn what_needs_the_graph_says_that_it_has_to_be_repaired() {
    let (from, to) = (filled(), Database::bare());
    from.restore_sql(&to, Sql::Whole);
    let mut open = to.connect();
    text_rows(&mut open, "LOAD 'age'; SET search_path = ag_catalog, public").expect("AGE");
    assert_eq!(text_rows(&mut open, QUESTIONS[12]).expect_err("Cypher").code, "42704");

    let failures = [
        to.refused("logins", "time,user,src,host,bytes\n2026-01-09,x,192.0.2.1,y.example,1\n"),
        to.failure("SELECT * FROM heimdall.neighbors('ip', '192.0.2.1')"),
        to.failure("SELECT * FROM heimdall.correlate('192.0.2.1', '192.0.2.2')"),
        to.failure("SELECT heimdall.create_source('more', 'csv')"),
    ];
    for failure in failures {
        assert_eq!(failure.code, "55000", "{failure:?}");
        assert!(failure.hint.contains("heimdall.after_restore()"), "{failure:?}");
    }
    assert_eq!(to.rows(QUESTIONS[0]), from.rows(QUESTIONS[0]), "the registry needs no repair");

    after_restore(&to);
    // A session that was open before sees the repaired graph.
    let mut original = from.connect();
    text_rows(&mut original, "SET search_path = ag_catalog, public").expect("the path");
    assert_eq!(text_rows(&mut open, QUESTIONS[12]), text_rows(&mut original, QUESTIONS[12]));
}

#[test]
fn a_catalogue_that_was_lost_is_made_from_the_tables() {
    let (from, to) = (filled(), Database::bare());
    from.restore_sql(&to, Sql::Whole);
    to.run("DELETE FROM ag_catalog.ag_label; DELETE FROM ag_catalog.ag_graph");
    let sequences = to.rows(
        "SELECT seqrelid::regclass FROM pg_sequence WHERE seqrelid::regclass::text LIKE 'heimdall_graph.%'",
    );
    for sequence in &sequences {
        to.run(&format!("SELECT setval('{}', 1, false)", sequence[0]));
    }
    let report = after_restore(&to);
    assert_eq!((report[0].as_str(), &report[1]), ("t", &report[2]));
    // One for every label that has records, and the one for labels.
    let used = "SELECT count(DISTINCT tableoid) + 1 FROM (SELECT tableoid FROM heimdall_graph._ag_label_vertex \
                UNION ALL SELECT tableoid FROM heimdall_graph._ag_label_edge) AS r";
    assert_eq!(report[3], to.value(used));
    let known = "SELECT l.name, l.kind, l.relation, l.seq_name, CASE WHEN l.name IN ('Probe', 'PROBED') THEN 0 ELSE l.id END \
                 FROM ag_catalog.ag_label AS l ORDER BY 1";
    assert_eq!(to.rows(known), from.rows(known), "but for numbers of labels that have no records");
    assert_eq!((to.vertices(), to.edges()), (from.vertices(), from.edges()));
    assert_eq!(after_restore(&to)[0], "f");
    to.ingest("unused", PROXY_CSV);
    to.ingest("logins", "time,user,src,host,bytes\n2026-01-09,x,192.0.2.1,y.example,1\n");
    assert_eq!(to.strays(), "0");
}

#[test]
fn a_graph_that_is_not_there_cannot_be_repaired() {
    let database = Database::bare();
    database.run("CREATE EXTENSION heimdall CASCADE");
    let failure = database.failure("SELECT heimdall.after_restore()");
    assert_eq!(failure.code, "55000");
    assert!(failure.hint.contains("heimdall.init()"), "{failure:?}");
    database.run("INSERT INTO heimdall.instance (graph, graph_oid, home) VALUES ('lost', 1, '')");
    let failure = database.failure("SELECT heimdall.after_restore()");
    assert_eq!(failure.code, "3F000");
    assert!(failure.detail.contains("\"lost\"") && failure.hint.contains("--schema"), "{failure:?}");
}

#[test]
fn records_under_the_number_of_another_label_are_not_guessed_at() {
    let database = filled();
    database.run("INSERT INTO heimdall_graph.\"Probe\" (id) SELECT id FROM heimdall_graph.\"Ip\"");
    let before = database.snapshot();
    let failure = database.failure("SELECT heimdall.after_restore()");
    assert_eq!(
        (failure.code.as_str(), failure.message.contains("\"Probe\"")),
        ("XX001", true),
        "{failure:?}"
    );
    assert_eq!(database.snapshot(), before);
}

#[test]
fn where_nothing_was_restored_nothing_is_changed() {
    let database = Database::bare();
    database.run("CREATE EXTENSION heimdall CASCADE; SELECT heimdall.init()");
    assert_eq!(after_restore(&database), ["f", "2", "0", "0", "1"]);
}

#[test]
fn a_clone_works_at_once_and_is_told_from_its_template() {
    // The database of a test is a clone.
    let clone = filled();
    let labels = clone.value("SELECT count(*) FROM ag_catalog.ag_label");
    assert_eq!(after_restore(&clone), ["t", &labels, "0", "0", "2"]);
    assert_eq!(after_restore(&clone), ["f", &labels, "0", "0", "2"]);
}
