//! docs/benchmarks.md: what stands between the markers of a part is written by its run, all else by hand.

use std::path::PathBuf;

use crate::options::Part;

/// The folder of the page and its pictures.
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs"))
}

/// Panics where the page has no place for a part: before it has run rather than after.
pub fn expect_places(parts: &[Part]) {
    let page = std::fs::read_to_string(path()).expect("docs/benchmarks.md");
    for part in parts {
        assert!(replaced(&page, part.name(), "").is_some(), "docs/benchmarks.md has no markers for {part:?}");
    }
}

/// Puts a block in the place of the one that the page has for that part.
pub fn rewrite(part: Part, block: &str) {
    let page = std::fs::read_to_string(path()).expect("docs/benchmarks.md");
    let page = replaced(&page, part.name(), block).expect("markers, which were looked for");
    std::fs::write(path(), page).expect("docs/benchmarks.md is written");
}

fn path() -> PathBuf {
    folder().join("benchmarks.md")
}

fn replaced(page: &str, name: &str, block: &str) -> Option<String> {
    let (before, rest) = page.split_once(&format!("<!-- bench:{name} -->\n"))?;
    let (_, after) = rest.split_once(&format!("<!-- /bench:{name} -->\n"))?;
    Some(format!("{before}<!-- bench:{name} -->\n{}\n<!-- /bench:{name} -->\n{after}", block.trim_end()))
}
