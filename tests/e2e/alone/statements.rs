//! Every way to send a value to Heimdall, and what is found of it afterwards.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use heimdall_tests::{Database, Needles, copy, text_rows};
use postgres::types::ToSql;

pub const HEADER: &str = "email,password,full_name,note,site";

/// Statements with a value in them, `{v}`, each sent by itself, in a session of its own. Many fail.
const STATEMENTS: &[(&str, &[&str])] = &[
    ("inline", &["SELECT heimdall.ingest_csv('leak', E'{h}\\n{v}@mail.example,pw,,,\\n')"]),
    ("rejected", &["SELECT heimdall.ingest_csv('leak', E'{h}\\n,{v},,,!!\\n')"]),
    ("no such source", &["SELECT heimdall.ingest_csv('nobody', '{v}')"]),
    ("the arguments swapped", &["SELECT heimdall.ingest_csv('{v}', 'leak')"]),
    ("a value for a kind", &["SELECT * FROM heimdall.lookup('{v}', 'email')"]),
    ("a value for a file", &["SELECT heimdall.ingest_file('leak', '/{v}')"]),
    ("a value for a format", &["SELECT heimdall.create_source('other', '{v}')"]),
    ("several statements", &["SELECT 1; SELECT heimdall.ingest_csv('leak', '{v}'); SELECT 2"]),
    ("quoted names", &["SELECT \"heimdall\".\"ingest_csv\"('leak', '{v}')"]),
    ("names in numbers", &["SELECT U&\"\\0068eimdall\".U&\"!0069ngest_csv\" UESCAPE '!'('leak', '{v}')"]),
    ("comments", &["SELECT /* {v} */ heimdall/**/./**/lookup('email', '{v}') -- {v}"]),
    ("the schema on the path", &["SET search_path = public, heimdall", "SELECT lookup('email', '{v}')"]),
    ("no schema", &["SELECT ingest_csv('leak', '{v}')"]),
    (
        "no schema in a session that knows ours",
        &["SELECT heimdall.formats()", "SELECT lookup('email', '{v}')"],
    ),
    ("prepared", &["PREPARE p AS SELECT heimdall.ingest_csv($1, $2)", "EXECUTE p('leak', '{v}')"]),
    (
        "prepared, a parameter too many",
        &["PREPARE p AS SELECT heimdall.lookup($1, $2)", "EXECUTE p('email', '{v}', '{v}')"],
    ),
    (
        "prepared, of another type",
        &["PREPARE p AS SELECT * FROM heimdall.search($1, max_rows => $2)", "EXECUTE p('{v}', '{v}')"],
    ),
    (
        "prepared with the value",
        &["PREPARE p AS SELECT heimdall.lookup('email', '{v}')", "EXECUTE p", "EXECUTE p"],
    ),
    ("a block", &["DO $$BEGIN PERFORM heimdall.ingest_csv('leak', '{v}'); END$$"]),
    ("a block that fails", &["DO $$BEGIN PERFORM heimdall.ingest_csv('leak', '{v}', '{v}'); END$$"]),
    (
        "a block that catches",
        &["DO $$BEGIN PERFORM heimdall.ingest_csv('leak', '{v}'); EXCEPTION WHEN OTHERS THEN NULL; END$$"],
    ),
    (
        "a dynamic statement",
        &["DO $$BEGIN EXECUTE format('SELECT heimdall.ingest_csv(%L, %L)', 'leak', '{v}'); END$$"],
    ),
    (
        "a dynamic statement that does not parse",
        &["DO $$BEGIN EXECUTE 'SELECT heimdall.lookup(''{v}'; END$$"],
    ),
    (
        "a cursor",
        &["BEGIN", "DECLARE c CURSOR FOR SELECT * FROM heimdall.lookup('email', '{v}')", "FETCH c", "COMMIT"],
    ),
    (
        "a holdable cursor",
        &[
            "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM heimdall.lookup('email', '{v}')",
            "FETCH c",
            "CLOSE c",
        ],
    ),
    ("explained", &["EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM heimdall.lookup('email', '{v}')"]),
    ("a table of it", &["CREATE TEMPORARY TABLE t AS SELECT * FROM heimdall.lookup('email', '{v}')"]),
    ("in a condition", &["SELECT * FROM heimdall.batch WHERE source = '{v}'"]),
    ("the registry", &["SELECT * FROM heimdall.node WHERE key = '{v}'"]),
    (
        "the inbox",
        &["INSERT INTO heimdall_in.leak VALUES ('{v}@mail.example', '{v}', '{v}', '{v}', 'a.example')"],
    ),
    (
        "the inbox, selected",
        &["INSERT INTO heimdall_in.leak SELECT '{v}@mail.example', '{v}' FROM generate_series(1, 3)"],
    ),
    ("the inbox, a column that is not there", &["INSERT INTO heimdall_in.leak (emial) VALUES ('{v}')"]),
    ("the inbox, too many", &["INSERT INTO heimdall_in.leak VALUES ('{v}', '', '', '', '', '{v}')"]),
    ("the inbox, double quotes", &["INSERT INTO heimdall_in.leak VALUES (\"{v}\")"]),
    ("the inbox, no quotes", &["INSERT INTO heimdall_in.leak VALUES ({v})"]),
    ("a quote too many", &["SELECT heimdall.ingest_csv('leak', 'it's {v}')"]),
    ("a quote too few", &["SELECT heimdall.ingest_csv('leak', '{v})"]),
    ("double quotes", &["SELECT heimdall.ingest_csv(\"leak\", \"{v}\")"]),
    ("no JSON", &["SELECT heimdall.create_source('other', 'csv', '{\"{v}\": {v}}')"]),
    ("no mapping", &["SELECT heimdall.create_source('other', 'csv', '{\"{v}\": 1}')"]),
    ("no time", &["SELECT heimdall.export_csv(since => '{v}')"]),
    ("no number", &["SELECT heimdall.neighbors('email', 'a', '{v}')"]),
    ("no bytes", &["SELECT heimdall.ingest('leak', '\\x{v}')"]),
    ("no regular expression", &["SELECT key FROM heimdall.node WHERE key ~ '{v}['"]),
    ("no array", &["SELECT * FROM heimdall.correlate('{v}'::text[])"]),
    ("no element of it", &["SELECT * FROM heimdall.correlate('{{v}, \"{v}'::text[])"]),
    (
        "a sample",
        &[
            "SELECT heimdall.infer_mapping('{v}')",
            "SELECT heimdall.explain_mapping('{v}')",
            "SELECT heimdall.preview('leak', E'{h}\\n{v}@mail.example,,,,\\n')",
        ],
    ),
    ("a form", &["SELECT heimdall.canonical('ip', '{v}')", "SELECT heimdall.canonical_ip('{v}')"]),
    (
        "a search",
        &["SELECT * FROM heimdall.search('*{v}*')", "SELECT * FROM heimdall.similar('{v}.example')"],
    ),
    (
        "a question",
        &[
            "SELECT * FROM heimdall.neighbors('email', '{v}')",
            "SELECT * FROM heimdall.correlate('{v}', '{v}')",
        ],
    ),
    ("Cypher", &["SELECT * FROM heimdall.cypher('MATCH (n:Email) WHERE n.value = \"{v}\" RETURN n')"]),
    (
        "Cypher with parameters",
        &["SELECT * FROM heimdall.cypher('MATCH (n) WHERE n.value = $v RETURN n', '{\"v\": \"{v}\"}')"],
    ),
    ("Cypher that does not parse", &["SELECT * FROM heimdall.cypher('MATCH (n {v} \"{v}')"]),
    (
        "cypher()",
        &[
            "SELECT * FROM ag_catalog.cypher('heimdall_graph', $$ MATCH (n {value: '{v}'}) RETURN n $$) AS (n ag_catalog.agtype)",
        ],
    ),
    (
        "a time limit",
        &["SET statement_timeout = '20ms'", "SELECT heimdall.lookup('email', '{v}'), pg_sleep(20)"],
    ),
    (
        "a savepoint",
        &[
            "BEGIN; SAVEPOINT s",
            "SELECT heimdall.ingest_csv('leak', E'{h}\\n{v}@mail.example,,,,\\n')",
            "ROLLBACK TO s",
            "COMMIT",
        ],
    ),
    ("a division by zero", &["SELECT heimdall.lookup('email', '{v}'), 1 / (random() * 0)::integer"]),
    ("a conversion", &["SELECT ('{v}' || heimdall.tlp_name(1::smallint))::integer"]),
];

/// What one test has sent: the name of each value, by its number. Files keep what is written into them, the WAL above all,
/// so that no two tests have a value in common.
pub struct Sent {
    test: &'static str,
    names: Vec<String>,
}

impl Sent {
    pub fn nothing(test: &'static str) -> Sent {
        Sent { test, names: Vec::new() }
    }

    /// A value by number: no two share a beginning.
    fn value(&self, number: usize) -> String {
        format!("q{number:03}{}{number:03}x", self.test)
    }

    /// A value that has not been sent yet.
    pub fn next(&mut self, name: &str) -> String {
        self.names.push(name.to_owned());
        self.value(self.names.len() - 1)
    }

    /// Where values are found, by the name of what has sent them.
    pub fn found(&self, database: &Database) -> BTreeMap<String, Vec<String>> {
        database.run("CHECKPOINT");
        let values: Vec<String> = (0..self.names.len()).map(|number| self.value(number)).collect();
        let needles = Needles::new(&values);
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in [&database.server().data, &database.server().log] {
            for line in needles.in_files(path) {
                let number: usize = line
                    .rsplit("value ")
                    .next()
                    .and_then(|rest| rest.split(' ').next())
                    .and_then(|number| number.parse().ok())
                    .expect("its number");
                found.entry(self.names[number].clone()).or_default().push(line);
            }
        }
        found
    }
}

fn filled(statement: &str, value: &str) -> String {
    statement.replace("{h}", HEADER).replace("{v}", value)
}

/// Sends all of [`STATEMENTS`], and what only other ways can send.
pub fn send_all(database: &Database, test: &'static str) -> Sent {
    let mut sent = Sent::nothing(test);
    for (name, statements) in STATEMENTS {
        let value = sent.next(name);
        let mut client = database.connect();
        for statement in *statements {
            let _ = text_rows(&mut client, &filled(statement, &value));
        }
    }
    let with_parameter = [
        ("a parameter", "SELECT * FROM heimdall.lookup('email', $1)"),
        ("a parameter that is no source", "SELECT * FROM heimdall.ingest_csv($1, 'a')"),
        ("a parameter that is no JSON", "SELECT heimdall.create_source('other', 'csv', $1::text::jsonb)"),
        ("a parameter of an inbox", "INSERT INTO heimdall_in.leak VALUES ($1)"),
        (
            "a parameter in a division by zero",
            "SELECT heimdall.lookup('email', $1), 1 / (random() * 0)::integer",
        ),
    ];
    for (name, statement) in with_parameter {
        let value = sent.next(name);
        let parameter: &(dyn ToSql + Sync) = &value;
        let _ = database.connect().query(statement, &[parameter]);
    }
    let value = sent.next("a literal, prepared by the client");
    let _ = database.connect().query(&format!("SELECT * FROM heimdall.lookup('email', '{value}')"), &[]);
    let copies = [
        ("a field too many", "COPY heimdall_in.leak FROM STDIN (FORMAT csv)", "{v},{v},{v},{v},{v},{v}\n"),
        ("a field too few", "COPY heimdall_in.leak FROM STDIN (FORMAT csv)", "{v},{v}\n"),
        ("an open quote", "COPY heimdall_in.leak FROM STDIN (FORMAT csv)", "\"{v},{v},,,\n"),
        ("a wrong header", "COPY heimdall_in.leak FROM STDIN (FORMAT csv, HEADER match)", "{v},{v},,,\n"),
        ("no UTF-8", "COPY heimdall_in.leak FROM STDIN (FORMAT csv)", "{v},{v},\u{1},,\n"),
        (
            "errors ignored",
            "COPY heimdall_in.leak FROM STDIN (FORMAT csv, ON_ERROR ignore, LOG_VERBOSITY verbose)",
            "{v},,,,\n",
        ),
        ("text format", "COPY heimdall_in.leak FROM STDIN", "{v}\t{v}\t\\\n"),
        ("a condition", "COPY heimdall_in.leak FROM STDIN (FORMAT csv)", "{v}@mail.example,{v},{v},{v},!!\n"),
    ];
    for (name, statement, row) in copies {
        // \x01 stands for a byte that is no character.
        let row: Vec<u8> =
            filled(row, &sent.next(name)).bytes().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
        let mut client = database.connect();
        // The client library loses its place where COPY fails at once.
        let _ = catch_unwind(AssertUnwindSafe(|| copy(&mut client, statement, &row)));
    }
    sent
}
