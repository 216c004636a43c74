//! The table of conformance in the reference, which `make conformance` writes.
//!
//! With `$HEIMDALL_CONFORMANCE`, a folder, every set writes its lines into a file there. Without it, the
//! lines are compared with those in the reference, so that the table cannot go stale.

use std::fmt;
use std::path::PathBuf;

/// The reference that has the table.
pub const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/canonical.md");
const BEGIN: &str = "<!-- conformance: begin";
const END: &str = "<!-- conformance: end";

/// What became of the vectors of a set: counts and reasons, never a vector.
pub struct Results<'a> {
    pub set: &'a str,
    pub title: &'a str,
    pub standard: &'a str,
    pub passed: usize,
    pub failed: usize,
    pub excepted: usize,
    /// In order.
    pub reasons: Vec<(&'a str, usize)>,
}

impl Results<'_> {
    /// Leaves word that a set, or what belongs to one title, is not there: how its lines in the table begin,
    /// which stay as they are.
    pub fn skipped(set: &str, title: Option<&str>) {
        let start = match title {
            Some(title) => start(set, title),
            None => format!("| {set} | "),
        };
        if let Some(folder) = folder() {
            write(folder.join(file(set, title.unwrap_or_default(), "skipped")), &format!("{start}\n"));
        }
    }

    /// Writes the lines where they are asked for.
    pub fn write(&self) {
        let Some(folder) = folder() else {
            return;
        };
        let lines: String = self.lines().iter().map(|line| format!("{line}\n")).collect();
        write(folder.join(file(self.set, self.title, "lines")), &lines);
    }

    /// Fails where the table has other lines for this set.
    pub fn compare(&self) {
        if folder().is_some() {
            return;
        }
        let reference = std::fs::read_to_string(REFERENCE).expect("the reference of canonical forms");
        let (_, table) = reference.split_once(BEGIN).expect("the table begins");
        let (table, _) = table.split_once(END).expect("the table ends");
        let start = start(self.set, self.title);
        let mut written: Vec<&str> = table.lines().filter(|line| line.starts_with(&start)).collect();
        let mut lines = self.lines();
        written.sort_unstable();
        lines.sort_unstable();
        assert!(
            written == lines,
            "the table of conformance is stale; make conformance writes it anew\nit has:\n{}\nthis run:\n{}",
            written.join("\n"),
            lines.join("\n")
        );
    }

    /// The row of the set, and a row for every reason.
    fn lines(&self) -> Vec<String> {
        let start = start(self.set, self.title);
        let vectors = self.passed + self.failed + self.excepted;
        let row = format!(
            "{start}{} | {vectors} | {} | {} | {} |",
            self.standard, self.passed, self.failed, self.excepted
        );
        let reasons = self.reasons.iter().map(|(reason, count)| format!("{start}{count} | {reason} |"));
        std::iter::once(row).chain(reasons).collect()
    }
}

impl fmt::Display for Results<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { set, title, passed, failed, excepted, .. } = self;
        write!(f, "{set}, {title}: {passed} passed, {failed} failed, {excepted} exceptions")
    }
}

/// How the lines of a set begin.
fn start(set: &str, title: &str) -> String {
    format!("| {set} | {title} | ")
}

fn file(set: &str, title: &str, ending: &str) -> String {
    let title = title.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    format!("{set}.{title}.{ending}")
}

fn folder() -> Option<PathBuf> {
    std::env::var_os("HEIMDALL_CONFORMANCE").map(PathBuf::from)
}

fn write(path: PathBuf, text: &str) {
    std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
