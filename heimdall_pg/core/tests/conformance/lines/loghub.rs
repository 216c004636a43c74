//! Syslog of Linux machines, with the parts of every line (Loghub).

use heimdall_core::format::Format;

use crate::corpora::say;
use crate::corpus::Corpus;
use crate::rows::Rows;

/// Compares the header of every line; `names` are those of the day of the month, host, program, and process.
#[track_caller]
fn assert_headers(log: &str, names: [&str; 5]) -> Option<Rows> {
    let corpus = Corpus::open("c17_loghub")?;
    let given = Rows::decode(Format::Syslog, &corpus.bytes(log));
    let expected = Rows::decode(Format::Csv, &corpus.bytes(&format!("{log}_structured.csv")));
    assert_eq!((given.malformed.len(), given.len()), (0, expected.len()), "{log}");
    assert_eq!(given.len(), 2000, "{log}");
    let [month, day, host, app, pid] = names;
    for row in 0..expected.len() {
        let value = |column| expected.value(row, column);
        let timestamp = format!("{} {:>2} {}", value(month), value(day), value("Time"));
        assert_eq!(given.value(row, "timestamp"), timestamp, "{log}, line {}", row + 1);
        assert_eq!(given.value(row, "host"), value(host), "{log}, line {}", row + 1);
        if !app.is_empty() {
            assert_eq!(given.value(row, "app"), value(app), "{log}, line {}", row + 1);
        }
        assert_eq!(given.value(row, "pid"), value(pid), "{log}, line {}", row + 1);
        assert_eq!(given.value(row, "message"), value("Content").trim(), "{log}, line {}", row + 1);
    }
    Some(given)
}

/// How many rows have a value in every one of the columns.
fn count(table: &Rows, columns: &[&str]) -> usize {
    (0..table.len()).filter(|row| columns.iter().all(|column| !table.value(*row, column).is_empty())).count()
}

#[test]
fn openssh() {
    let Some(table) = assert_headers("OpenSSH_2k.log", ["Date", "Day", "Component", "", "Pid"]) else {
        return;
    };
    let (events, sources) = (count(&table, &["event"]), count(&table, &["event", "source_ip"]));
    say(&format!(
        "OpenSSH: {events} of 2000 lines have an event, {sources} of them the address of its source"
    ));
    assert!(events >= 1992 && sources >= 1732);
}

#[test]
fn linux() {
    let Some(table) = assert_headers("Linux_2k.log", ["Month", "Date", "Level", "Component", "PID"]) else {
        return;
    };
    let (events, sources) = (count(&table, &["event"]), count(&table, &["event", "source_ip"]));
    say(&format!("Linux: {events} of 2000 lines have an event, {sources} of them the address of its source"));
    assert!(events >= 1812 && sources >= 1235);
}
