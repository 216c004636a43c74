//! What `make bench` was asked for.

use std::time::Duration;

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Ingest of one log beside its rivals.
    Ingest,
    /// Canonicalisers.
    Canonical,
    /// Protection of single values, and scrubbing.
    Protect,
    /// Two logs at the same time.
    Two,
    /// Ingest into graphs of several sizes.
    Growth,
    /// Questions.
    Latency,
    /// Sizes and bloat.
    Upkeep,
    /// Row security.
    Access,
    /// The audit trail.
    Audit,
    /// Decoders alone.
    Decode,
    /// A gigabyte of each format, and the memory that it takes.
    Gigabyte,
    /// A file through the gateway.
    Upload,
    /// Lookups through the gateway.
    Lookups,
}

impl Part {
    /// All of them, in the order in which they run.
    pub const ALL: [Part; 13] = [
        Part::Canonical,
        Part::Protect,
        Part::Decode,
        Part::Ingest,
        Part::Gigabyte,
        Part::Upload,
        Part::Lookups,
        Part::Two,
        Part::Audit,
        Part::Upkeep,
        Part::Latency,
        Part::Access,
        Part::Growth,
    ];

    /// Its name, as an argument and in the page.
    pub fn name(self) -> &'static str {
        match self {
            Part::Ingest => "ingest",
            Part::Canonical => "canonical",
            Part::Protect => "protect",
            Part::Two => "two",
            Part::Growth => "growth",
            Part::Latency => "latency",
            Part::Upkeep => "upkeep",
            Part::Access => "access",
            Part::Audit => "audit",
            Part::Decode => "decode",
            Part::Gigabyte => "gigabyte",
            Part::Upload => "upload",
            Part::Lookups => "lookups",
        }
    }
}

/// The arguments.
pub struct Options {
    /// Parts to run.
    pub parts: Vec<Part>,
    /// What sizes are multiplied with; 1 is what the page is made of.
    pub scale: f64,
    /// The page is rewritten.
    pub write: bool,
}

const USAGE: &str = "usage: make bench ARGS='[canonical] [protect] [decode] [ingest] [gigabyte] [upload] [lookups] [two] [audit] [upkeep] [latency] [access] [growth] [scale=0.1] [write]'\n\
     No part is all of them. With a scale the page stays as it is, unless `write` is given.";

impl Options {
    /// Those of the command line; explains itself and ends the program where they are not understood.
    pub fn from_arguments() -> Options {
        let mut options = Options { parts: Vec::new(), scale: 1.0, write: false };
        for argument in std::env::args().skip(1) {
            let scale = argument.strip_prefix("scale=").and_then(|number| number.parse::<f64>().ok());
            if let Some(part) = Part::ALL.into_iter().find(|part| part.name() == argument) {
                options.parts.push(part);
            } else if let Some(scale) = scale.filter(|scale| *scale > 0.0 && *scale <= 1.0) {
                options.scale = scale;
            } else if argument == "write" {
                options.write = true;
            } else {
                eprintln!("{argument:?} is not understood\n{USAGE}");
                std::process::exit(2);
            }
        }
        if options.parts.is_empty() {
            options.parts = Part::ALL.to_vec();
        }
        options.write |= options.scale == 1.0;
        options
    }

    /// A size at this scale.
    pub fn scaled(&self, full: u32) -> u32 {
        ((f64::from(full) * self.scale) as u32).max(1)
    }

    /// How long a slow rival may take at this scale.
    pub fn limit(&self, full_seconds: f64) -> Duration {
        Duration::from_secs_f64((full_seconds * self.scale).max(2.0))
    }
}
