//! `heimdall.last_report()`: what COPY has brought, which gives no row of report itself.

use heimdall_tests::{Database, copy, text_rows};
use postgres::Client;

use crate::dumps::ADDRESSES;
use crate::stream::stream;

const COPY: &str = "COPY heimdall_in.hosts FROM STDIN (FORMAT csv, HEADER)";

fn connected() -> (Database, Client) {
    let database = Database::new();
    database.source("hosts", "csv", ADDRESSES);
    let client = database.connect();
    (database, client)
}

/// Rows read, accepted and rejected, and whether it is a duplicate, of the last report.
fn last(client: &mut Client) -> Vec<Vec<String>> {
    let last = "SELECT rows_read, rows_accepted, rows_rejected, duplicate FROM heimdall.last_report()";
    text_rows(client, last).expect("a report, or none")
}

fn bring(client: &mut Client, address: &str) {
    copy(client, COPY, format!("ip\n{address}\n").as_bytes()).expect("copy");
}

fn batch(client: &mut Client) -> String {
    let batch = "SELECT r.batch - b.first FROM heimdall.last_report() AS r, \
                 (SELECT min(b.id) AS first FROM heimdall.batch AS b) AS b";
    text_rows(client, batch).expect("a report").remove(0).remove(0)
}

#[test]
fn it_is_what_the_function_would_have_given() {
    let (_database, mut client) = connected();
    client.batch_execute("BEGIN").expect("BEGIN");
    assert_eq!(last(&mut client), Vec::<Vec<String>>::new(), "nothing has come");
    stream(&mut client, [("hosts", &b"ip\n192.0.2.1\n192.0.2.2\n"[..])]).expect("a stream");
    assert_eq!(last(&mut client), [["2", "2", "0", "f"]]);
    let stored = "SELECT r.batch = b.id AND r.vertices_created = b.vertices_created AND r.milliseconds = b.milliseconds \
                  FROM heimdall.last_report() AS r, heimdall.batch AS b";
    assert_eq!(text_rows(&mut client, stored), Ok(vec![vec!["t".to_owned()]]));
    bring(&mut client, "192.0.2.3");
    assert_eq!(last(&mut client), [["1", "1", "0", "f"]], "the last one");
    bring(&mut client, "192.0.2.3");
    assert_eq!(last(&mut client), [["1", "1", "0", "t"]]);
    client.batch_execute("COMMIT").expect("COMMIT");
}

#[test]
fn it_is_forgotten_with_its_transaction() {
    let (_database, mut client) = connected();
    for end in ["COMMIT", "ROLLBACK"] {
        client.batch_execute("BEGIN").expect("BEGIN");
        bring(&mut client, "192.0.2.1");
        assert_eq!(last(&mut client).len(), 1);
        client.batch_execute(end).expect(end);
        assert_eq!(last(&mut client), Vec::<Vec<String>>::new(), "after {end}");
    }
}

#[test]
fn it_is_forgotten_with_its_savepoint() {
    let (_database, mut client) = connected();
    let run = |client: &mut Client, sql: &str| client.batch_execute(sql).expect("a statement");
    run(&mut client, "BEGIN");
    bring(&mut client, "192.0.2.1");
    run(&mut client, "SAVEPOINT a");
    bring(&mut client, "192.0.2.2");
    run(&mut client, "SAVEPOINT b");
    bring(&mut client, "192.0.2.3");
    run(&mut client, "ROLLBACK TO b");
    assert_eq!(batch(&mut client), "1", "the one before the savepoint");
    run(&mut client, "RELEASE a; SAVEPOINT c");
    assert_eq!(batch(&mut client), "1", "it was kept");
    run(&mut client, "ROLLBACK TO c");
    assert_eq!(batch(&mut client), "1", "another savepoint was taken back");
    run(&mut client, "ROLLBACK; BEGIN; SAVEPOINT a; SAVEPOINT b");
    bring(&mut client, "192.0.2.4");
    run(&mut client, "RELEASE b; ROLLBACK TO a");
    assert_eq!(last(&mut client), Vec::<Vec<String>>::new(), "with the savepoint around it");
}
