//! The demo, whose own promises are its checks.

use std::process::Command;

use heimdall_tests::Database;

use crate::alone;

#[test]
fn every_promise_of_the_demo_holds() {
    let _alone = alone();
    let database = Database::new();
    let server = database.server();
    let done = Command::new("bash")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/demo/demo.sh"))
        .env("PSQL", server.programs.join("psql"))
        .envs([("PGHOST", &server.host), ("PGUSER", &server.user), ("PGPORT", &server.port.to_string())])
        .output()
        .expect("bash");
    database.connect_to("postgres").batch_execute("DROP DATABASE IF EXISTS heimdall_demo").expect("dropped");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("Every promise held."), "{done:?}");
}
