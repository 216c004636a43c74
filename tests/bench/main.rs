//! `make bench`: Heimdall beside its rivals, in one run on one machine. Each part gives a block of docs/benchmarks.md.
//!
//! Every rate of ingest is rows per second from the client's first byte to the server's commit.

mod access;
mod audit;
mod canonical;
mod contender;
mod cypher;
mod decode;
mod dumps;
mod gateway;
mod gigabyte;
mod growth;
mod hub;
mod ingest;
mod latency;
mod log;
mod machine;
mod memory;
mod options;
mod page;
mod plot;
mod protect;
mod questions;
mod table;
mod timing;
mod two;
mod upkeep;

use heimdall_tests::Database;
use options::{Options, Part};

fn main() {
    let options = Options::from_arguments();
    if options.write {
        page::expect_places(&options.parts);
    }
    // Of this binary: the tree may change while it runs.
    let measured = machine::line(&Database::new(), options.scale);
    for part in &options.parts {
        eprintln!("==> {}", part.name());
        let (seconds, block) = timing::timed(|| match part {
            Part::Canonical => canonical::run(&options),
            Part::Protect => protect::run(&options),
            Part::Ingest => ingest::run(&options),
            Part::Two => two::run(&options),
            Part::Growth => growth::run(&options),
            Part::Latency => latency::run(&options),
            Part::Upkeep => upkeep::run(&options),
            Part::Access => access::run(&options),
            Part::Audit => audit::run(&options),
            Part::Decode => decode::run(&options),
            Part::Gigabyte => gigabyte::run(&options),
            Part::Upload => gateway::upload::run(&options),
            Part::Lookups => gateway::load::run(&options),
        });
        let block = format!("{measured}\n{block}");
        println!("{block}");
        eprintln!("    {seconds:.0} s");
        if options.write {
            page::rewrite(*part, &block);
        }
    }
}
