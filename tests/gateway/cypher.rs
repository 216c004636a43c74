//! Cypher reads, with the caller's rights, and does not write.

use heimdall_tests::Gateway;
use serde_json::json;

use crate::graph::{ask, graph, send};

#[test]
fn cypher_gives_objects() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let asked = json!({
        "query": "MATCH (i:Ip)-[:REACHED]->(d:Domain) WHERE i.value = $ip RETURN d.value AS host ORDER BY host",
        "parameters": {"ip": "192.0.2.2"}});
    let hosts = json!({"items": [{"host": "mail.example.org"}, {"host": "www.example.org"}]});
    assert_eq!(ask(&gateway, "/v1/cypher", &asked).json(), hosts);
    let one = json!({"query": "MATCH (n) RETURN n.value AS value", "limit": 1});
    assert_eq!(ask(&gateway, "/v1/cypher", &one).json()["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(send(&gateway, &["uncleared"], "/v1/cypher", &asked).json(), json!({"items": []}));
    assert_eq!(send(&gateway, &["admin"], "/v1/cypher", &asked).status, 403);
}

#[test]
fn vertices_and_edges_have_no_ids_of_this_database() {
    let database = graph();
    let gateway = Gateway::start(&database);
    let asked = json!({"query": "MATCH p = (i:Ip)-[e:REACHED]->(d:Domain) WHERE i.value = '192.0.2.1' \
        RETURN i, e, [d, {id: 7}] AS list, p AS path"});
    let row = ask(&gateway, "/v1/cypher", &asked).json()["items"][0].clone();
    let (ip, domain) = (&row["i"], &row["list"][0]);
    assert_eq!((&ip["label"], &ip["properties"]["value"]), (&json!("Ip"), &json!("192.0.2.1")), "{row}");
    assert_eq!(row["list"][1], json!({"id": 7}), "what the query puts together stays");
    assert_eq!(row["path"], json!([ip, row["e"], domain]));
    for (what, record) in [("i", ip), ("e", &row["e"]), ("d", domain)] {
        let members: Vec<&String> = record.as_object().expect("an object").keys().collect();
        assert_eq!(members, ["label", "properties"], "{what}");
    }
}

#[test]
fn what_is_refused_says_why() {
    let database = graph();
    let gateway = Gateway::start(&database);
    for (query, status) in [
        ("CREATE (n:Ip {value: 'hunter2'}) RETURN n", 403),
        ("MATCH (a)-[*1..3]->(b) RETURN b", 422),
        ("MATCH (n RETURN 'hunter2'", 400),
        ("MATCH (n) RETURN *", 400),
    ] {
        let answer = ask(&gateway, "/v1/cypher", &json!({"query": query}));
        assert_eq!(answer.status, status, "{query}: {answer:?}");
        assert!(!answer.body.contains("hunter2"), "{answer:?}");
    }
    let answer = ask(&gateway, "/v1/cypher", &json!({"query": "RETURN 1", "parameters": [1]}));
    assert_eq!(answer.status, 400, "{answer:?}");
}
