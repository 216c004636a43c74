//! A file through the gateway, by its own client, beside `\copy` of the same file by psql.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use heimdall_tests::{Authority, Database, Gateway};

use super::unlimited;
use crate::contender::Contender;
use crate::log::{self, Shape};
use crate::memory::Watch;
use crate::options::Options;
use crate::table::{Table, round};
use crate::timing::timed;

const BYTES: u32 = 1_000_000_000;
const STEP: u32 = 20_000;
const SOURCE: &str = "log";

/// Both ways, each into a graph that holds nothing of it yet.
pub fn run(options: &Options) -> String {
    let file = std::env::temp_dir().join(format!("heimdall-bench-{}.csv", std::process::id()));
    let bytes = write(&file, options.scaled(BYTES) as usize);
    let megabytes = bytes as f64 / 1e6;
    let copy = copy(&file);
    let (upload, memory) = upload(&file);
    std::fs::remove_file(&file).expect("the file is removed");
    let mut table = Table::new(&["a file of CSV", ">MB", ">s", ">MB/s", ">of \\copy", ">gateway, peak MB"]);
    let row = |name: &str, seconds: f64, memory: String| {
        [
            name.to_owned(),
            round(megabytes),
            round(seconds),
            round(megabytes / seconds),
            format!("{:.0} %", 100.0 * copy / seconds),
            memory,
        ]
    };
    table.row(row("`psql \\copy` into the inbox", copy, String::new()));
    table.row(row("`vanopticon_heimdall ingest`", upload, format!("{memory:.0}")));
    table.to_string()
}

fn write(path: &Path, bytes: usize) -> usize {
    let mut file = BufWriter::new(File::create(path).expect("a file"));
    let (mut sent, mut first) = (0, 0);
    while sent < bytes {
        let csv = log::csv(&log::entries(Shape::Repeating, first, STEP));
        let part = if first == 0 { csv.as_str() } else { csv.split_once('\n').expect("a header").1 };
        file.write_all(part.as_bytes()).expect("written");
        sent += part.len();
        first += STEP;
    }
    file.flush().expect("written");
    sent
}

fn prepared() -> Database {
    let database = Database::new();
    Contender::Heimdall.prepare(&database);
    database
}

fn copy(file: &Path) -> f64 {
    let database = prepared();
    let statement =
        format!("\\copy heimdall_in.{SOURCE} FROM '{}' (FORMAT csv, HEADER match)", file.display());
    let (seconds, status) = timed(|| {
        let mut psql = database.server().program("psql", database.name());
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", &statement]).status().expect("psql")
    });
    assert!(status.success(), "\\copy works");
    seconds
}

/// Seconds, and the most that the gateway had of its own meanwhile, in MB.
fn upload(file: &Path) -> (f64, f64) {
    let database = prepared();
    let gateway = unlimited(&database);
    let idle = crate::memory::anonymous(gateway.id().cast_signed());
    let watch = Watch::start(gateway.id().cast_signed());
    let (seconds, status) = timed(|| {
        Command::new(Gateway::binary())
            .args(["ingest", "--quiet", "--url", &gateway.url, "--source", SOURCE])
            .arg("--ca")
            .arg(Authority::of_the_run().certificate_file())
            .arg(file)
            .env("HMD_TOKEN", gateway.issuer.token("ada", &["ingest"]))
            .status()
            .expect("the client")
    });
    assert!(status.success(), "the upload works");
    (seconds, idle + watch.stop())
}
