//! What systemd is told, and the unit that comes with the gateway.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use heimdall_tests::{Authority, Database, Gateway};

const UNIT: &str = include_str!("../../docker/systemd/heimdall.service");

/// The other end of `NOTIFY_SOCKET`.
struct Systemd(UnixDatagram);

impl Systemd {
    fn listen(path: &Path) -> Systemd {
        let socket = UnixDatagram::bind(path).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_secs(180))).expect("set");
        Systemd(socket)
    }

    /// Waits for a message with that line, and gives it.
    fn hears(&self, line: &str) -> String {
        loop {
            let mut bytes = [0; 4096];
            let length = self.0.recv(&mut bytes).unwrap_or_else(|error| panic!("{line} never came: {error}"));
            let message = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if message.lines().any(|said| said == line) {
                return message;
            }
        }
    }
}

#[test]
fn it_is_told_how_it_goes() {
    let database = Database::new();
    let path = Authority::of_the_run().folder().join(format!("notify-{:x}", fastrand::u64(..)));
    let systemd = Systemd::listen(&path);
    let mut gateway = Gateway::start_with(&database, |settings| {
        settings.insert("NOTIFY_SOCKET".into(), path.to_str().expect("UTF-8").into());
        settings.insert("WATCHDOG_USEC".into(), "500000".into());
    });
    let ready = systemd.hears("READY=1");
    let port = wire_port(&gateway);
    assert!(ready.contains(&format!("STATUS=listening on 127.0.0.1:{port}")), "{ready}");
    systemd.hears("WATCHDOG=1");
    gateway.signal("HUP");
    assert!(systemd.hears("RELOADING=1").contains("MONOTONIC_USEC="));
    assert!(systemd.hears("READY=1").contains("STATUS=the certificate was read anew"));
    systemd.hears("WATCHDOG=1");
    gateway.signal("TERM");
    systemd.hears("STOPPING=1");
    assert!(gateway.wait().success());
}

fn wire_port(gateway: &Gateway) -> u16 {
    crate::wire::address(gateway).port()
}

#[test]
fn the_unit_keeps_the_paths_of_the_runbook() {
    for line in [
        "Type=notify",
        "User=heimdall",
        "EnvironmentFile=/etc/heimdall/environment",
        "ExecStart=/usr/local/bin/heimdall run",
        "SyslogIdentifier=heimdall",
        "NoNewPrivileges=true",
        "ProtectSystem=strict",
    ] {
        assert!(UNIT.lines().any(|found| found == line), "{line}");
    }
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let folder = Authority::of_the_run().folder().join("unit");
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("heimdall.service");
    // A command that is there: it is looked for.
    let binary = Gateway::binary().display().to_string();
    fs::write(&file, UNIT.replace("/usr/local/bin/heimdall", &binary)).expect("written");
    let Ok(found) = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&file).output() else {
        return println!("left out: there is no systemd-analyze here");
    };
    let said = String::from_utf8_lossy(&found.stderr);
    assert!(found.status.success() && !said.contains("heimdall.service"), "{said}");
}
