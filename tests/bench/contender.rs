//! Those that take in the same log into the same graph on one backend.

use std::collections::BTreeMap;

use heimdall_tests::Database;
use postgres::Client;

use crate::log;
use crate::timing::{send, timed};

/// Who makes the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    /// The extension, by `\copy` to its inbox.
    Heimdall,
    /// The best that we know to write by hand: see tests/bench/rival.
    HandWritten,
}

impl Contender {
    /// Makes what it needs before its first log.
    pub fn prepare(self, database: &Database) {
        match self {
            Contender::Heimdall => {
                database.source("log", "csv", log::MAPPING);
            }
            Contender::HandWritten => {
                database.run(include_str!("rival/graph.sql"));
                database.reconnect();
            }
        }
    }

    /// Takes in a log; gives the seconds from the first byte to the commit.
    pub fn ingest(self, client: &mut Client, csv: &str) -> f64 {
        match self {
            Contender::Heimdall => {
                timed(|| send(client, "COPY heimdall_in.log FROM STDIN (FORMAT csv, HEADER)", csv)).0
            }
            Contender::HandWritten => {
                timed(|| {
                    client.batch_execute(include_str!("rival/begin.sql")).expect("a staging table");
                    send(client, "COPY log FROM STDIN (FORMAT csv, HEADER)", csv);
                    client.batch_execute(include_str!("rival/merge.sql")).expect("the log is merged");
                })
                .0
            }
        }
    }

    /// How many vertices and edges its graph has of each label that has any.
    pub fn counts(self, database: &Database) -> BTreeMap<String, u64> {
        let graph = match self {
            Contender::Heimdall => "heimdall_graph",
            Contender::HandWritten => "rival",
        };
        let labels = database.rows(&format!(
            "SELECT l.name, l.relation::text FROM ag_catalog.ag_label AS l JOIN ag_catalog.ag_graph AS g ON g.graphid = l.graph \
             WHERE g.name = '{graph}' AND l.name NOT LIKE '\\_ag\\_%'"
        ));
        let number = |table: &str| database.value(&format!("SELECT count(*) FROM {table}")).parse();
        let counts = labels.iter().map(|label| (label[0].clone(), number(&label[1]).expect("a number")));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// Brings tables and statistics to where autovacuum would have them after a while, and the dirty pages to disk.
    pub fn settle(database: &Database) {
        database.run("VACUUM (ANALYZE)");
        database.run("CHECKPOINT");
    }
}

/// Panics where two graphs differ in how many vertices or edges they have of any label.
pub fn assert_same(own: &Database, rival: &Database) -> BTreeMap<String, u64> {
    let counts = Contender::Heimdall.counts(own);
    assert_eq!(counts, Contender::HandWritten.counts(rival), "both have made the same graph");
    counts
}
