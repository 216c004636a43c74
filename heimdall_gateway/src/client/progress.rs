//! How far an upload is, for people, on standard error: a bar, or plain lines where that is no terminal.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// Between two lines that say how far it is.
const PAUSE: Duration = Duration::from_secs(10);

/// How to show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A bar that moves.
    Bar,
    /// A line now and then.
    Lines,
    /// Nothing but what went wrong.
    Quiet,
}

impl Kind {
    /// A bar for people, lines for logs.
    pub fn of_terminal(quiet: bool) -> Kind {
        match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => Kind::Quiet,
            (false, true) => Kind::Bar,
            (false, false) => Kind::Lines,
        }
    }
}

/// Progress of one dump.
#[derive(Clone)]
pub struct Progress {
    name: String,
    length: Option<u64>,
    kind: Kind,
    bar: ProgressBar,
    told: Arc<Mutex<Instant>>,
}

impl Progress {
    /// Of a dump with that name, and that many bytes where they are known.
    pub fn new(name: &str, length: Option<u64>, kind: Kind) -> Progress {
        let bar = match (kind, length) {
            (Kind::Bar, Some(length)) => ProgressBar::new(length),
            (Kind::Bar, None) => ProgressBar::new_spinner(),
            _ => ProgressBar::hidden(),
        };
        let template = match length {
            Some(_) => "{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}",
            None => "{prefix} {spinner} {bytes} {bytes_per_sec} {msg}",
        };
        // The template is ours; if it were wrong, the bar would look otherwise.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_owned());
        let told = Arc::new(Mutex::new(Instant::now()));
        Progress { name: name.to_owned(), length, kind, bar, told }
    }

    /// So many bytes are on their way.
    pub fn at(&self, offset: u64) {
        self.bar.set_position(offset);
        if self.kind != Kind::Lines {
            return;
        }
        let Ok(mut told) = self.told.lock() else { return };
        if told.elapsed() >= PAUSE {
            *told = Instant::now();
            match self.length {
                Some(length) => self.say(&format!("{} of {}", HumanBytes(offset), HumanBytes(length))),
                None => self.say(&format!("{}", HumanBytes(offset))),
            }
        }
    }

    /// All is sent; the database stores it.
    pub fn stores(&self) {
        self.bar.set_message("being stored");
    }

    /// Something happened that one may want to know.
    pub fn note(&self, what: &str) {
        match self.kind {
            Kind::Quiet => {}
            Kind::Lines => self.say(what),
            Kind::Bar => self.bar.suspend(|| self.say(what)),
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn say(&self, what: &str) {
        // Where standard error is closed, nobody wants to know.
        let _ = writeln!(std::io::stderr(), "{}: {what}", self.name);
    }
}
