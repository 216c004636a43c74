//! An event: the fields of its records, joined.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::record::Record;
use super::socket::{self, Socket};
use super::value::{Piece, Pieces, argument, decode};
use crate::format::Fields;
use crate::format::pairs::is_word;

/// Joins the records of an event to a row.
pub(super) struct Event<'f, 'a> {
    fields: &'f mut Fields,
    /// Which type of record a column is of.
    owners: HashMap<String, &'a str>,
    kinds: Vec<&'a str>,
    /// The arguments of EXECVE, each with its number.
    arguments: Vec<(&'a str, String)>,
    paths: Vec<Value>,
}

impl<'f, 'a> Event<'f, 'a> {
    pub fn new(fields: &'f mut Fields) -> Event<'f, 'a> {
        Event { fields, owners: HashMap::new(), kinds: Vec::new(), arguments: Vec::new(), paths: Vec::new() }
    }

    /// Reads records, one a line.
    ///
    /// # Errors
    /// As [`Fields::append`].
    pub fn read(mut self, lines: &'a str) -> Result<(), &'static str> {
        for line in lines.split('\n') {
            let Some(record) = Record::parse(line) else { continue };
            if self.kinds.is_empty() {
                for (column, value) in
                    [("node", record.node), ("timestamp", record.time), ("serial", record.serial)]
                {
                    if !value.is_empty() {
                        self.set("", column, value)?;
                    }
                }
                self.set("", "type", record.kind)?;
            }
            self.kinds.push(record.kind);
            self.record(&record)?;
        }
        self.joined()
    }

    fn record(&mut self, record: &Record<'a>) -> Result<(), &'static str> {
        let kind = record.kind;
        // Behind this mark, auditd writes the names of the numbers before it.
        let (body, enriched) = record.body.split_once('\x1d').unwrap_or((record.body, ""));
        match kind {
            "EOE" => Ok(()),
            "EXECVE" => self.execve(body),
            "PATH" => {
                self.path(body, enriched);
                Ok(())
            }
            _ => {
                self.body(kind, body, true)?;
                for (name, value) in names(enriched) {
                    self.set(kind, &name, value)?;
                }
                Ok(())
            }
        }
    }

    fn body(&mut self, kind: &'a str, body: &'a str, may_nest: bool) -> Result<(), &'static str> {
        let mut words = Vec::new();
        for piece in Pieces(body) {
            match piece {
                // What a program had to say: fields of the same kind.
                Piece::Field("msg", message) if may_nest && message.starts_with('\'') => {
                    self.body(kind, message.trim_matches('\''), false)?;
                }
                Piece::Field(name, written) => self.field(kind, name, written)?,
                Piece::Word(word) => words.push(word),
            }
        }
        if words.is_empty() { Ok(()) } else { self.set(kind, "text", &words.join(" ")) }
    }

    fn field(&mut self, kind: &'a str, name: &str, written: &str) -> Result<(), &'static str> {
        // Arguments of a system call are numbers, those of EXECVE do not come here.
        let value = if argument(name).is_some() { written.into() } else { decode(name, written) };
        match (name, value.as_ref()) {
            (_, "") => Ok(()),
            // A rule may give an event several keys.
            ("key", keys) => keys.split('\x01').try_for_each(|key| self.set(kind, "key", key)),
            ("saddr", saddr) => {
                match socket::read(saddr) {
                    Some(Socket::Inet { ip, port }) => {
                        self.set(kind, "saddr.ip", &ip)?;
                        self.set(kind, "saddr.port", &port.to_string())?;
                    }
                    Some(Socket::Unix { path }) if !path.is_empty() => self.set(kind, "saddr.path", &path)?,
                    _ => {}
                }
                self.set(kind, "saddr", saddr)
            }
            (name, value) => self.set(kind, name, value),
        }
    }

    /// Sets a column. One that another type of record has already comes with the type before its name.
    fn set(&mut self, kind: &'a str, name: &str, value: &str) -> Result<(), &'static str> {
        if !is_word(name) || !self.fields.may_name(name) {
            return self.fields.append("text", &format!("{name}={value}"));
        }
        match self.owners.get(name) {
            Some(owner) if *owner != kind => {
                let column = format!("{}.{name}", kind.to_ascii_lowercase());
                let is_name = self.fields.may_name(&column);
                self.fields.append(if is_name { &column } else { name }, value)
            }
            Some(_) => self.fields.append(name, value),
            None => {
                self.owners.insert(name.to_owned(), kind);
                self.fields.append(name, value)
            }
        }
    }

    /// `argc=2 a0="ls" a1="-l"`; long arguments come in parts, and lists of them in several records.
    fn execve(&mut self, body: &'a str) -> Result<(), &'static str> {
        for piece in Pieces(body) {
            let Piece::Field(name, written) = piece else { continue };
            let Some(number) = argument(name) else {
                if name == "argc" {
                    self.set("EXECVE", name, written)?;
                }
                continue;
            };
            let text = decode(name, written);
            match self.arguments.last_mut() {
                Some((last, argument)) if *last == number => argument.push_str(&text),
                _ => self.arguments.push((number, text.into_owned())),
            }
        }
        Ok(())
    }

    fn path(&mut self, body: &str, enriched: &str) {
        let mut path = Map::new();
        for piece in Pieces(body) {
            if let Piece::Field(name, written) = piece {
                path.insert(name.to_owned(), decode(name, written).into());
            }
        }
        path.extend(names(enriched).map(|(name, value)| (name, value.into())));
        self.paths.push(path.into());
    }

    /// Sets the columns that come of several records or fields.
    fn joined(mut self) -> Result<(), &'static str> {
        let kinds = std::mem::take(&mut self.kinds);
        self.set("", "types", &Value::from(kinds).to_string())?;
        let arguments: Vec<String> =
            std::mem::take(&mut self.arguments).into_iter().map(|(_, text)| text).collect();
        if !arguments.is_empty() {
            self.set("EXECVE", "command", &arguments.join(" "))?;
            self.set("EXECVE", "args", &Value::from(arguments).to_string())?;
        }
        let paths = std::mem::take(&mut self.paths);
        if paths.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = paths.iter().filter_map(|path| path.get("name")?.as_str()).collect();
        let names = names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>();
        self.set("PATH", "path.name", &Value::from(names).to_string())?;
        self.set("PATH", "paths", &Value::from(paths).to_string())
    }
}

/// `UID="root"` is the name of `uid`; addresses of sockets come as `SADDR={ saddr_fam=inet laddr=192.0.2.1 }`.
fn names(enriched: &str) -> impl Iterator<Item = (String, &str)> {
    Pieces(enriched).filter_map(|piece| match piece {
        Piece::Field(_, "{") | Piece::Word(_) => None,
        Piece::Field(name, value) => {
            let value = value.trim_matches('"');
            let is_name = !name.contains(|char: char| char.is_ascii_lowercase());
            let column =
                if is_name { format!("{}.name", name.to_ascii_lowercase()) } else { name.to_owned() };
            (!value.is_empty()).then_some((column, value))
        }
    })
}
