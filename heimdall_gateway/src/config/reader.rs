//! Reads one setting after the other, and keeps what is wrong until all were asked for.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;
use zeroize::Zeroizing;

use super::mistake::Mistake;
use super::sources::{FILE_VARIABLE, Found, Nature, Origin, Sources, key_of};
use super::{Environment, Secret, file, value};

/// Settings of Heimdall that the database server reads, and the one that is read before all others.
const OF_OTHERS: [&str; 4] = ["HMD_MASTER_KEY", "HMD_MASTER_KEY_PREVIOUS", "HMD_HASH_KEY", FILE_VARIABLE];

/// What holds for a variable, as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The variable.
    pub variable: &'static str,
    /// Its value, `(set)` of a secret, nothing where there is none.
    pub value: Option<String>,
    /// Where the value is from.
    pub from: String,
}

/// Reads settings. Where one is wrong it gives what the type has for nothing: nobody gets a configuration with mistakes.
pub struct Reader<'a> {
    sources: &'a Sources,
    /// Whether the rules of production hold.
    pub environment: Environment,
    /// What holds.
    pub settings: Vec<Setting>,
    /// What is wrong.
    pub mistakes: Vec<Mistake>,
    /// What is odd.
    pub warnings: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    /// From those places, with the rules of production until told otherwise.
    pub fn new(sources: &'a Sources) -> Reader<'a> {
        Reader {
            sources,
            environment: Environment::Production,
            settings: Vec::new(),
            mistakes: sources.mistakes().to_vec(),
            warnings: Vec::new(),
        }
    }

    /// A setting that may be missing.
    pub fn optional<T>(
        &mut self,
        variable: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = self.find(variable, Nature::Plain, None)?;
        self.parse(variable, found, expected, parse)
    }

    /// A setting that may not.
    pub fn required<T>(
        &mut self,
        variable: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = self.find_required(variable, Nature::Plain, expected)?;
        self.parse(variable, found, expected, parse)
    }

    /// A setting that has a default, which is written as a user would.
    pub fn or<T>(
        &mut self,
        variable: &'static str,
        default: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = self.find(variable, Nature::Plain, Some(default))?;
        self.parse(variable, found, expected, parse)
    }

    /// A secret.
    pub fn secret(
        &mut self,
        variable: &'static str,
        expected: &str,
        holds: impl Fn(&str) -> bool,
    ) -> Option<Secret> {
        let found = self.find_required(variable, Nature::Secret, expected)?;
        self.parse(variable, found, expected, |text| holds(text).then(|| Secret::new(text)))
    }

    /// A secret that may be missing, or has a default, which is none then.
    pub fn secret_or(
        &mut self,
        variable: &'static str,
        default: Option<&str>,
        expected: &str,
        holds: impl Fn(&str) -> bool,
    ) -> Option<Secret> {
        let found = self.find(variable, Nature::Secret, default)?;
        self.parse(variable, found, expected, |text| holds(text).then(|| Secret::new(text)))
    }

    /// A file that has to be named.
    pub fn required_file(&mut self, variable: &'static str, expected: &str) -> Option<PathBuf> {
        let found = self.find_required(variable, Nature::Path, expected)?;
        self.check_file(variable, found)
    }

    /// A file that may be named.
    pub fn optional_file(&mut self, variable: &'static str) -> Option<PathBuf> {
        let found = self.find(variable, Nature::Path, None)?;
        self.check_file(variable, found)
    }

    /// A number within bounds.
    pub fn count<T>(&mut self, variable: &'static str, default: &str, range: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + Display + Default,
    {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        let parse = |text: &str| text.parse().ok().filter(|number| range.contains(number));
        self.or(variable, default, &expected, parse).unwrap_or_default()
    }

    /// A duration within bounds.
    pub fn duration(
        &mut self,
        variable: &'static str,
        default: &str,
        range: RangeInclusive<Duration>,
    ) -> Duration {
        let [from, to] = [range.start(), range.end()].map(|end| value::duration_text(*end));
        let expected = format!("a duration such as 30s or 5m, from {from} to {to}");
        let parse = |text: &str| value::duration(text).filter(|duration| range.contains(duration));
        self.or(variable, default, &expected, parse).unwrap_or_default()
    }

    /// Bytes within bounds.
    pub fn size(&mut self, variable: &'static str, default: &str, range: RangeInclusive<u64>) -> u64 {
        let [from, to] = [range.start(), range.end()].map(|end| value::size_text(*end));
        let expected = format!("a size such as 512KiB or 8MiB, from {from} to {to}");
        let parse = |text: &str| value::size(text).filter(|size| range.contains(size));
        self.or(variable, default, &expected, parse).unwrap_or_default()
    }

    /// A list with commas, which may be empty.
    pub fn list<T>(
        &mut self,
        variable: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let parts =
            |text: &str| text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(&parse).collect();
        self.optional(variable, expected, parts).unwrap_or_default()
    }

    /// Says of a variable that is there what is wrong with it beside others.
    pub fn mistake(&mut self, variable: &str, problem: impl Into<String>) {
        self.mistakes.push(Mistake::new(variable, problem));
    }

    /// Says what is odd about a variable.
    pub fn warning(&mut self, variable: &str, problem: impl Into<String>) {
        self.warnings.push(Mistake::new(variable, problem));
    }

    /// Whether somebody has set it.
    pub fn is_set(&self, variable: &str) -> bool {
        let default = Origin::Default.to_string();
        self.settings.iter().any(|setting| setting.variable == variable && setting.from != default)
    }

    /// After all were asked for: what else is there is a mistake in the file that is ours alone, and odd in the environment,
    /// which others write as well. `more` are the settings of other commands.
    pub fn find_unknown(&mut self, more: &[&'static str]) {
        let known: BTreeSet<&str> = self
            .settings
            .iter()
            .map(|setting| setting.variable)
            .chain(OF_OTHERS)
            .chain(more.iter().copied())
            .collect();
        for variable in self.sources.variables() {
            let name = variable.strip_suffix("_FILE").unwrap_or(variable);
            if !known.contains(name) && !known.contains(variable) {
                self.warnings.push(Mistake::new(variable, unknown(variable, known.iter().copied())));
            }
        }
        let keys: BTreeSet<String> = known.iter().map(|variable| key_of(variable)).collect();
        for key in self.sources.keys() {
            let name = key.strip_suffix("_file").unwrap_or(key);
            if !keys.contains(name) && !keys.contains(key) {
                let problem = unknown(key, keys.iter().map(String::as_str));
                self.mistakes.push(Mistake::new(key, problem).from(Origin::Key(key.to_owned())));
            }
        }
    }

    fn find(&mut self, variable: &'static str, nature: Nature, default: Option<&str>) -> Option<Found> {
        let found = match self.sources.find(variable, nature) {
            Ok(found) => found,
            Err(mistake) => {
                self.settings.push(Setting { variable, value: None, from: "unknown".to_owned() });
                self.mistakes.push(mistake);
                return None;
            }
        };
        let found = found.or_else(|| {
            let value = Zeroizing::new(default?.to_owned());
            Some(Found { value, origin: Origin::Default, file: None })
        });
        self.settings.push(Setting {
            variable,
            value: found.as_ref().map(|found| match (nature, &found.origin) {
                (Nature::Secret, Origin::Default) => "(default)".to_owned(),
                (Nature::Secret, _) => "(set)".to_owned(),
                _ => found.value.to_string(),
            }),
            from: found.as_ref().map_or(Origin::Default, |found| found.origin.clone()).to_string(),
        });
        let found = found?;
        if let Some(path) = found.file.as_deref().filter(|_| nature == Nature::Secret) {
            self.check_closed(variable, &found.origin, path);
        }
        if value::is_placeholder(&found.value) {
            let problem = "still the placeholder of the example: put the real value there";
            self.mistakes.push(Mistake::new(variable, problem).from(found.origin));
            return None;
        }
        Some(found)
    }

    fn find_required(&mut self, variable: &'static str, nature: Nature, expected: &str) -> Option<Found> {
        let mistakes = self.mistakes.len();
        let found = self.find(variable, nature, None);
        if found.is_none() && self.mistakes.len() == mistakes {
            self.mistake(variable, format!("not set, expected {expected}"));
        }
        found
    }

    fn parse<T>(
        &mut self,
        variable: &str,
        found: Found,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let parsed = parse(&found.value);
        if parsed.is_none() {
            self.mistakes.push(Mistake::new(variable, format!("expected {expected}")).from(found.origin));
        }
        parsed
    }

    fn check_file(&mut self, variable: &str, found: Found) -> Option<PathBuf> {
        let path = PathBuf::from(found.value.as_str());
        match std::fs::File::open(&path).and_then(|file| file.metadata()) {
            Ok(metadata) if metadata.is_file() => Some(path),
            Ok(_) => {
                self.mistakes.push(Mistake::new(variable, "it is no file").from(found.origin));
                None
            }
            Err(error) => {
                self.mistakes.push(Mistake::new(variable, file::why(&error)).from(found.origin));
                None
            }
        }
    }

    /// Of a file with a secret in it: nobody else may read it. In development it is only odd.
    fn check_closed(&mut self, variable: &str, origin: &Origin, path: &Path) {
        if !file::readable_by_all(path) {
            return;
        }
        let problem = "every account of this machine can read the file: chmod o-r";
        let mistake = Mistake::new(variable, problem).from(origin.clone());
        match self.environment {
            Environment::Production => self.mistakes.push(mistake),
            Environment::Development => self.warnings.push(mistake),
        }
    }
}

/// With the name that was meant, where one is near.
fn unknown<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let nearest = known.map(|known| (strsim::osa_distance(name, known), known)).min();
    match nearest {
        Some((distance, known)) if distance <= 3 => format!("no such setting; did you mean {known}?"),
        _ => "no such setting".to_owned(),
    }
}
