//! What a graph says, in a form that can be compared with that of another database: by keys, never by the numbers
//! that a database gives, and with sealed values opened.

use std::collections::{BTreeMap, BTreeSet};

use crate::Database;

/// Every vertex, edge, sighting, batch and reject, under a name of its own.
#[derive(Debug, PartialEq, Eq)]
pub struct Content(BTreeMap<String, String>);

/// Name and content of each record of a kind.
const KINDS: [(&str, &str); 5] = [
    (
        "vertex",
        "SELECT n.key, concat_ws(' ', n.tlp, v.properties - 'sealed', (
                    SELECT jsonb_object_agg(s.key, heimdall._unseal(n.key, s.key, s.value))
                    FROM jsonb_each_text(v.properties -> 'sealed') AS s))
         FROM (SELECT id, properties::text::jsonb AS properties FROM heimdall_graph._ag_label_vertex) AS v
         JOIN heimdall.node AS n ON n.gid OPERATOR(ag_catalog.=) v.id",
    ),
    (
        "edge",
        "SELECT e.key, concat_ws(' ', e.properties - 'sealed', (
                    SELECT jsonb_object_agg(s.key, heimdall._unseal(e.key, s.key, s.value))
                    FROM jsonb_each_text(e.properties -> 'sealed') AS s))
         FROM (SELECT l.name || ':' || f.key || '>' || t.key AS key, e.properties::text::jsonb AS properties
               FROM heimdall_graph._ag_label_edge AS e
               JOIN ag_catalog.ag_label AS l ON l.relation = e.tableoid
               JOIN heimdall.node AS f ON f.gid OPERATOR(ag_catalog.=) e.start_id
               JOIN heimdall.node AS t ON t.gid OPERATOR(ag_catalog.=) e.end_id) AS e",
    ),
    (
        "sighting",
        "SELECT concat_ws(' ', b.source, encode(b.digest, 'hex'), r.key),
                concat_ws(' ', sum(p.sightings), min(p.first_seen), max(p.last_seen), min(p.first_row))
         FROM heimdall.provenance AS p
         JOIN heimdall.batch AS b ON b.id = p.batch
         JOIN (SELECT n.gid, n.key FROM heimdall.node AS n
               UNION ALL
               SELECT e.id, l.name || ':' || f.key || '>' || t.key
               FROM heimdall_graph._ag_label_edge AS e
               JOIN ag_catalog.ag_label AS l ON l.relation = e.tableoid
               JOIN heimdall.node AS f ON f.gid OPERATOR(ag_catalog.=) e.start_id
               JOIN heimdall.node AS t ON t.gid OPERATOR(ag_catalog.=) e.end_id
              ) AS r ON r.gid OPERATOR(ag_catalog.=) p.gid
         GROUP BY b.id, r.key",
    ),
    (
        // Which batch is the first to bring a record depends on the order among batches: the sum does not.
        "batch",
        "SELECT concat_ws(' ', source, encode(digest, 'hex')),
                concat_ws(' ', rows_read, rows_accepted, rows_rejected, vertices_created + vertices_merged,
                          edges_created + edges_merged)
         FROM heimdall.batch",
    ),
    (
        "reject",
        "SELECT concat_ws(' ', b.source, encode(b.digest, 'hex'), r.row_number),
                concat_ws(' ', r.column_name, r.rule, r.reason)
         FROM heimdall.rejects AS r JOIN heimdall.batch AS b ON b.id = r.batch",
    ),
];

/// Differences of a kind that are told at most.
const TOLD: usize = 5;

impl Database {
    /// What the graph says now.
    pub fn content(&self) -> Content {
        let records = KINDS.iter().flat_map(|(kind, query)| {
            self.rows(query).into_iter().map(move |row| (format!("{kind} {}", row[0]), row[1].clone()))
        });
        let mut content = BTreeMap::new();
        for (name, record) in records {
            let twice = content.insert(name.clone(), record);
            assert!(twice.is_none(), "there are two of {name}");
        }
        Content(content)
    }
}

impl Content {
    /// How many records there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first differences of each kind from what is expected, one a line.
    pub fn differences(&self, expected: &Content) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(expected.0.keys()).collect();
        let mut told = BTreeMap::new();
        let mut lines = Vec::new();
        for name in names {
            let (is, should) = (self.0.get(name), expected.0.get(name));
            let of_kind = told.entry(name.split(' ').next()).or_insert(0);
            if is != should && *of_kind < TOLD {
                *of_kind += 1;
                lines.push(format!("{name} is {is:?}, should be {should:?}"));
            }
        }
        lines
    }
}
