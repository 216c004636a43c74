use proptest::prelude::*;

use super::*;

#[test]
fn a_statement_that_names_ours_is_ours_however_it_is_spelled() {
    for statement in [
        "SELECT heimdall.ingest_csv('a', 'b')",
        "SELECT \"heimdall\".\"ingest_csv\"('a', 'b')",
        "select HEIMDALL . lookup('a', 'b')",
        "SELECT heimdall/* here */.lookup('a', 'b')",
        "SELECT heimdall -- here\n.lookup('a', 'b')",
        "SELECT U&\"\\0068eimdall\".lookup('a', 'b')",
        "COPY heimdall_in.leak FROM STDIN",
        "INSERT INTO \"heimdall_in\".leak VALUES ('a')",
        "SELECT 1; SELECT heimdall.search('a')",
        "SELECT ingest_csv('a', 'b')",
        "SELECT ingest_csv 'a', 'b')",
        "SELECT canonical_email('a')",
        "DO $$BEGIN PERFORM heimdall.ingest('a', 'b'); END$$",
        "SELECT * FROM cypher('heimdall_graph', $$ MATCH (n) RETURN n $$) AS (n agtype)",
    ] {
        assert!(is_ours(statement.as_bytes(), false), "{statement}");
    }
    for statement in [
        "SELECT lookup('a', 'b')",
        "SELECT \"lookup\" ('a', 'b')",
        "SELECT search /* here */ ('a')",
        "EXECUTE p('a')",
    ] {
        assert!(is_ours(statement.as_bytes(), true), "{statement}");
        assert!(!is_ours(statement.as_bytes(), false), "{statement}");
    }
}

#[test]
fn a_statement_that_only_looks_like_it_is_not() {
    for statement in [
        "SELECT * FROM own.orders WHERE customer = 'ada'",
        "SELECT datname FROM pg_database WHERE datname = 'heimdall'",
        "GRANT CONNECT ON DATABASE heimdall TO ada",
        "CREATE EXTENSION heimdall",
        "SELECT path, search FROM own.top WHERE lookup = 'a'",
        "SELECT own.search('a'), own.\"lookup\"('b'), executed FROM own.ingest_csv",
        "SELECT preheimdall.x()",
    ] {
        assert!(!is_ours(statement.as_bytes(), true), "{statement}");
    }
}

#[test]
fn nothing_but_our_names_is_named() {
    let statement = b"SELECT heimdall.ingest_csv('ada', lookup ('grace')), heimdall.ada(), own.search('x')";
    assert_eq!(named(statement), "ingest_csv, lookup");
}

#[test]
fn a_statement_without_values_is_told_from_one_with() {
    for statement in [
        "SELECT * FROM heimdall.ingest($1, $2)",
        "COPY heimdall_in.leak FROM STDIN (FORMAT csv, HEADER match)",
        "SELECT t1.x2, count(*) FROM heimdall.batch AS t1 WHERE t1.id = $1 ORDER BY b - c",
    ] {
        assert!(is_free_of_values(statement.as_bytes()), "{statement}");
    }
    for statement in [
        "SELECT 'a'",
        "SELECT \"a\"",
        "SELECT $$a$$",
        "SELECT $tag$a$tag$",
        "SELECT 4111111111111111",
        "SELECT a -- b",
        "SELECT a /* b */",
        "SELECT ada@example.org",
        "INSERT INTO heimdall_in.leak VALUES (ada)",
        "SELECT * FROM heimdall.node WHERE key = ada",
        "SELECT größe",
        "SELECT $1, 7",
    ] {
        assert!(!is_free_of_values(statement.as_bytes()), "{statement}");
    }
}

#[test]
fn a_report_keeps_what_is_said_and_where() {
    let split = |message: &'static str| statement_of(message.as_bytes());
    assert_eq!(split("statement: SELECT 'a: b'"), Some((&b"statement:"[..], &b"SELECT 'a: b'"[..])));
    assert_eq!(
        split("duration: 1.5 ms  execute <unnamed>: SELECT"),
        Some((&b"duration: 1.5 ms  execute <unnamed>:"[..], &b"SELECT"[..]))
    );
    assert_eq!(split("duration: 1.5 ms"), None);
    assert_eq!(
        place(b"COPY leak, line 2, column email: \"ada\"\nSQL statement"),
        b"COPY leak, line 2, column email"
    );
    assert_eq!(place(b"SQL statement \"SELECT 'ada'\""), b"SQL statement");
    assert_eq!(place(b"unnamed portal with parameters: $1 = 'ada'"), b"unnamed portal with parameters");
    assert_eq!(
        without_quoted(b"syntax error at or near \"it's \"ada\" now\""),
        "syntax error at or near \"…\"".as_bytes()
    );
    assert_eq!(without_quoted(b"syntax error at end of input"), b"syntax error at end of input");
    assert_eq!(
        before_value(b"invalid input syntax for type json: \"ada\""),
        b"invalid input syntax for type json"
    );
}

proptest! {
    #[test]
    fn what_is_quoted_is_never_left(start in "[a-z ]{0,20}", value in "[A-Z]{1,20}", end in "[a-z ]{0,20}") {
        let message = format!("{start}\"{value}\"{end}");
        let left = String::from_utf8(without_quoted(message.as_bytes())).expect("UTF-8");
        prop_assert!(!left.contains(&value));
        prop_assert!(left.starts_with(&start) && left.ends_with(&end));
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200), knows: bool) {
        let _ = (is_ours(&bytes, knows), named(&bytes), is_free_of_values(&bytes), statement_of(&bytes));
        prop_assert!(place(&bytes).len() <= bytes.len() && before_value(&bytes).len() <= bytes.len());
    }

    #[test]
    fn no_literal_makes_a_statement_free_of_values(literal in "\\PC{0,20}") {
        let statement = format!("SELECT '{literal}'");
        prop_assert!(!is_free_of_values(statement.as_bytes()));
    }
}
