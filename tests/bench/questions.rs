//! What the graph is asked, of Heimdall and, where Cypher can ask it, of AGE.
//!
//! AGE has the index that an expert adds for `n.value = …`, and patterns with a direction joined by UNION: AGE reads the
//! whole graph for one without. Where an answer has a most of rows in Heimdall, it has the same in Cypher.

use crate::hub::Size;
use crate::log::{Random, destination, domain, source};

/// One way of asking it.
pub struct Way {
    /// Who answers, and how.
    pub name: &'static str,
    /// The statement; Heimdall's takes texts, Cypher's an agtype map.
    pub sql: String,
    /// AGE's own: the arguments are `a`, `b`, … of a map.
    pub is_cypher: bool,
    /// Somebody else runs this before each asking, which is not timed.
    pub after: Option<&'static str>,
}

/// A question with its arguments.
pub struct Question {
    /// As the table names it.
    pub name: &'static str,
    /// Arguments of one asking.
    pub arguments: fn(Size, &mut Random) -> Vec<String>,
    /// Heimdall's first.
    pub ways: Vec<Way>,
}

fn heimdall(call: &str) -> Way {
    Way { name: "Heimdall", sql: format!("SELECT * FROM heimdall.{call}"), is_cypher: false, after: None }
}

/// A query of Cypher with so many columns.
fn cypher(name: &'static str, query: &str, columns: &str, most: Option<u32>) -> Way {
    let limit = most.map_or_else(String::new, |most| format!(" LIMIT {most}"));
    let sql =
        format!("SELECT * FROM ag_catalog.cypher('heimdall_graph', $$ {query} $$, $1) AS ({columns}){limit}");
    Way { name, sql, is_cypher: true, after: None }
}

/// The union of these patterns from `n` to `m`.
fn union(patterns: &[&str]) -> String {
    let each: Vec<String> = patterns
        .iter()
        .map(|pattern| format!("MATCH {pattern} WHERE n.value = $a RETURN label(m), m.value"))
        .collect();
    each.join(" UNION ")
}

const VERTEX: &str = "label ag_catalog.agtype, value ag_catalog.agtype";
const NEXT: [&str; 2] = ["(n:Ip)-[]->(m)", "(n:Ip)<-[]-(m)"];
const WITHIN_TWO: [&str; 6] = [
    NEXT[0],
    NEXT[1],
    "(n:Ip)-[]->()-[]->(m)",
    "(n:Ip)-[]->()<-[]-(m)",
    "(n:Ip)<-[]-()-[]->(m)",
    "(n:Ip)<-[]-()<-[]-(m)",
];
const ANY_PATH: &str = "MATCH (n:Ip)-[*1..2]-(m) WHERE n.value = $a RETURN DISTINCT label(m), m.value";

/// AGE answers patterns of variable length from a copy of the whole graph in the backend's memory, which it makes anew once
/// any statement has written to the graph.
const A_WRITE: &str = "UPDATE heimdall_graph.\"Domain\" SET properties = properties WHERE false";

fn a_source(size: Size, random: &mut Random) -> Vec<String> {
    vec![source(random.below(size.sources))]
}

fn a_destination(size: Size, random: &mut Random) -> Vec<String> {
    vec![destination(random.below(size.others))]
}

fn a_domain(size: Size, random: &mut Random) -> Vec<String> {
    vec![domain(random.below(size.others))]
}

fn within_two(arguments: fn(Size, &mut Random) -> Vec<String>, name: &'static str) -> Question {
    Question {
        name,
        arguments,
        ways: vec![
            heimdall("neighbors('ip', $1, 2)"),
            cypher("Cypher, `-[*1..2]-`", ANY_PATH, VERTEX, Some(1000)),
            Way {
                after: Some(A_WRITE),
                ..cypher("Cypher, `-[*1..2]-`, after a write", ANY_PATH, VERTEX, Some(1000))
            },
            cypher("Cypher, fixed patterns", &union(&WITHIN_TWO), VERTEX, Some(1000)),
        ],
    }
}

/// All of them.
pub fn all() -> Vec<Question> {
    let exact = "MATCH (n:Ip) WHERE n.value = $a RETURN label(n), n.value";
    let domain_where = |what: &str| format!("MATCH (n:Domain) WHERE {what} RETURN label(n), n.value");
    vec![
        Question {
            name: "`lookup`",
            arguments: a_source,
            ways: vec![heimdall("lookup('ip', $1)"), cypher("Cypher, the vertex alone", exact, VERTEX, None)],
        },
        Question {
            name: "`search`, value",
            arguments: a_domain,
            ways: vec![
                heimdall("search($1)"),
                cypher("Cypher", &domain_where("n.value = $a"), VERTEX, Some(100)),
            ],
        },
        Question {
            name: "`search`, beginning",
            arguments: |size, random| {
                let whole = domain(random.below(size.others));
                let beginning = whole.split(".example").next().unwrap_or_default();
                vec![format!("{}*", &beginning[..beginning.len() - 1]), beginning[..beginning.len() - 1].to_owned()]
            },
            ways: vec![
                heimdall("search($1, 'domain')"),
                cypher("Cypher", &domain_where("n.value STARTS WITH $b"), VERTEX, Some(100)),
            ],
        },
        Question {
            name: "`search`, end",
            arguments: |size, random| {
                let zone = random.below(size.others);
                vec![format!("*.zone{zone}.example.com"), format!(".zone{zone}.example.com")]
            },
            ways: vec![
                heimdall("search($1, 'domain')"),
                cypher("Cypher", &domain_where("n.value ENDS WITH $b"), VERTEX, Some(100)),
            ],
        },
        Question {
            name: "`search`, network",
            arguments: |size, random| vec![format!("{}/26", source(random.below(size.sources) / 64 * 64))],
            ways: vec![heimdall("search($1)")],
        },
        Question {
            name: "`neighbors`, depth 1",
            arguments: a_source,
            ways: vec![
                heimdall("neighbors('ip', $1)"),
                cypher("Cypher", &union(&NEXT), VERTEX, Some(1000)),
            ],
        },
        Question {
            name: "`neighbors`, depth 1, of the hub",
            arguments: |size, _| vec![domain(size.hub())],
            ways: vec![
                heimdall("neighbors('domain', $1)"),
                cypher("Cypher", &union(&NEXT).replace("n:Ip", "n:Domain"), VERTEX, Some(1000)),
            ],
        },
        within_two(a_destination, "`neighbors`, depth 2, past no hub"),
        within_two(a_source, "`neighbors`, depth 2, past the hub"),
        Question {
            name: "`path`, from a source to a destination",
            arguments: |size, random| {
                vec![source(random.below(size.sources)), destination(random.below(size.others))]
            },
            ways: vec![
                heimdall("path('ip', $1, 'ip', $2)"),
                Way {
                    name: "AGE's `age_shortest_path`",
                    sql: "SELECT p FROM ag_catalog.cypher('heimdall_graph', $$ MATCH (a:Ip), (b:Ip) \
                            WHERE a.value = $a AND b.value = $b RETURN id(a), id(b) $$, $1) \
                          AS (a ag_catalog.agtype, b ag_catalog.agtype), \
                          LATERAL ag_catalog.age_shortest_path('\"heimdall_graph\"', a, b, NULL, '\"any\"', '1', '4') AS p"
                        .to_owned(),
                    is_cypher: true,
                    after: None,
                },
            ],
        },
        Question {
            name: "`correlate`, 5 sources",
            arguments: |size, random| (0..5).map(|_| source(random.below(size.sources))).collect(),
            ways: vec![
                heimdall("correlate($1, $2, $3, $4, $5)"),
                cypher(
                    "Cypher, edges that lead away alone",
                    "MATCH (n:Ip)-[]->(m) \
                     WHERE n.value = $a OR n.value = $b OR n.value = $c OR n.value = $d OR n.value = $e \
                     WITH m, count(*) AS shared WHERE shared > 1 \
                     RETURN label(m), m.value, shared ORDER BY shared DESC",
                    "label ag_catalog.agtype, value ag_catalog.agtype, shared ag_catalog.agtype",
                    None,
                ),
            ],
        },
        Question {
            name: "`timeline`",
            arguments: a_source,
            ways: vec![heimdall("timeline('ip', $1)")],
        },
        Question {
            name: "`provenance`",
            arguments: a_source,
            ways: vec![heimdall("provenance('ip', $1)")],
        },
        Question {
            name: "`top`, most edges",
            arguments: |_, _| Vec::new(),
            ways: vec![
                heimdall("top('connected')"),
                cypher(
                    "Cypher, edges that lead away alone",
                    "MATCH (n)-[]->() RETURN id(n), count(*) AS degree ORDER BY degree DESC LIMIT 20",
                    VERTEX,
                    None,
                ),
            ],
        },
    ]
}
