//! Ctrl-C half-way: nothing is left of it, in the database and in the gateway.

use std::io::Write;
use std::process::Stdio;

use heimdall_tests::{Database, Gateway, eventually};

use super::gateway::{client, stored, with_list};
use super::said;

/// What runs in the database, and what the gateway has taken in of it.
fn receiving(database: &Database) -> bool {
    database.value("SELECT count(*) FROM heimdall.ingest_progress WHERE bytes_processed > 0") == "1"
}

#[test]
fn an_upload_that_is_interrupted_leaves_nothing_and_frees_its_place() {
    let database = with_list();
    let gateway = Gateway::start(&database);
    for signal in ["INT", "TERM"] {
        let mut command = client(&gateway, &gateway.url, &["ingest"], &["-", "never.csv"]);
        let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = streams.spawn().expect("the client");
        // More than a piece, so that it is sent, and no end.
        let mut pipe = process.stdin.take().expect("a pipe");
        pipe.write_all(
            &b"ip\n".iter().chain(b"192.0.2.1\n".repeat(1 << 20).iter()).copied().collect::<Vec<_>>(),
        )
        .expect("the client reads");
        eventually("the upload has begun", || receiving(&database));
        let id = process.id().to_string();
        let told = std::process::Command::new("kill").args(["-s", signal, &id]).status();
        assert!(told.expect("kill").success());
        let output = process.wait_with_output().expect("the client");
        let (out, err) = said(&output);
        assert_eq!((output.status.code(), out.as_str()), (Some(130), ""), "{err}");
        assert!(err.contains("-: not stored: interrupted; nothing of it is stored"), "{err}");
        assert!(!err.contains("never.csv"), "the others are not tried: {err}");
        eventually("its place is free", || {
            database.value("SELECT count(*) FROM heimdall.ingest_progress") == "0"
        });
        assert_eq!(stored(&database), 0);
        drop(pipe);
    }
}
