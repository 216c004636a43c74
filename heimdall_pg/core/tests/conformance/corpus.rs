//! Where the vectors are, and what became of them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

/// One set of vectors and its results so far.
pub struct Corpus {
    name: &'static str,
    folder: PathBuf,
    passed: usize,
    failed: Vec<String>,
    /// By reason, since many vectors share one.
    excepted: BTreeMap<&'static str, Vec<String>>,
}

impl Corpus {
    /// The set in the folder of that name; `None`, said aloud, where there is none.
    pub fn open(name: &'static str) -> Option<Self> {
        let root = std::env::var_os("HEIMDALL_CORPORA").map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
            PathBuf::from,
        );
        let folder = root.join(name);
        if !folder.is_dir() {
            say(&format!("{name}: SKIPPED, the vectors are not on this machine"));
            return None;
        }
        Some(Self { name, folder, passed: 0, failed: Vec::new(), excepted: BTreeMap::new() })
    }

    /// The text of a file of the set.
    pub fn read(&self, file: &str) -> String {
        let path = self.folder.join(file);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Notes one vector. Where it does not do what the set expects, `exception` may give the reason why that
    /// is wanted; it is not looked at where the vector passes.
    pub fn note(&mut self, vector: &str, result: Result<(), String>, exception: Option<&'static str>) {
        match (result, exception) {
            (Ok(()), _) => self.passed += 1,
            (Err(_), Some(reason)) => self.excepted.entry(reason).or_default().push(vector.to_owned()),
            (Err(result), None) => self.failed.push(format!("{vector:?}: {result}")),
        }
    }

    /// Prints the results; fails on a vector that neither passed nor is excepted, and where a reason comes
    /// more often than `listed` says, so that it cannot hide what breaks later.
    pub fn finish(self, listed: &[(&str, usize)]) {
        let excepted: usize = self.excepted.values().map(Vec::len).sum();
        say(&format!(
            "{}: {} passed, {} failed, {excepted} exceptions",
            self.name,
            self.passed,
            self.failed.len()
        ));
        for (reason, vectors) in &self.excepted {
            say(&format!("  {} × {reason}", vectors.len()));
            for vector in vectors {
                say(&format!("      {vector:?}"));
            }
        }
        assert!(self.passed > 0, "{}: no vector was read", self.name);
        assert!(self.failed.is_empty(), "{}:\n{}", self.name, self.failed.join("\n"));
        for (reason, vectors) in &self.excepted {
            let most = listed.iter().find(|(listed, _)| listed == reason).map_or(0, |(_, most)| *most);
            assert!(vectors.len() <= most, "{}: {} × {reason}, listed are {most}", self.name, vectors.len());
        }
    }
}

/// Straight to the error stream: the harness would keep it for itself when the test passes.
fn say(line: &str) {
    let mut out = std::io::stderr().lock();
    writeln!(out, "{line}").expect("the error stream is open");
}
