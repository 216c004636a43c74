//! An erasure, and those who bring the same subject at the same time.

use heimdall_tests::{backend, ingest, text_rows};

use crate::erasure::{ERASE, filled, is_sound};

#[test]
fn an_erasure_waits_for_who_is_ingesting_the_same_and_takes_it_as_well() {
    let database = filled();
    let mut writer = database.connect();
    writer.batch_execute("BEGIN").expect("a transaction");
    let more = "email,password,full_name,note,site\nada@example.org,new,Ada L,,new.example.org\n";
    ingest(&mut writer, "leak", more.as_bytes()).expect("a dump");
    let mut eraser = database.connect();
    let pid = backend(&mut eraser);
    std::thread::scope(|scope| {
        let erasing = scope.spawn(move || text_rows(&mut eraser, ERASE).expect("erased"));
        database.wait_until_blocked(pid);
        writer.batch_execute("COMMIT").expect("the end");
        assert_eq!(erasing.join().expect("no panic")[0][2], "3");
    });
    assert!(database.rows("SELECT * FROM heimdall.lookup('email', 'ada@example.org')").is_empty());
    is_sound(&database);
}

#[test]
fn who_ingests_the_same_during_an_erasure_makes_it_anew() {
    let database = filled();
    let mut eraser = database.connect();
    eraser.batch_execute(&format!("BEGIN; {ERASE}")).expect("erased");
    let mut writer = database.connect();
    let pid = backend(&mut writer);
    let more = "email,password,full_name,note,site\nada@example.org,new,Ada L,,www.example.org\n";
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || ingest(&mut writer, "leak", more.as_bytes()).expect("a dump"));
        database.wait_until_blocked(pid);
        eraser.batch_execute("COMMIT").expect("the end");
        writing.join().expect("no panic");
    });
    let seen = "SELECT sightings FROM heimdall.lookup('email', 'ada@example.org')";
    assert_eq!(database.rows(seen), [["1"]]);
    is_sound(&database);
}

#[test]
fn a_snapshot_of_before_brings_nothing_back() {
    let database = filled();
    let mut writer = database.connect();
    writer
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM heimdall.node")
        .expect("a snapshot");
    database.run(ERASE);
    let more = "email,password,full_name,note,site\nada@example.org,new,Ada L,,www.example.org\n";
    assert_eq!(ingest(&mut writer, "leak", more.as_bytes()).expect_err("too old").code, "40001");
    writer.batch_execute("ROLLBACK").expect("the end");
    is_sound(&database);
    writer.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").expect("a transaction");
    ingest(&mut writer, "leak", more.as_bytes()).expect("a snapshot of afterwards");
    writer.batch_execute("COMMIT").expect("the end");
    is_sound(&database);
}
