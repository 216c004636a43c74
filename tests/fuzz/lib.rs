//! Fuzz targets: what holds for every input of every parser.
//!
//! `make fuzz ARGS='name 3600'` runs one of them under libFuzzer for so many seconds. `make test` runs each on its
//! samples, on the inputs that were findings once (`found/`) and on some thousand mutants of both.

mod canonical;
mod detect;
mod dump;
pub mod mutate;
mod report;
pub mod samples;

/// A fuzz target: a function that panics where a promise is broken.
pub struct Target {
    /// What `make fuzz` calls it.
    pub name: &'static str,
    /// Runs one input.
    pub run: fn(&[u8]),
    /// Inputs to start from.
    pub samples: &'static [&'static str],
}

/// Every target.
pub const TARGETS: [Target; 6] = [
    Target { name: "value", run: canonical::values, samples: samples::VALUES },
    Target { name: "name", run: canonical::names, samples: samples::NAMES },
    Target { name: "time", run: canonical::times, samples: samples::TIMES },
    Target { name: "report", run: report::run, samples: samples::REPORTS },
    Target { name: "dump", run: dump::run, samples: samples::DUMPS },
    Target { name: "detect", run: detect::run, samples: samples::PERSONAL },
];

/// The target of that name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

#[cfg(test)]
mod tests;
