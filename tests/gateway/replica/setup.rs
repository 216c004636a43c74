//! A standby is set up as the guide says, and a backup of the runbook can be one.

use std::process::Command;

use heimdall_tests::ServerCopy;

use super::{is_answered_by, psql, start, with_logins};

const GUIDE: &str = include_str!("../../../docs/guides/replica.md");
const RUNBOOK: &str = include_str!("../../../docs/runbook.md");

/// The line of a document that begins so.
fn command(document: &str, beginning: &str) -> String {
    let line = document.lines().find(|line| line.starts_with(beginning));
    line.unwrap_or_else(|| panic!("{beginning}: there is no such line")).to_owned()
}

fn follows(standby: &ServerCopy) {
    assert_eq!(psql(standby, "postgres", "SELECT pg_is_in_recovery()"), "t");
}

#[test]
fn the_commands_of_the_guide_make_a_standby() {
    let database = with_logins();
    let slot = format!("{}_slot", database.name());
    let guide = command(GUIDE, "pg_basebackup").replace("heimdall_replica", &slot);
    let standby = database.server().copy_by(|folder| {
        let line = guide
            .replace("-h primary.example -U heimdall_standby ", "")
            .replace("/var/lib/postgresql/18/replica", folder.to_str().expect("UTF-8"));
        let mut shell = database.server().program("/bin/sh", "postgres");
        let path = format!("{}:/usr/bin:/bin", database.server().programs.display());
        shell.env("PATH", path).args(["-c", &line]);
        shell
    });
    standby.start_with("hot_standby_feedback = on\n", &[]);
    follows(&standby);
    let gateway = start(&database, &standby, super::FAR);
    is_answered_by(&gateway, "replica");
    let active = format!("SELECT active FROM pg_replication_slots WHERE slot_name = '{slot}'");
    assert_eq!(database.value(&active), "t");
    drop(standby);
    heimdall_tests::eventually("the slot is free", || database.value(&active) == "f");
    database.run(&format!("SELECT pg_drop_replication_slot('{slot}')"));
}

#[test]
fn a_backup_of_the_runbook_becomes_a_standby() {
    let database = with_logins();
    let server = database.server();
    let line = command(RUNBOOK, "pg_basebackup");
    let conninfo = format!("host={} port={} user={}", server.host, server.port, server.user);
    let standby = server.copy_by(|folder| {
        let packed = folder.with_file_name("packed");
        // As written, but for where: the server of the test, and a folder of its own.
        let target = line.split(" -D ").nth(1).and_then(|rest| rest.split(" -F").next()).expect("a folder");
        let line = line.replace("-h localhost -U heimdall ", "").replace(target, "\"$PACKED\"");
        let script = format!(
            "{line} && mkdir \"$DATA\" && chmod 700 \"$DATA\" && tar xzf \"$PACKED/base.tar.gz\" -C \"$DATA\" \
             && tar xzf \"$PACKED/pg_wal.tar.gz\" -C \"$DATA/pg_wal\" && touch \"$DATA/standby.signal\" \
             && echo \"primary_conninfo = '$CONNINFO'\" >>\"$DATA/postgresql.auto.conf\""
        );
        let mut shell: Command = server.program("/bin/sh", "postgres");
        let path = format!("{}:/usr/bin:/bin", server.programs.display());
        shell.env("PATH", path).env("PACKED", packed).env("DATA", folder).env("CONNINFO", &conninfo);
        shell.args(["-c", &script]);
        shell
    });
    standby.start_with("", &[]);
    follows(&standby);
}
