//! Comments of lists: what they name is no indicator, but may be where the indicators below come from.

use crate::canonical::{Kind, extract_observables};

/// Words with which a comment names a source.
const WORDS: [&str; 4] = ["reference", "references", "ref", "source"];

/// More references than this are not kept for one row.
const MAX: usize = 64;

/// True for the comment lines of lists: `#`, `;`, and `//`. Two and more `#` are a heading of Markdown.
pub(super) fn is_comment(line: &str) -> bool {
    line.starts_with(';') || line.starts_with("//") || line.starts_with('#') && !line.starts_with("##")
}

/// The references that the rows to come have: those of the last block of comments.
#[derive(Default)]
pub(super) struct References {
    urls: Vec<String>,
    /// A row has come since: the next reference begins a block of its own.
    is_used: bool,
}

impl References {
    /// Takes a comment line.
    pub fn comment(&mut self, line: &str) {
        let text = line.trim_start_matches(['#', ';', '/']).trim_start();
        let Some((word, source)) = text.split_once(':') else { return };
        if !WORDS.iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return;
        }
        if std::mem::take(&mut self.is_used) {
            self.urls.clear();
        }
        for found in extract_observables(source).filter(|found| found.kind == Kind::Url) {
            if self.urls.len() < MAX && !self.urls.contains(&found.canonical) {
                self.urls.push(found.canonical);
            }
        }
    }

    /// Those of a row.
    pub fn of_row(&mut self) -> &[String] {
        self.is_used = true;
        &self.urls
    }
}
