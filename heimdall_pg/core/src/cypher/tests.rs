//! What may run, what may not, and that nothing hides from the lexer.

use proptest::prelude::*;

use super::*;

fn names(query: &str) -> Vec<String> {
    columns(query).unwrap_or_else(|error| panic!("{query}: {error}"))
}

#[test]
fn columns_are_named_as_they_are_written() {
    assert_eq!(names("MATCH (n) RETURN n"), ["n"]);
    assert_eq!(
        names(
            "match (n) return distinct n.value as v, count(*), [1, 2], {a: 1, b: 2} AS `the map` ORDER BY v LIMIT 3;"
        ),
        ["v", "count(*)", "[1, 2]", "the map"]
    );
    assert_eq!(names("MATCH (a) RETURN a.value UNION MATCH (b) RETURN b.value"), ["a.value"]);
    assert_eq!(names("RETURN CASE WHEN true THEN 1 ELSE 2 END"), ["CASE WHEN true THEN 1 ELSE 2 END"]);
    assert_eq!(
        names("MATCH (n) WHERE EXISTS { MATCH (n)--(m) RETURN m } RETURN n.limit, $p"),
        ["n.limit", "$p"]
    );
    assert_eq!(names("MATCH (n) // RETURN x\n RETURN /* , */ n"), ["n"]);
}

#[test]
fn what_writes_is_refused_however_it_is_written() {
    for (query, clause) in [
        ("CREATE (n) RETURN n", "CREATE"),
        ("MATCH (n) cReAtE (m) RETURN m", "CREATE"),
        ("MATCH (n)/**/SET/**/n.a = 1 RETURN n", "SET"),
        ("MATCH (n) // a comment\rDELETE n", "DELETE"),
        ("MATCH (n) DETACH DELETE n", "DETACH"),
        ("RETURN 1.CREATE (n)", "CREATE"),
        ("RETURN 'a\\'' CREATE (n) RETURN '\\''", "CREATE"),
        ("RETURN \"'\" REMOVE n.a //'", "REMOVE"),
        ("RETURN `a\\` MERGE (n) RETURN `b`", "MERGE"),
        ("/* /* */ CREATE (n) /* */ RETURN n", "CREATE"),
        ("MATCH (n) WHERE EXISTS { CREATE (m) } RETURN n", "CREATE"),
        ("CALL pg_catalog.pg_sleep(1) RETURN 1", "CALL"),
        ("LOAD CSV FROM 'x' AS l RETURN l", "LOAD"),
        ("RETURN 0x1SET n.a = 1", "SET"),
    ] {
        match columns(query) {
            Err(CypherError::Writes(found)) => assert_eq!(found, clause, "{query}"),
            other => panic!("{query}: {other:?}"),
        }
    }
}

#[test]
fn what_only_looks_like_writing_is_not() {
    for query in [
        "MATCH (n) WHERE n.value = 'CREATE (m)' RETURN n",
        "MATCH (n) WHERE n.value = \"it's SET\" RETURN n",
        "MATCH (n) /* DELETE n */ RETURN n // MERGE",
        "MATCH (n:Set) RETURN n.create, n.delete AS `REMOVE`",
        "RETURN {set: 1, merge: 2} AS m",
        "MATCH (created) RETURN created.settings AS deleted",
    ] {
        names(query);
    }
}

#[test]
fn what_loads_the_graph_or_calls_sql_is_refused() {
    for query in [
        "MATCH (a)-[*]->(b) RETURN b",
        "MATCH (a)-[e:LOGIN_FROM*1..3 {a: 1}]->(b) RETURN b",
        "MATCH (a)<-[ /* x */ * ]-(b) RETURN b",
        "MATCH p = shortestPath((a)-[e]->(b)) RETURN p",
        "RETURN `Age_VLE`(1)",
    ] {
        assert_eq!(columns(query), Err(CypherError::VariableLength), "{query}");
    }
    assert_eq!(columns("RETURN pg_catalog.pg_read_file('x')"), Err(CypherError::QualifiedFunction));
    assert_eq!(columns("RETURN `pg_catalog` . /**/ `now` ()"), Err(CypherError::QualifiedFunction));
}

#[test]
fn a_query_says_what_it_returns() {
    assert_eq!(columns(""), Err(CypherError::NoReturn));
    assert_eq!(columns("MATCH (n)"), Err(CypherError::NoReturn));
    assert_eq!(columns("MATCH (n) RETURN"), Err(CypherError::NoReturn));
    assert_eq!(columns("MATCH (n) RETURN *"), Err(CypherError::ReturnsAll));
    assert_eq!(columns("RETURN 1 AS a, 2 AS a"), Err(CypherError::SameName));
    assert_eq!(
        columns(&format!("RETURN {}", (0..51).map(|i| i.to_string()).collect::<Vec<_>>().join(","))),
        Err(CypherError::TooManyColumns)
    );
    assert_eq!(columns("RETURN 'a"), Err(CypherError::Unterminated("string")));
    assert_eq!(columns("RETURN 1 /* a"), Err(CypherError::Unterminated("comment")));
    assert_eq!(columns("RETURN \\u0043REATE"), Err(CypherError::Character(7)));
    assert_eq!(columns(&"a".repeat(MAX_BYTES + 1)), Err(CypherError::TooLong));
}

#[test]
fn no_query_ends_its_own_quotes() {
    for query in ["RETURN 1", "RETURN '$heimdall0$'", "$heimdall0$ $heimdall1$"] {
        let tag = dollar_tag(query);
        assert!(tag.len() > 2 && !query.contains(&tag), "{query}");
    }
}

proptest! {
    #[test]
    fn any_text_gives_an_answer(query in "\\PC{0,200}") {
        let _ = columns(&query);
    }

    #[test]
    fn pieces_of_cypher_give_an_answer(pieces in proptest::collection::vec(
        prop_oneof![
            Just("MATCH (n)"), Just("RETURN"), Just("n"), Just("'"), Just("\""), Just("`"), Just("\\"), Just("/*"), Just("*/"),
            Just("//"), Just("\n"), Just("\r"), Just("["), Just("]"), Just("-"), Just("*"), Just("id(n)"), Just("IN"), Just(","),
            Just("{"), Just("}"), Just("SET"), Just("$p"), Just("1."), Just(".."), Just("é"), Just(":"), Just("AS")], 0..40)) {
        let query = pieces.join(" ");
        if let Ok(tokens) = tokens(&query) {
            // Tokens are in order, do not overlap, and are what stands there.
            let mut end = 0;
            for token in &tokens {
                prop_assert!(token.at >= end && !token.text.is_empty());
                prop_assert_eq!(query.get(token.at..token.end()), Some(token.text));
                end = token.end();
            }
        }
        let _ = columns(&query);
    }

    #[test]
    fn nothing_in_a_string_matters(text in "[^'\\\\]{0,60}", clause in "(CREATE|SET|MERGE|/\\*|//|`|\")?") {
        let query = format!("RETURN '{text}{clause}' AS a");
        prop_assert_eq!(columns(&query), Ok(vec!["a".to_owned()]));
    }

    #[test]
    fn a_clause_outside_is_seen(text in "[^'\\\\]{0,60}", comment in "[^*/]{0,30}") {
        let query = format!("RETURN '{text}' AS a /*{comment}*/ CREATE (n)");
        prop_assert_eq!(columns(&query), Err(CypherError::Writes("CREATE")));
    }
}
