//! What was seen of a value and when.

use heimdall_tests::Database;

use crate::dumps::{LOGINS, with_logins};

fn graph() -> Database {
    let database = with_logins();
    database.source("others", "csv", LOGINS);
    database.ingest(
        "logins",
        "time,user,src,host,bytes\n\
         2026-01-01T02:00:00Z,ada,192.0.2.1,www.example.org,\n\
         2026-01-01T04:00:00Z,ada,192.0.2.1,www.example.org,\n\
         2026-01-01T03:00:00Z,-,192.0.2.1,mail.example.org,\n",
    );
    database.ingest(
        "others",
        "time,user,src,host,bytes\n2025-12-31,-,192.0.2.1,www.example.org,\n,-,192.0.2.1,old.example.org,\n",
    );
    database
}

#[test]
fn timeline_has_a_row_for_each_edge_and_batch_in_order_of_time() {
    let database = graph();
    let digest = database.value("SELECT value FROM heimdall.search('ada', 'user')");
    let expected = [
        [
            "2025-12-31 00:00:00+00",
            "2025-12-31 00:00:00+00",
            "REACHED",
            "out",
            "Domain",
            "www.example.org",
            "others",
            "1",
        ],
        [
            "2026-01-01 02:00:00+00",
            "2026-01-01 04:00:00+00",
            "LOGIN_FROM",
            "in",
            "User",
            &digest,
            "logins",
            "2",
        ],
        [
            "2026-01-01 02:00:00+00",
            "2026-01-01 04:00:00+00",
            "REACHED",
            "out",
            "Domain",
            "www.example.org",
            "logins",
            "2",
        ],
        [
            "2026-01-01 03:00:00+00",
            "2026-01-01 03:00:00+00",
            "REACHED",
            "out",
            "Domain",
            "mail.example.org",
            "logins",
            "1",
        ],
        ["∅", "∅", "REACHED", "out", "Domain", "old.example.org", "others", "1"],
    ];
    let timeline = "SELECT at, last_seen, edge_type, direction, label, neighbor, source, sightings \
                    FROM heimdall.timeline('ip', '192[.]0.2.1'";
    let mut found = database.rows(&format!("{timeline})"));
    // Of what was seen at the same time, any may be first.
    found[1..3].sort_by(|a, b| a[2].cmp(&b[2]));
    assert_eq!(found, expected);
    assert_eq!(database.rows(&format!("{timeline}, 1)")), expected[..1]);
}

#[test]
fn timeline_takes_a_personal_value() {
    let database = graph();
    let rows = "SELECT direction, neighbor FROM heimdall.timeline('user', 'ADA')";
    assert_eq!(database.rows(rows), [["out", "192.0.2.1"]]);
}

#[test]
fn timeline_of_what_is_not_there_is_empty() {
    let database = graph();
    assert!(database.rows("SELECT * FROM heimdall.timeline('ip', '192.0.2.99')").is_empty());
    assert_eq!(database.failure("SELECT * FROM heimdall.timeline('ip', 'x')").code, "22P02");
    for wrong in ["0", "NULL"] {
        let sql = format!("SELECT * FROM heimdall.timeline('ip', '192.0.2.1', {wrong})");
        assert_eq!(database.failure(&sql).code, "22023", "{wrong}");
    }
}
