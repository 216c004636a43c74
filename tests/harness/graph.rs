//! What is stored, in a form that can be compared.

use std::collections::BTreeMap;

use crate::{Database, text_rows};

/// Rows of every table of Heimdall and of its graph, with a checksum of where they are and which transaction
/// wrote them. Two that are equal: nothing was changed in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<String, String>);

impl Snapshot {
    /// The same, whatever is in that table.
    #[must_use]
    pub fn without(mut self, table: &str) -> Snapshot {
        self.0.remove(table);
        self
    }
}

impl Database {
    /// What every table holds now. Sequences do not count: they have gaps. Nor do look-alikes: the background worker indexes
    /// them when it comes round.
    pub fn snapshot(&self) -> Snapshot {
        let tables = self.rows(
            "SELECT c.oid::regclass::text FROM pg_class AS c \
             WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text IN ('heimdall', 'heimdall_graph') \
                   AND c.relname !~ '^look_alike' \
                OR c.oid = 'ag_catalog.ag_label'::regclass ORDER BY 1",
        );
        let sums = tables.iter().map(|table| {
            let table = &table[0];
            let sum = self.value(&format!(
                "SELECT count(*) || ' rows, ' || coalesce(sum(hashtextextended(ctid::text || xmin, 0)::numeric), 0) \
                 FROM ONLY {table} AS t"
            ));
            (table.clone(), sum)
        });
        Snapshot(sums.collect())
    }

    /// Every vertex: key, mark, sightings, first and last time.
    pub fn vertices(&self) -> Vec<Vec<String>> {
        self.rows(
            "SELECT n.key, n.tlp, sum(p.sightings), min(p.first_seen), max(p.last_seen) \
             FROM heimdall.node AS n JOIN heimdall.provenance AS p ON p.gid OPERATOR(ag_catalog.=) n.gid \
             GROUP BY n.key ORDER BY n.key",
        )
    }

    /// Every edge: type, keys of its ends, sightings, first and last time.
    pub fn edges(&self) -> Vec<Vec<String>> {
        self.rows(
            "SELECT l.name, f.key, t.key, sum(p.sightings), min(p.first_seen), max(p.last_seen) \
             FROM heimdall_graph._ag_label_edge AS e \
             JOIN ag_catalog.ag_label AS l ON l.relation = e.tableoid \
             JOIN heimdall.node AS f ON f.gid OPERATOR(ag_catalog.=) e.start_id JOIN heimdall.node AS t ON t.gid OPERATOR(ag_catalog.=) e.end_id \
             JOIN heimdall.provenance AS p ON p.gid OPERATOR(ag_catalog.=) e.id \
             GROUP BY l.name, f.key, t.key ORDER BY 1, 2, 3",
        )
    }

    /// A property of a vertex, an object as JSON; `∅` where there is none.
    pub fn property(&self, key: &str, name: &str) -> String {
        self.value(&format!(
            "SELECT (v.properties OPERATOR(ag_catalog.->) '\"{name}\"'::ag_catalog.agtype)::text \
             FROM heimdall_graph._ag_label_vertex AS v JOIN heimdall.node AS n ON n.gid OPERATOR(ag_catalog.=) v.id \
             WHERE n.key = '{key}'"
        ))
    }

    /// The plaintext of a sealed property of a vertex.
    pub fn unsealed(&self, key: &str, name: &str) -> String {
        self.connect()
            .query_one(
                "SELECT heimdall._unseal(n.key, $2, v.properties::text::jsonb #>> ARRAY['sealed', $2]) \
                 FROM heimdall_graph._ag_label_vertex AS v \
                 JOIN heimdall.node AS n ON n.gid OPERATOR(ag_catalog.=) v.id WHERE n.key = $1",
                &[&key, &name],
            )
            .expect("a sealed property")
            .get(0)
    }

    /// How many rows of edge tables a question reads, by their indexes or by a scan.
    pub fn edges_read(&self, question: &str) -> i64 {
        self.rows_read(
            "EXISTS (SELECT FROM pg_inherits AS i WHERE i.inhrelid = s.relid \
             AND i.inhparent = 'heimdall_graph._ag_label_edge'::regclass)",
            question,
        )
    }

    /// How many rows of the registry and of the provenance a question reads.
    pub fn records_read(&self, question: &str) -> i64 {
        self.rows_read("s.schemaname = 'heimdall' AND s.relname IN ('node', 'provenance')", question)
    }

    fn rows_read(&self, tables: &str, question: &str) -> i64 {
        let counter = format!(
            "SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_xact_user_tables AS s WHERE {tables}"
        );
        let sql = format!(
            "SET max_parallel_workers_per_gather = 0; BEGIN; {counter}; SELECT count(*) FROM {question}; {counter}; COMMIT"
        );
        let rows = text_rows(&mut self.connect(), &sql).expect("a question");
        let number = |row: usize| rows[row][0].parse::<i64>().expect("a number");
        number(2) - number(0)
    }

    /// How often an invariant of registry, graph, provenance and change log is broken: 0.
    pub fn strays(&self) -> String {
        self.value("SELECT sum(violations) FROM heimdall.check()")
    }
}
