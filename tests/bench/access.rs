//! What row security costs: the same questions, asked by the owner of the tables, whom no policy concerns, and by analysts.

use heimdall_tests::Database;
use postgres::{Client, Statement};

use crate::contender::Contender;
use crate::hub::{self, Size};
use crate::log::{self, Random, destination, domain, source};
use crate::options::Options;
use crate::table::{Table, count, round};
use crate::timing::{median, percentile, timed};

/// Each is asked so often, by each in turn.
const TIMES: usize = 1000;

/// Questions, with what they are asked about.
type Question = (&'static str, &'static str, fn(Size, &mut Random) -> String);

const QUESTIONS: [Question; 5] = [
    ("`neighbors`", "neighbors('ip', $1)", |size, random| source(random.below(size.sources))),
    ("`neighbors`, well connected", "neighbors('ip', $1)", |size, random| {
        destination(random.below(size.others))
    }),
    ("`neighbors`, depth 2", "neighbors('ip', $1, 2)", |size, random| destination(random.below(size.others))),
    ("`neighbors`, the hub", "neighbors('domain', $1)", |size, _| domain(size.hub())),
    ("`lookup`", "lookup('ip', $1)", |size, random| source(random.below(size.sources))),
];

/// Who asks. Everything is amber: an analyst with the highest clearance, and one for whom each batch has to be looked at.
const ASKING: [(&str, &[&str]); 3] = [
    ("owner", &[]),
    ("analyst, red", &["heimdall_analyst", "heimdall_tlp_red"]),
    ("analyst, amber", &["heimdall_analyst", "heimdall_tlp_amber"]),
];

/// Makes the graph, and asks every question as everybody.
pub fn run(options: &Options) -> String {
    let size = Size::scaled(options.scale);
    let database = Database::new();
    Contender::Heimdall.prepare(&database);
    Contender::Heimdall.ingest(&mut database.connect(), &log::csv(&hub::entries(size)));
    Contender::settle(&database);
    let mut table = Table::new(&[
        "question",
        "asked by",
        ">asked",
        ">rows",
        ">p50, ms",
        ">p95, ms",
        ">p50 of the owner's",
        ">p95",
    ]);
    for (at, (name, call, argument)) in QUESTIONS.iter().enumerate() {
        let mut asking: Vec<Asking> = ASKING
            .iter()
            .map(|(who, groups)| {
                let client = match groups {
                    [] => database.connect(),
                    groups => database
                        .connect_as(&database.role(&format!("{}_{at}", &who[who.len() - 3..]), groups)),
                };
                Asking::new(client, call)
            })
            .collect();
        let mut random = Random::new(7);
        for time in 0..TIMES + 10 {
            let about = argument(size, &mut random);
            // In turn, and each as often the first: what one has read the others find in memory.
            for turn in 0..asking.len() {
                let which = (time + turn) % asking.len();
                asking[which].ask(&about, time >= 10);
            }
        }
        let (half, most) = (median(&asking[0].milliseconds), percentile(&asking[0].milliseconds, 0.95));
        for ((who, _), asked) in ASKING.iter().zip(&asking) {
            let (own_half, own_most) = (median(&asked.milliseconds), percentile(&asked.milliseconds, 0.95));
            let share = |own: f64, of: f64| {
                if *who == "owner" { String::new() } else { format!("{:.0} %", 100.0 * own / of) }
            };
            table.row([
                (*name).to_owned(),
                (*who).to_owned(),
                count(asked.milliseconds.len()),
                count(median(&asked.rows) as u64),
                round(own_half),
                round(own_most),
                share(own_half, half),
                share(own_most, most),
            ]);
        }
    }
    table.to_string()
}

/// Somebody's connection, and what came of it.
struct Asking {
    client: Client,
    statement: Statement,
    milliseconds: Vec<f64>,
    rows: Vec<f64>,
}

impl Asking {
    fn new(mut client: Client, call: &str) -> Asking {
        let statement = client.prepare(&format!("SELECT * FROM heimdall.{call}")).expect("a statement");
        Asking { client, statement, milliseconds: Vec::new(), rows: Vec::new() }
    }

    fn ask(&mut self, about: &str, counts: bool) {
        let (seconds, rows) = timed(|| self.client.query(&self.statement, &[&about]).expect("an answer"));
        if counts {
            self.milliseconds.push(seconds * 1000.0);
            self.rows.push(rows.len() as f64);
        }
    }
}
