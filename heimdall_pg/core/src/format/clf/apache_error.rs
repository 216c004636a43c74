//! The error log of Apache: `[time] [module:level] [pid n:tid n] [client address:port] message`, and the form before
//! version 2.4, `[time] [level] [client address] message`.

use std::net::IpAddr;

use super::set;
use crate::format::Fields;

const LEVELS: [&str; 16] = [
    "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug", "trace1", "trace2", "trace3",
    "trace4", "trace5", "trace6", "trace7", "trace8",
];

/// A line of the log; what it does not have is empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    time: &'a str,
    module: &'a str,
    level: &'a str,
    pid: &'a str,
    tid: &'a str,
    client: &'a str,
    client_port: &'a str,
    message: &'a str,
    referrer: &'a str,
}

impl<'a> Entry<'a> {
    /// Whether it begins as the lines of that log do, rather than only holding a level.
    pub fn has_time(&self) -> bool {
        !self.time.is_empty()
    }

    /// `None` for a line without a level in brackets.
    pub fn of(line: &'a str) -> Option<Entry<'a>> {
        let mut entry = Entry::default();
        let mut rest = line;
        while let Some((inside, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            if !entry.bracket(inside) {
                break;
            }
            rest = after.trim_start();
        }
        if entry.level.is_empty() {
            return None;
        }
        // Some modules write what they do before the client.
        if entry.client.is_empty()
            && let Some((_, after)) = rest.split_once("[client ")
            && let Some((client, _)) = after.split_once(']')
        {
            entry.set_client(client);
        }
        (entry.message, entry.referrer) = rest.rsplit_once(", referer: ").unwrap_or((rest, ""));
        Some(entry)
    }

    /// Takes what stands in brackets; false where the message begins there.
    fn bracket(&mut self, inside: &'a str) -> bool {
        let (module, level) = inside.rsplit_once(':').unwrap_or(("", inside));
        if self.level.is_empty() && LEVELS.contains(&level) {
            (self.module, self.level) = (module, level);
        } else if self.level.is_empty() && self.time.is_empty() {
            self.time = inside;
        } else if let Some(pid) = inside.strip_prefix("pid ").filter(|_| self.pid.is_empty()) {
            (self.pid, self.tid) = pid.split_once(":tid ").unwrap_or((pid, ""));
        } else if let Some(client) = inside.strip_prefix("client ").filter(|_| self.client.is_empty()) {
            self.set_client(client);
        } else {
            return false;
        }
        !self.level.is_empty() || !self.time.is_empty()
    }

    /// Since version 2.4, which also writes its process, the port follows the address, of IPv6 too and without
    /// brackets.
    fn set_client(&mut self, client: &'a str) {
        let is_address = |text: &str| text.parse::<IpAddr>().is_ok();
        (self.client, self.client_port) = match client.rsplit_once(':') {
            Some((address, port)) if !self.pid.is_empty() || !is_address(client) => {
                let address = address.trim_end();
                let plain = address.trim_start_matches('[').trim_end_matches(']');
                if is_address(plain) && port.parse::<u16>().is_ok() { (plain, port) } else { (client, "") }
            }
            _ => (client, ""),
        };
    }

    /// Sets the fields of the line.
    pub fn set(&self, fields: &mut Fields) -> Result<(), &'static str> {
        set(fields, "timestamp", self.time)?;
        set(fields, "module", self.module)?;
        set(fields, "level", self.level)?;
        set(fields, "pid", self.pid)?;
        set(fields, "tid", self.tid)?;
        set(fields, "client", self.client)?;
        set(fields, "client_port", self.client_port)?;
        set(fields, "message", self.message)?;
        set(fields, "referrer", self.referrer)
    }
}

#[cfg(test)]
mod tests {
    use super::Entry;

    #[test]
    fn both_forms_are_read() {
        let new = "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35:tid 43] [client ::1:8080] AH1: no [client x] file, referer: http://a.example/";
        assert_eq!(
            Entry::of(new),
            Some(Entry {
                time: "Fri Sep 09 10:42:29.902022 2011",
                module: "core",
                level: "error",
                pid: "35",
                tid: "43",
                client: "::1",
                client_port: "8080",
                message: "AH1: no [client x] file",
                referrer: "http://a.example/",
            })
        );
        let old = "[Wed Oct 11 14:32:52 2000] [error] [client 2001:db8::8080] denied";
        let entry = Entry::of(old).unwrap();
        assert_eq!((entry.client, entry.client_port, entry.message), ("2001:db8::8080", "", "denied"));
    }

    #[test]
    fn the_client_may_stand_in_the_message() {
        let entry =
            Entry::of("[ssl:info] [pid 2] (70014)End of file: [client 192.0.2.1 :421] AH2: x").unwrap();
        assert_eq!((entry.time, entry.client, entry.client_port), ("", "192.0.2.1", "421"));
        assert_eq!(entry.message, "(70014)End of file: [client 192.0.2.1 :421] AH2: x");
    }

    #[test]
    fn other_lines_are_none() {
        for line in ["", "[", "[] x", "[a] [b] x", "text [error] x", "[pid 1] x"] {
            assert_eq!(Entry::of(line), None, "{line}");
        }
    }
}
