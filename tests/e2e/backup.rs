//! What a dump of the database holds. That it works again: `restore`.

use heimdall_tests::{Database, Sql};

use crate::dumps::{LOGINS_CSV, with_logins};

#[test]
fn a_dump_of_the_database_has_all_rows_of_heimdall() {
    let from = with_logins();
    from.ingest("logins", LOGINS_CSV);
    // Some of it was there before.
    from.ingest(
        "logins",
        "time,user,src,host,bytes\n".to_owned()
            + &"2026-01-02,ada,192.0.2.9,a.example,1\n".repeat(20)
            + "x,,,,\n",
    );
    let to = Database::bare();
    from.restore_sql(&to, Sql::Whole);
    for table in [
        "instance",
        "source",
        "data_key",
        "batch",
        "node",
        "sighting",
        "sighting_run",
        "change_log",
        "rejects",
    ] {
        let rows = format!("SELECT * FROM heimdall.{table} AS t ORDER BY t::text COLLATE \"C\"");
        assert!(!from.rows(&rows).is_empty(), "{table} is empty");
        assert_eq!(to.rows(&rows), from.rows(&rows), "{table}");
    }
    let next = "SELECT last_value FROM heimdall.batch_id_seq";
    assert_eq!(to.value(next), from.value(next));
}
