//! The dumps and mappings that several tests use.

use heimdall_tests::Database;

/// A log of logins: two relations, a time, one column dropped. Nothing of a row is left over for a `Record`.
pub const LOGINS: &str = r#"{
    "columns":   ["time", "user", "src", "host", "bytes"],
    "entities":  {"who":  {"label": "User", "key": "user"},
                  "src":  {"label": "Ip", "key": "src"},
                  "host": {"label": "Domain", "key": "host"}},
    "relations": [{"from": "who", "type": "LOGIN_FROM", "to": "src"},
                  {"from": "src", "type": "REACHED", "to": "host"}],
    "time": "time", "tlp": "amber", "fields": {"bytes": {"rule": "drop"}}}"#;

/// Three logins: two accounts, two addresses, two hosts.
pub const LOGINS_CSV: &str = "time,user,src,host,bytes\n\
    2026-01-01T10:00:00Z,ada,192.0.2.1,www.example.org,100\n\
    2026-01-01T11:00:00Z,ada,192.0.2.2,www.example.org,200\n\
    2026-01-01T09:00:00Z,grace,192.0.2.2,mail.example.org,300\n";

/// The same as NDJSON.
pub const LOGINS_NDJSON: &str = concat!(
    r#"{"time":"2026-01-01T10:00:00Z","user":"ada","src":"192.0.2.1","host":"www.example.org","bytes":"100"}"#,
    "\n",
    r#"{"time":"2026-01-01T11:00:00Z","user":"ada","src":"192.0.2.2","host":"www.example.org","bytes":"200"}"#,
    "\n",
    r#"{"time":"2026-01-01T09:00:00Z","user":"grace","src":"192.0.2.2","host":"mail.example.org","bytes":"300"}"#,
    "\n",
);

/// Leaked credentials: every row is a `Record`, the password and the note sealed in it.
pub const LEAK: &str = r#"{
    "columns":  ["email", "password", "full_name", "note", "site"],
    "entities": {"account": {"label": "Email", "key": "email"},
                 "person":  {"label": "Person", "key": "full_name"},
                 "site":    {"label": "Domain", "key": "site"}}}"#;

/// One column of addresses.
pub const ADDRESSES: &str =
    r#"{"columns": ["ip"], "entities": {"ip": {"label": "Ip", "key": "ip"}}, "fields": {}}"#;

/// A database with the source `logins`.
pub fn with_logins() -> Database {
    let database = Database::new();
    database.source("logins", "csv", LOGINS);
    database
}

/// A dump of more than one flush: a batch keeps the spellings of its values until then, and here they are long.
/// Every row has the same address as well, so that the flushes meet in one vertex.
pub fn large() -> Vec<u8> {
    let mut dump = b"ip,text\n".to_vec();
    for row in 0..LARGE_ROWS {
        dump.extend_from_slice(format!("192.0.2.7,text {row}").as_bytes());
        dump.resize(dump.len() + 60_000, b' ');
        dump.push(b'\n');
    }
    dump
}

/// Rows of [`large`].
pub const LARGE_ROWS: i64 = 2_600;

/// The mapping of [`large`].
pub const LARGE: &str = r#"{
    "columns":   ["ip", "text"],
    "entities":  {"ip": {"label": "Ip", "key": "ip"}, "text": {"label": "Text", "key": "text"}},
    "relations": [{"from": "ip", "type": "SAID", "to": "text"}]}"#;
