//! Where the vectors are, and what became of them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::corpora::{folder, say};
use crate::table::Results;

/// A reason that begins so is no exception: the canonicaliser is wrong, and the vectors count as failed. It
/// is listed like an exception, so that the others go on being checked until it is put right.
const DEFECT: &str = "defect: ";

/// Vectors of one reason that are named in the output.
const NAMED: usize = 10;

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
        let Some(folder) = folder(name) else {
            Results::skipped(name, None);
            return None;
        };
        Some(Self { name, folder, passed: 0, failed: Vec::new(), excepted: BTreeMap::new() })
    }

    /// The folder's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The text of a file of the set.
    pub fn read(&self, file: &str) -> String {
        String::from_utf8(self.bytes(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// The bytes of a file of the set.
    pub fn bytes(&self, file: &str) -> Vec<u8> {
        let path = self.folder.join(file);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The text of a file that some copies of the set do not have.
    pub fn read_if_there(&self, file: &str) -> Option<String> {
        self.folder.join(file).is_file().then(|| self.read(file))
    }

    /// Says aloud that there is nothing to read for the row of that title.
    pub fn skip(self, title: &str) {
        say(&format!("{}, {title}: SKIPPED, the vectors are not on this machine", self.name));
        Results::skipped(self.name, Some(title));
    }

    /// The files of a folder of the set (`""` for the set itself) whose names end so, in order.
    pub fn files(&self, folder: &str, ending: &str) -> Vec<String> {
        self.entries(folder, |entry| entry.is_file())
            .into_iter()
            .filter(|name| name.ends_with(ending))
            .map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") })
            .collect()
    }

    /// The folders of the set, in order.
    pub fn folders(&self) -> Vec<String> {
        self.entries("", |entry| entry.is_dir())
    }

    fn entries(&self, folder: &str, wanted: impl Fn(&std::path::Path) -> bool) -> Vec<String> {
        let path = self.folder.join(folder);
        let entries = std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry"))
            .filter(|entry| wanted(&entry.path()))
            .map(|entry| entry.file_name().into_string().expect("a name in UTF-8"))
            .collect();
        names.sort();
        names
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

    /// Prints the results; fails on a vector that neither passed nor is excepted, where a reason comes
    /// more often than `listed` says, so that it cannot hide what breaks later, and where the table of
    /// conformance says otherwise. There the row is found by `title`, which is the set's own; `standard` is
    /// what the vectors are about.
    pub fn finish(self, title: &str, standard: &str, listed: &[(&str, usize)]) {
        let name = self.name;
        let (defects, excepted): (Vec<_>, Vec<_>) =
            self.excepted.iter().partition(|(reason, _)| reason.starts_with(DEFECT));
        let count = |of: &[(&&str, &Vec<String>)]| of.iter().map(|(_, vectors)| vectors.len()).sum::<usize>();
        let results = Results {
            set: name,
            title,
            standard,
            passed: self.passed,
            failed: self.failed.len() + count(&defects),
            excepted: count(&excepted),
            reasons: self.excepted.iter().map(|(reason, vectors)| (*reason, vectors.len())).collect(),
        };
        say(&format!("{results}"));
        for (reason, vectors) in &self.excepted {
            say(&format!("  {} × {reason}", vectors.len()));
            for vector in vectors.iter().take(NAMED) {
                say(&format!("      {vector:?}"));
            }
        }
        results.write();
        assert!(self.passed > 0, "{name}: no vector was read");
        assert!(self.failed.is_empty(), "{name}, {title}:\n{}", self.failed.join("\n"));
        for (reason, vectors) in &self.excepted {
            let most = listed.iter().find(|(listed, _)| listed == reason).map_or(0, |(_, most)| *most);
            assert!(vectors.len() <= most, "{name}: {} × {reason}, listed are {most}", vectors.len());
        }
        results.compare();
    }
}
