//! A database whose server was given another hash key would find nothing of what is stored under a hash.

use heimdall_tests::{Gateway, TcpServer, eventually};
use reqwest::Method;

const OTHER_KEY: &[u8] = b"0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0\n";

#[test]
fn a_database_with_another_hash_key_is_not_ready() {
    let server = TcpServer::start("", "host all all 127.0.0.1/32 trust\nlocal all all trust");
    let database = server.database();
    database.source(
        "list",
        "csv",
        r#"{"columns": ["ip"], "entities": {"ip": {"label": "Ip", "key": "ip"}}}"#,
    );
    database.ingest("list", "ip\n192.0.2.1\n");
    let gateway = Gateway::start(database);
    let said = || {
        let answer = gateway.answer(gateway.request(Method::GET, "/ready"));
        let detail = answer.json()["dependencies"][0]["detail"].as_str().unwrap_or_default().to_owned();
        (answer.status, detail)
    };
    eventually("it is ready", || said().0 == 200);
    let key = database.server().file("other.key", OTHER_KEY, 0o600);
    database.run(&format!("ALTER SYSTEM SET heimdall.hash_key_file = '{}'", key.name()));
    database.run("SELECT pg_reload_conf()");
    eventually("it is not", || {
        said() == (503, "The hash key of the database is not the one that it was used with before.".into())
    });
    database.run("ALTER SYSTEM RESET heimdall.hash_key_file");
    database.run("SELECT pg_reload_conf()");
    eventually("it is again", || said().0 == 200);
}
