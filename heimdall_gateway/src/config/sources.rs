//! Where settings come from. In this order: the environment variable, the file that its `_FILE` twin names, a systemd
//! credential, the configuration file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};
use zeroize::Zeroizing;

use super::file;
use super::mistake::Mistake;

/// The configuration file, where `--config` names none.
pub const FILE_VARIABLE: &str = "HMD_CONFIG";

/// What a setting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Text that may be shown.
    Plain,
    /// Text that may not.
    Secret,
    /// A file. Its `_FILE` twin and its credential are that file, where those of others hold the value.
    Path,
}

/// Where a value came from. It names no path: who mistakes `…_SECRET_FILE` for `…_SECRET` has the secret there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The variable itself.
    Environment,
    /// The file that the twin of that name gives.
    Twin(String),
    /// The credential of that name.
    Credential(String),
    /// That key of the configuration file.
    Key(String),
    /// Nobody has set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Environment => f.write_str("environment"),
            Origin::Twin(name) => f.write_str(name),
            Origin::Credential(name) => write!(f, "credential {name}"),
            Origin::Key(name) => write!(f, "configuration file, {name}"),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// A value that is there.
pub struct Found {
    /// The text of it.
    pub value: Zeroizing<String>,
    /// Where from.
    pub origin: Origin,
    /// The file that it was in, where others could read that too.
    pub file: Option<PathBuf>,
}

/// All places together.
#[derive(Default)]
pub struct Sources {
    variables: BTreeMap<String, OsString>,
    credentials: Option<PathBuf>,
    file: Option<PathBuf>,
    table: Table,
    mistakes: Vec<Mistake>,
}

impl Sources {
    /// The environment of this process, and the file that the command line names.
    pub fn of_process(config: Option<PathBuf>) -> Sources {
        Sources::new(std::env::vars_os(), config)
    }

    /// Those variables, and that file.
    pub fn new(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        config: Option<PathBuf>,
    ) -> Sources {
        let mut sources = Sources::default();
        for (name, value) in variables {
            match name.into_string() {
                // Set to nothing is not set: that is how a unit's file takes a variable back.
                _ if value.is_empty() => {}
                Ok(name) if name == "CREDENTIALS_DIRECTORY" => sources.credentials = Some(value.into()),
                Ok(name) if name.starts_with("HMD_") => drop(sources.variables.insert(name, value)),
                _ => {}
            }
        }
        sources.file = config.or_else(|| sources.variables.get(FILE_VARIABLE).map(PathBuf::from));
        if let Some(path) = sources.file.clone() {
            sources.read_file(&path);
        }
        sources
    }

    fn read_file(&mut self, path: &Path) {
        let parsed = file::read(path).map_err(|error| file::why(&error).to_owned()).and_then(|text| {
            // What the parser says quotes the line, which may hold a secret.
            text.parse::<Table>().map_err(|error| {
                let before = error.span().and_then(|span| text.get(..span.start));
                let line = before.map_or(1, |before| before.matches('\n').count() + 1);
                format!("line {line} is not TOML")
            })
        });
        match parsed {
            Ok(table) => self.table = table,
            Err(problem) => {
                self.mistakes.push(Mistake::new(FILE_VARIABLE, format!("{}: {problem}", path.display())));
            }
        }
    }

    /// What was wrong with the configuration file as a whole.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// Names of all `HMD_` variables that are set.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// All keys of the configuration file.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.table.keys().map(String::as_str)
    }

    /// The value of a setting, or nothing where nobody has set it.
    ///
    /// # Errors
    /// Where it is set twice, or what holds it cannot be read.
    pub fn find(&self, variable: &str, nature: Nature) -> Result<Option<Found>, Mistake> {
        for layer in [Sources::in_environment, Sources::in_credentials, Sources::in_table] {
            if let Some(found) = layer(self, variable, nature)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn in_environment(&self, variable: &str, nature: Nature) -> Result<Option<Found>, Mistake> {
        let twin = format!("{variable}_FILE");
        match (self.variables.get(variable), self.variables.get(&twin)) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(Mistake::new(variable, format!("set, and {twin} as well: which?"))),
            (Some(value), None) => match value.to_str() {
                Some(value) => Ok(Some(Found {
                    value: Zeroizing::new(value.to_owned()),
                    origin: Origin::Environment,
                    file: None,
                })),
                None => Err(Mistake::new(variable, "not UTF-8")),
            },
            (None, Some(path)) => from_file(variable, Origin::Twin(twin), Path::new(path), nature).map(Some),
        }
    }

    fn in_credentials(&self, variable: &str, nature: Nature) -> Result<Option<Found>, Mistake> {
        let name = variable.to_ascii_lowercase();
        match self.credentials.as_ref().map(|folder| folder.join(&name)) {
            Some(path) if path.exists() => {
                from_file(variable, Origin::Credential(name), &path, nature).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn in_table(&self, variable: &str, nature: Nature) -> Result<Option<Found>, Mistake> {
        let key = key_of(variable);
        let twin = format!("{key}_file");
        let origin = Origin::Key(key.clone());
        match (self.table.get(&key), self.table.get(&twin)) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => {
                Err(Mistake::new(variable, format!("set, and {twin} as well: which?")).from(origin))
            }
            (Some(value), None) => match text_of(value) {
                Some(value) => {
                    Ok(Some(Found { value: Zeroizing::new(value), origin, file: self.file.clone() }))
                }
                None => {
                    Err(Mistake::new(variable, "expected a text, a number, or a list of texts").from(origin))
                }
            },
            (None, Some(Value::String(path))) => {
                from_file(variable, Origin::Key(twin), Path::new(path), nature).map(Some)
            }
            (None, Some(_)) => {
                Err(Mistake::new(variable, "expected the path of a file").from(Origin::Key(twin)))
            }
        }
    }
}

/// `HMD_TLS_KEY` is `tls_key` in the configuration file.
pub fn key_of(variable: &str) -> String {
    variable.strip_prefix("HMD_").unwrap_or(variable).to_ascii_lowercase()
}

fn from_file(variable: &str, origin: Origin, path: &Path, nature: Nature) -> Result<Found, Mistake> {
    if nature == Nature::Path {
        let value = path.to_str().map(|path| Zeroizing::new(path.to_owned()));
        let value = value.ok_or_else(|| Mistake::new(variable, "the path is not UTF-8"))?;
        return Ok(Found { value, origin, file: None });
    }
    match file::read(path) {
        Ok(value) if value.is_empty() => Err(Mistake::new(variable, "the file is empty").from(origin)),
        Ok(value) => Ok(Found { value, origin, file: Some(path.to_owned()) }),
        Err(error) => Err(Mistake::new(variable, file::why(&error)).from(origin)),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Array(list) => {
            let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}
