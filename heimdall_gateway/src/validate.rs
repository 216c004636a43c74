//! `validate`: what holds and what is wrong, before anything is bound. `run` begins with the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::config::{Config, Mistake, Reading, Setting, Sources};
use crate::{dev, tls};

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
    let reached = dev::check_listen(reading.environment, &reading.listen);
    reading.mistakes.extend(reached.err().map(|reason| Mistake::new("HMD_HOST", reason)));
    if let Some(files) = &reading.tls {
        let host = reading.listen.public_url.as_ref().and_then(|url| url.host_str());
        let mut refusals = tls::check(files, host, reading.environment).err().unwrap_or_default();
        refusals.extend(tls::check_client(files, reading.environment).err());
        reading
            .mistakes
            .extend(refusals.into_iter().map(|refusal| Mistake::new(refusal.variable, refusal.reason)));
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
