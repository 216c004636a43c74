//! Looks for values in the bytes of files, in whatever form a program may have left them there.

use std::collections::BTreeSet;
use std::fs::{File, read_dir};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};

/// Bytes that are looked through at a time.
const CHUNK: usize = 1 << 20;

/// Shorter values have no form in base64 that random bytes would not have as well.
const MIN_BASE64: usize = 10;

/// Values, in all their forms.
pub struct Needles {
    automaton: AhoCorasick,
    /// Number of the value, and form, of each pattern.
    meant: Vec<(usize, &'static str)>,
    longest: usize,
}

impl Needles {
    /// Letter case does not count. Values are told by their number in what is found: they are not for a log either.
    ///
    /// # Panics
    /// Where a value is so short that it may be there by chance.
    pub fn new<V: AsRef<str>>(values: &[V]) -> Needles {
        let mut patterns = Vec::new();
        let mut meant = Vec::new();
        for (number, value) in values.iter().enumerate() {
            let value = value.as_ref();
            assert!(value.len() >= 8, "value {number} is too short to be looked for");
            // What is not text has no letter case of its own: a value that was folded before looks otherwise.
            for (form, bytes) in forms(value).into_iter().chain(forms(&value.to_lowercase())) {
                patterns.push(bytes);
                meant.push((number, form));
            }
        }
        let longest = patterns.iter().map(Vec::len).max().unwrap_or_default();
        let automaton =
            AhoCorasick::builder().ascii_case_insensitive(true).build(&patterns).expect("patterns");
        Needles { automaton, meant, longest }
    }

    /// What of them is in those bytes: number and form.
    pub fn in_bytes(&self, bytes: &[u8]) -> BTreeSet<(usize, &'static str)> {
        self.automaton.find_overlapping_iter(bytes).map(|found| self.meant[found.pattern()]).collect()
    }

    /// What of them is in a file or the files of a folder, one a line: `path: value 3 as hexadecimal`. Files that go away
    /// meanwhile are none.
    ///
    /// # Panics
    /// Where a file cannot be read.
    pub fn in_files(&self, path: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for file in files(path) {
            let hits = self.in_file(&file);
            found.extend(
                hits.into_iter()
                    .map(|(number, form)| format!("{}: value {number} as {form}", file.display())),
            );
        }
        found
    }

    fn in_file(&self, path: &Path) -> BTreeSet<(usize, &'static str)> {
        let mut found = BTreeSet::new();
        let mut file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return found,
            file => file.unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        };
        let mut buffer = vec![0; CHUNK + self.longest];
        let mut kept = 0;
        loop {
            let read = file.read(&mut buffer[kept..]).expect("the file is read");
            if read == 0 {
                return found;
            }
            let filled = kept + read;
            found.extend(self.in_bytes(&buffer[..filled]));
            // What begins at the end of one piece may end in the next.
            kept = filled.min(self.longest);
            buffer.copy_within(filled - kept..filled, 0);
        }
    }
}

/// All files below a path, or the one that it names.
fn files(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = read_dir(path) else { return vec![path.to_owned()] };
    entries
        .flatten()
        .flat_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path()),
            Ok(kind) if kind.is_file() => vec![entry.path()],
            _ => Vec::new(),
        })
        .collect()
}

/// A value as programs write it.
fn forms(value: &str) -> Vec<(&'static str, Vec<u8>)> {
    let joined = |bytes: &mut dyn Iterator<Item = String>, between: &str| -> Vec<u8> {
        bytes.collect::<Vec<_>>().join(between).into_bytes()
    };
    let bytes = value.as_bytes();
    let percent = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    let escaped = |unit: u16| match u8::try_from(unit) {
        Ok(byte @ b' '..=b'~') => char::from(byte).to_string(),
        _ => format!("\\u{unit:04x}"),
    };
    let mut forms = vec![
        ("text", bytes.to_vec()),
        ("UTF-16", value.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("hexadecimal", joined(&mut bytes.iter().map(|byte| format!("{byte:02x}")), "")),
        // Trees of Postgres' planner have their constants so.
        ("numbers", joined(&mut bytes.iter().map(u8::to_string), " ")),
        ("a part of an address", joined(&mut bytes.iter().copied().map(percent), "")),
        ("escaped JSON", joined(&mut value.encode_utf16().map(escaped), "")),
    ];
    if bytes.len() >= MIN_BASE64 {
        for shift in 0..3 {
            // The first and the last character share bits with what is beside the value.
            let whole = BASE64_STANDARD_NO_PAD.encode([&b"\0\0"[..shift], bytes].concat());
            let (start, end) = ((shift * 8).div_ceil(6), (shift + bytes.len()) * 8 / 6);
            forms.push(("base64", whole.as_bytes()[start..end].to_vec()));
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_value_is_found() {
        let needles = Needles::new(&["Ada.Lovelace@ex\u{e4}mple.org"]);
        let value = "ada.lovelace@ex\u{e4}mple.org";
        let base64 = BASE64_STANDARD_NO_PAD.encode("Some Ada.Lovelace@ex\u{e4}mple.org there");
        let hexadecimal: String = value.bytes().map(|byte| format!("{byte:02X}")).collect();
        for text in [
            value,
            &base64,
            &hexadecimal,
            "ada.lovelace%40ex%c3%a4mple.org",
            r"ada.lovelace@ex\u00e4mple.org",
        ] {
            assert_eq!(needles.in_bytes(format!("before {text} after").as_bytes()).len(), 1, "{text}");
        }
        assert!(needles.in_bytes(b"ada.lovelace@example.org").is_empty());
    }
}
