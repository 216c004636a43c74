//! A dump that is restored on another server, which has the same keys and nothing else.

use std::path::Path;
use std::process::{Command, Output};

use heimdall_tests::Database;

use crate::restore::{QUESTIONS, filled};

/// In the other server. `$1` and `$2` are the files of the keys, `$3` is the dump, `$4` the questions.
const RESTORE: &str = r#"
    PATH=$HEIMDALL_PG_BIN:$PATH
    psql -X -q -c "ALTER SYSTEM SET heimdall.master_key_file = '$1'" \
        -c "ALTER SYSTEM SET heimdall.hash_key_file = '$2'" -c 'SELECT pg_reload_conf()' -o /dev/null
    until [ "$(psql -X -A -t -c 'SHOW heimdall.hash_key_file')" = "$2" ]; do sleep 0.1; done
    createdb --template=template0 restored
    pg_restore --exit-on-error --dbname=restored "$3"
    psql -X -q -v ON_ERROR_STOP=1 -d restored -o /dev/null -c 'SELECT heimdall.after_restore()'
    # The transactions of the change log are those of another server, and all of them are over.
    psql -X -A -t -d restored -c 'SELECT count(*) = (SELECT sum(cardinality(keys)) FROM heimdall.change_log)
        FROM heimdall.changes(NULL, 1000000)' | grep -qx t
    psql -X -q -v ON_ERROR_STOP=1 -A -t -d restored -f "$4""#;

fn text(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn another_server_with_the_same_keys_gives_the_same_answers() {
    // This server has seen more transactions than a new one: the change log is of its future.
    Database::bare()
        .run("DO $$ BEGIN FOR number IN 1..5000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$");
    let from = filled();
    let server = from.server();
    let setting = |name: &str| from.value(&format!("SHOW heimdall.{name}_key_file"));
    let questions =
        format!("LOAD 'age'; SET search_path = ag_catalog, public;\n{};\n", QUESTIONS.join(";\n"));
    let questions = server.file("questions", questions.as_bytes(), 0o600);
    let asked = server
        .program("psql", from.name())
        .args(["-X", "-q", "-A", "-t", "-f"])
        .arg(questions.path())
        .output();
    let dump = server.file("dump", b"", 0o600);
    let dumped = server.program("pg_dump", from.name()).args(["-Fc", "-f"]).arg(dump.path()).output();
    text(dumped.expect("pg_dump"));

    let control = std::env::var("HEIMDALL_PG_CTL").expect("HEIMDALL_PG_CTL is set by `make test`");
    let other = Path::new(&control).with_file_name("with-server.sh");
    let restored = Command::new(other)
        .args([
            "sh",
            "-e",
            "-c",
            RESTORE,
            "sh",
            &setting("master"),
            &setting("hash"),
            dump.name(),
            questions.name(),
        ])
        .output()
        .expect("another server");
    assert_eq!(text(restored), text(asked.expect("psql")));
}
