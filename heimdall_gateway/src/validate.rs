//! `validate`: what holds and what is wrong, before anything is bound. `run` begins with the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::config::{Config, Mistake, Reading, Setting, Sources};
use crate::tls;

/// How to say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

/// The configuration, and whether its certificate, key and authorities can be used.
pub fn read(sources: &Sources) -> Reading {
    let mut reading = Config::read(sources);
    if let Some(files) = &reading.tls {
        let usable = tls::client_config(files.authorities.as_deref())
            .map_err(|problem| Mistake::new("HMD_TLS_CA", problem))
            .and_then(|_| tls::server_config(files).map_err(|problem| Mistake::new("HMD_TLS_CERT", problem)));
        reading.mistakes.extend(usable.err());
    }
    reading
}

/// Says it.
///
/// # Errors
/// Where it cannot be written.
pub fn tell(reading: &Reading, format: Format, mut to: impl Write) -> io::Result<()> {
    match format {
        Format::Text => tell_people(reading, &mut to),
        Format::Json => {
            let answer = Answer {
                valid: reading.mistakes.is_empty(),
                settings: &reading.settings,
                warnings: reading.warnings.iter().map(object).collect(),
                mistakes: reading.mistakes.iter().map(object).collect(),
            };
            serde_json::to_writer_pretty(&mut to, &answer)?;
            writeln!(to)
        }
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    valid: bool,
    settings: &'a [Setting],
    warnings: Vec<Value>,
    mistakes: Vec<Value>,
}

fn object(mistake: &Mistake) -> Value {
    let from = mistake.origin.as_ref().map(ToString::to_string);
    json!({"variable": mistake.variable, "from": from, "problem": mistake.problem})
}

fn tell_people(reading: &Reading, to: &mut impl Write) -> io::Result<()> {
    for Setting { variable, value, from } in &reading.settings {
        let value = value.as_deref().unwrap_or("-").replace(char::is_control, "\u{fffd}");
        writeln!(to, "{variable:<26}{value}  [{from}]")?;
    }
    for warning in &reading.warnings {
        writeln!(to, "warning: {warning}")?;
    }
    for mistake in &reading.mistakes {
        writeln!(to, "mistake: {mistake}")?;
    }
    match reading.mistakes.len() {
        0 => writeln!(to, "The configuration holds."),
        1 => writeln!(to, "There is a mistake."),
        more => writeln!(to, "There are {more} mistakes."),
    }
}
