//! How long a client waits for an answer, on a graph of a million vertices and five million edges.

use std::error::Error;
use std::time::{Duration, Instant};

use bytes::{BufMut, BytesMut};
use heimdall_tests::Database;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::contender::Contender;
use crate::hub::{self, Size};
use crate::log::{self, Random};
use crate::options::Options;
use crate::questions::{self, Question, Way};
use crate::table::{Table, count, ratio, round};
use crate::timing::{median, percentile, timed};

/// Each way is asked so often, or as often as it manages in its time; but thrice.
const TIMES: usize = 300;
const LEAST: usize = 3;

/// Makes the graph, and asks every question in every way.
pub fn run(options: &Options) -> String {
    let size = Size::scaled(options.scale);
    let database = Database::new();
    Contender::Heimdall.prepare(&database);
    let csv = log::csv(&hub::entries(size));
    Contender::Heimdall.ingest(&mut database.connect(), &csv);
    drop(csv);
    for label in ["Ip", "User", "Domain"] {
        // AGE's expert has this one; nothing of Heimdall's uses it.
        database.run(&format!(
            "CREATE INDEX ON heimdall_graph.\"{label}\" \
             (ag_catalog.agtype_access_operator(VARIADIC ARRAY[properties, '\"value\"'::ag_catalog.agtype]))"
        ));
    }
    Contender::settle(&database);
    let mut table = Table::new(&[
        "question",
        "way",
        ">asked",
        ">rows",
        ">first, ms",
        ">p50",
        ">p95",
        ">p99",
        ">Heimdall is",
    ]);
    for question in questions::all() {
        let mut own = f64::NAN;
        for way in &question.ways {
            let asked = ask(&database, size, &question, way, options.limit(15.0));
            let middle = median(&asked.milliseconds);
            if !way.is_cypher {
                own = middle;
            }
            table.row([
                question.name.to_owned(),
                way.name.to_owned(),
                count(asked.milliseconds.len()),
                count(median(&asked.rows) as u64),
                round(asked.first),
                round(middle),
                asked.percentile(0.95),
                asked.percentile(0.99),
                if way.is_cypher { ratio(middle, own) } else { String::new() },
            ]);
        }
    }
    format!("{table}\n{}", shape(&database, size))
}

/// What a graph it was.
fn shape(database: &Database, size: Size) -> String {
    let counts = Contender::Heimdall.counts(database);
    let total = |labels: &[&str]| labels.iter().filter_map(|label| counts.get(*label)).sum::<u64>();
    let edges = "SELECT coalesce(percentile_disc(ARRAY[0.5, 0.95, 0.99, 0.999]) WITHIN GROUP (ORDER BY d.degree), '{}') \
                 FROM (SELECT count(*) AS degree FROM ( \
                     SELECT o.start_id::text AS gid FROM heimdall_graph._ag_label_edge AS o \
                     UNION ALL SELECT i.end_id::text FROM heimdall_graph._ag_label_edge AS i) AS e GROUP BY e.gid) AS d";
    let degrees = database.value(edges);
    let degrees: Vec<&str> = degrees.trim_matches(['{', '}']).split(',').collect();
    format!(
        "- The graph has {} vertices and {} edges. Half of the vertices have at most {} edges, 95 % at most {}, 99 % at most {}, \
         99.9 % at most {}; the hub has {}.\n",
        count(total(&["Ip", "User", "Domain"])),
        count(total(&["USED", "CONNECTED_TO", "QUERIED"])),
        degrees[0],
        degrees[1],
        degrees[2],
        degrees[3],
        count(size.sources)
    )
}

/// What came of it.
struct Asked {
    /// The first asking of a new connection.
    first: f64,
    milliseconds: Vec<f64>,
    rows: Vec<f64>,
}

impl Asked {
    /// Nothing where there are too few for it.
    fn percentile(&self, share: f64) -> String {
        if self.milliseconds.len() as f64 * (1.0 - share) < 0.99 {
            return String::new();
        }
        round(percentile(&self.milliseconds, share))
    }
}

/// Asks by a prepared statement on a connection of its own; the same arguments for every way.
fn ask(database: &Database, size: Size, question: &Question, way: &Way, limit: Duration) -> Asked {
    let mut client = database.connect();
    if way.is_cypher {
        client.batch_execute("SET search_path = ag_catalog, public").expect("a setting");
    }
    let statement = client.prepare(&way.sql).unwrap_or_else(|error| panic!("{error}\nin {}", way.sql));
    let mut once = |random: &mut Random| {
        let arguments = (question.arguments)(size, random);
        let map = Map::of(&arguments);
        let texts: Vec<&(dyn ToSql + Sync)> = match way.is_cypher {
            true => vec![&map],
            // Heimdall may need fewer of them.
            false => arguments.iter().map(|text| text as _).take(statement.params().len()).collect(),
        };
        if let Some(write) = way.after {
            database.run(write);
        }
        let (seconds, rows) = timed(|| client.query(&statement, &texts));
        let rows = rows.unwrap_or_else(|error| panic!("{error}\nin {}", way.sql));
        (seconds * 1000.0, rows.len() as f64)
    };
    let mut others = Random::new(11);
    let (first, _) = once(&mut others);
    let mut asked = Asked { first, milliseconds: Vec::new(), rows: Vec::new() };
    // Warm: what these take does not count.
    for _ in 0..if first > 1000.0 { 1 } else { 10 } {
        once(&mut others);
    }
    let mut random = Random::new(7);
    let start = Instant::now();
    while asked.rows.len() < TIMES && (asked.rows.len() < LEAST || start.elapsed() < limit) {
        let (milliseconds, rows) = once(&mut random);
        asked.milliseconds.push(milliseconds);
        asked.rows.push(rows);
    }
    asked
}

/// Arguments of a query of Cypher, in the format that agtype is sent in: its version, then text.
#[derive(Debug)]
struct Map(String);

impl Map {
    fn of(arguments: &[String]) -> Map {
        let members: Vec<String> =
            ('a'..).zip(arguments).map(|(name, value)| format!("\"{name}\": \"{value}\"")).collect();
        Map(format!("{{{}}}", members.join(", ")))
    }
}

impl ToSql for Map {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.put_u8(1);
        out.put_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(parameter: &Type) -> bool {
        parameter.name() == "agtype"
    }

    to_sql_checked!();
}
