//! Presets: what a source of a well-known kind of dump declares, as one word in `heimdall.create_source(preset => …)`.
//!
//! They are files under `sql/presets`, reviewed like code and compiled in, so that a server has those of its library.

mod list;

use serde::Deserialize;
use serde_json::Value;

use self::list::FILES;
use crate::format::{Format, FormatOptions};
use crate::mapping::{Mapping, MappingError};

/// What a source declares.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// As in `create_source`, `zeek.dns`.
    pub name: String,
    /// One line for people.
    pub description: String,
    /// Name of the format.
    pub format: String,
    /// As in `create_source`.
    #[serde(default)]
    pub options: serde_json::Map<String, Value>,
    /// As in `create_source`.
    pub mapping: Value,
}

impl Preset {
    /// Every preset, in order of names.
    pub fn all() -> impl Iterator<Item = Preset> {
        FILES.iter().filter_map(|(_, text)| serde_json::from_str(text).ok())
    }

    /// The preset of that name.
    pub fn named(name: &str) -> Option<Preset> {
        let at = FILES.binary_search_by(|(file, _)| (*file).cmp(name)).ok()?;
        serde_json::from_str(FILES.get(at)?.1).ok()
    }

    /// Checks that the library of now takes it.
    ///
    /// # Errors
    /// [`MappingError`] with the path of the mistake.
    pub fn check(&self) -> Result<(), MappingError> {
        let format = Format::from_name(&self.format).ok_or_else(|| MappingError {
            path: "format".to_owned(),
            problem: format!("there is no format \"{}\"", self.format),
        })?;
        FormatOptions::parse(&Value::Object(self.options.clone()).to_string(), format)?;
        Mapping::parse(&self.mapping.to_string()).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_one_that_the_library_takes() {
        for (name, text) in FILES {
            let preset: Preset = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(preset.name, *name, "a file has the name of its preset");
            assert!(!preset.description.is_empty() && !preset.description.contains('\n'), "{name}: one line");
            preset.check().unwrap_or_else(|error| panic!("{name}: {}: {}", error.path, error.problem));
        }
        assert_eq!(Preset::all().count(), FILES.len());
    }

    #[test]
    fn names_are_in_order_and_each_is_found() {
        assert!(FILES.is_sorted_by(|(a, _), (b, _)| a < b), "sorted, each once");
        for (name, _) in FILES {
            assert_eq!(Preset::named(name).map(|preset| preset.name).as_deref(), Some(*name));
        }
        assert!(Preset::named("zeek").is_none());
    }

    /// A file that nobody has listed is one that nobody can use.
    #[test]
    fn every_file_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/presets");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let listed: Vec<String> = FILES.iter().map(|(name, _)| format!("{name}.json")).collect();
        assert_eq!(files, listed);
    }
}
