//! Ingest into graphs of several sizes. Heimdall and the hand-written SQL grow theirs by distinct logs of their own ingest;
//! Cypher, which would take hours, works in a copy of the latter's with the indexes that it needs.

use std::fmt::Write;

use heimdall_tests::Database;

use crate::contender::{Contender, assert_same};
use crate::cypher;
use crate::log::{self, Shape};
use crate::options::Options;
use crate::page;
use crate::plot::{Axis, Chart, Line, svg};
use crate::table::{Table, count, ratio, round};

/// Vertices that are there before.
const SIZES: [u32; 3] = [0, 1_000_000, 5_000_000];
/// A distinct row names so many.
const VERTICES_A_ROW: u32 = 4;
/// Rows of what the graph grows by, far from those that are measured.
const STEP: u32 = 250_000;
const FAR: u32 = 8_000_000;
const LOGS: [(Shape, &str, u32); 2] =
    [(Shape::Repeating, "repeating", 200_000), (Shape::Distinct, "distinct", 50_000)];

const PANELS: [&str; 2] = ["repeating log", "distinct log"];

/// Rows a second, by contender, of one log at one size.
type Rates = [f64; 3];

/// Measures all sizes, and draws them where the page is written.
pub fn run(options: &Options) -> String {
    let databases = [Contender::Heimdall, Contender::HandWritten].map(|contender| {
        let database = Database::new();
        contender.prepare(&database);
        (contender, database)
    });
    let mut grown = 0;
    let mut rates: Vec<[Rates; 2]> = Vec::new();
    for (at, size) in SIZES.iter().enumerate() {
        let rows = options.scaled(*size) / VERTICES_A_ROW;
        while grown < rows {
            let step = STEP.min(rows - grown);
            let csv = log::csv(&log::entries(Shape::Distinct, FAR + grown, step));
            for (contender, database) in &databases {
                contender.ingest(&mut database.connect(), &csv);
            }
            grown += step;
        }
        rates.push(measure(options, &databases, at as u32));
        eprintln!("    {size} vertices: {:?}", rates[at]);
    }
    assert_same(&databases[0].1, &databases[1].1);
    let chart = chart(options, &rates);
    if options.write {
        std::fs::write(page::folder().join("benchmarks/growth.svg"), svg(&chart))
            .expect("the picture is written");
    } else {
        let path = std::env::temp_dir().join("heimdall-growth.svg");
        std::fs::write(&path, svg(&chart)).expect("the picture is written");
        eprintln!("    the picture is {}", path.display());
    }
    table(options, &rates)
}

fn measure(options: &Options, databases: &[(Contender, Database); 2], at: u32) -> [Rates; 2] {
    for (_, database) in databases {
        Contender::settle(database);
    }
    // The first row of each log is another at each size: what was measured before is not known.
    let entries =
        LOGS.map(|(shape, _, rows)| log::entries(shape, at * options.scaled(rows), options.scaled(rows)));
    let cypher = by_cypher(options, &databases[1].1, &entries);
    [0, 1].map(|log| {
        let csv = log::csv(&entries[log]);
        let rate = |(contender, database): &(Contender, Database)| {
            entries[log].len() as f64 / contender.ingest(&mut database.connect(), &csv)
        };
        [rate(&databases[0]), rate(&databases[1]), cypher[log]]
    })
}

fn by_cypher(options: &Options, original: &Database, entries: &[Vec<log::Entry>; 2]) -> [f64; 2] {
    let copy = original.duplicate();
    copy.run(cypher::INDEXES);
    Contender::settle(&copy);
    let mut client = cypher::connect(&copy);
    [0, 1].map(|log| {
        let (rows, seconds) = cypher::ingest(&mut client, &entries[log], options.limit(20.0));
        rows as f64 / seconds
    })
}

fn places(options: &Options) -> Vec<String> {
    SIZES
        .iter()
        .map(|size| match options.scaled(*size) {
            million if million >= 1_000_000 && million % 1_000_000 == 0 => {
                format!("{} million", million / 1_000_000)
            }
            0 | 1 => "0".to_owned(),
            other => count(other),
        })
        .collect()
}

fn table(options: &Options, rates: &[[Rates; 2]]) -> String {
    let mut table = Table::new(&[
        "vertices before",
        "log",
        ">Heimdall, rows/s",
        ">hand-written SQL",
        ">Heimdall is",
        ">Cypher",
        ">Heimdall is",
    ]);
    for (place, rates) in places(options).into_iter().zip(rates) {
        for ((_, name, _), [own, sql, cypher]) in LOGS.iter().zip(rates) {
            table.row([
                place.clone(),
                (*name).to_owned(),
                round(*own),
                round(*sql),
                ratio(*own, *sql),
                round(*cypher),
                ratio(*own, *cypher),
            ]);
        }
    }
    let mut out = table.to_string();
    let _ = writeln!(
        out,
        "\nEach log once: {} rows of the repeating, {} of the distinct one.",
        count(options.scaled(LOGS[0].2)),
        count(options.scaled(LOGS[1].2))
    );
    out
}

fn chart(options: &Options, rates: &[[Rates; 2]]) -> Chart {
    let names = ["Heimdall", "SQL by hand", "Cypher MERGE"];
    let panels = [0, 1].map(|log| {
        let lines = [0, 1, 2]
            .map(|who| Line { name: names[who], values: rates.iter().map(|at| at[log][who]).collect() });
        (PANELS[log], Vec::from(lines))
    });
    Chart {
        title: "Ingest as the graph grows".to_owned(),
        across: "vertices in the graph before",
        upward: "rows/s, logarithmic",
        axis: Axis::Logarithmic,
        places: SIZES.iter().map(|size| f64::from(*size)).zip(places(options)).collect(),
        panels: panels.into(),
    }
}
