use crate::format::records::tests::{decode_cut, line, named};
use crate::format::tests::{Kept, decode};
use crate::format::{Decoder, Format, FormatOptions};

#[track_caller]
fn assert_line(text: &str, expected: &[&str]) {
    assert_eq!(line(Format::Syslog, text), expected, "{text}");
}

#[test]
fn rfc_5424() {
    assert_line(
        "<165>1 2003-10-11T22:14:15.003Z host.example.org app 111 ID47 \
         [ex@32473 iut=\"3\" src=\"a \\\"b\\\" \\] c:\\d\"][two x=\"y\"] \u{feff}an event",
        &[
            "priority=165",
            "facility=local4",
            "severity=notice",
            "timestamp=2003-10-11T22:14:15.003Z",
            "host=host.example.org",
            "app=app",
            "pid=111",
            "msgid=ID47",
            "sd.ex_32473.iut=3",
            r#"sd.ex_32473.src=a "b" ] c:\d"#,
            "sd.two.x=y",
            "message=an event",
        ],
    );
    assert_line("<0>1 - - - - - -", &["priority=0", "facility=kern", "severity=emerg"]);
    assert_line(
        "<13>1 2024-01-31T00:00:00Z h a - - no structured data",
        &[
            "priority=13",
            "facility=user",
            "severity=notice",
            "timestamp=2024-01-31T00:00:00Z",
            "host=h",
            "app=a",
            "message=no structured data",
        ],
    );
}

#[test]
fn structured_data_names_no_columns_that_look_like_values() {
    let kept = decode_cut(Format::Syslog, "<13>1 - h a - - [x 192.0.2.1=\"up\"] text\n");
    assert_eq!(named(&kept, 0)[5..], ["structured_data=[x 192.0.2.1=\"up\"]", "message=text"]);
}

#[test]
fn rfc_5424_in_a_file() {
    assert_line(
        "2025-03-21T16:29:34.821636+01:00 host sudo - - - ada : PWD=/ ; USER=root ; COMMAND=/bin/ls",
        &[
            "timestamp=2025-03-21T16:29:34.821636+01:00",
            "host=host",
            "app=sudo",
            "message=ada : PWD=/ ; USER=root ; COMMAND=/bin/ls",
            "event=sudo.command",
            "user=ada",
            "cwd=/",
            "target_user=root",
            "command=/bin/ls",
        ],
    );
}

#[test]
fn rfc_3164_and_what_may_lack() {
    let head = ["timestamp=Oct  1 22:14:15", "host=h"];
    for (text, rest) in [
        ("Oct  1 22:14:15 h app[12]: text", &["app=app", "pid=12", "message=text"][..]),
        ("Oct  1 22:14:15 h app: text", &["app=app", "message=text"]),
        ("Oct  1 22:14:15 h app.sub(mod)[1]: ", &["app=app.sub(mod)", "pid=1"]),
        ("Oct  1 22:14:15 h syslogd 1.4.1: restart.", &["app=syslogd 1.4.1", "message=restart."]),
        ("Oct  1 22:14:15 h no tag: here", &["message=no tag: here"]),
        ("Oct  1 22:14:15 h http://x", &["message=http://x"]),
    ] {
        assert_line(text, &[&head[..], rest].concat());
    }
    assert_line(
        "<34>Oct 1 22:14:15 app[12]: no host",
        &[
            "priority=34",
            "facility=auth",
            "severity=crit",
            "timestamp=Oct 1 22:14:15",
            "app=app",
            "pid=12",
            "message=no host",
        ],
    );
    assert_line(
        "2024-01-31T23:59:59.1+01:00 2001:db8::1 app: text",
        &["timestamp=2024-01-31T23:59:59.1+01:00", "host=2001:db8::1", "app=app", "message=text"],
    );
    assert_line(
        "<13>app: text",
        &["priority=13", "facility=user", "severity=notice", "app=app", "message=text"],
    );
    assert_line("neither: priority nor time", &["message=neither: priority nor time"]);
    assert_line("<999>x", &["message=<999>x"]);
}

#[test]
fn kernels_and_cisco() {
    assert_line(
        "Oct  1 22:14:15 h kernel: [   12.345678] eth0: up",
        &["timestamp=Oct  1 22:14:15", "host=h", "app=kernel", "uptime=12.345678", "message=eth0: up"],
    );
    assert_line("[    0.000000] Linux", &["app=kernel", "uptime=0.000000", "message=Linux"]);
    assert_line(
        "<189>000012: SWITCH: *Oct 21 05:12:05.185 PDT: %SYS-5-CONFIG_P: Configured",
        &[
            "priority=189",
            "facility=local7",
            "severity=notice",
            "timestamp=Oct 21 05:12:05.185 PDT",
            "host=SWITCH",
            "msgid=SYS-5-CONFIG_P",
            "message=Configured",
        ],
    );
    assert_line(
        "Jul  3 2024 16:39:13: %LINK-3-UPDOWN: down",
        &["severity=err", "timestamp=Jul  3 2024 16:39:13", "msgid=LINK-3-UPDOWN", "message=down"],
    );
}

#[test]
fn lengths_and_lines() {
    let counted = decode_cut(Format::Syslog, "19 <1>two\nlines of one5 <2>é99 <3>the last is cut");
    let messages = counted.columns.iter().position(|name| name == "message").unwrap();
    assert_eq!(
        counted.rows.iter().map(|row| row[messages].as_str()).collect::<Vec<_>>(),
        ["two\nlines of one", "é", "the last is cut"]
    );
    let lines = decode_cut(Format::Syslog, "<1>a\r\n\n<2>b");
    assert_eq!(lines.rows.len(), 2);
}

#[test]
fn a_bad_line_costs_that_line() {
    let kept = decode(Format::Syslog, b"<13>a\n\xff\n<13>a\0b\n<13>c\n", 3).unwrap();
    assert_eq!((kept.rows.len(), kept.malformed), (2, vec![(2, "not valid UTF-8"), (3, "a NUL character")]));
}

#[test]
fn a_declared_year_is_counted_on() {
    let options = FormatOptions::parse("{\"year\": 2004}", Format::Syslog).unwrap();
    let mut kept = Kept::default();
    let mut decoder = Decoder::new(Format::Syslog, &options);
    decoder.push(b"Dec 31 23:59:59 h a: x\nJan  1 00:00:00 h a: x\n", &mut kept).unwrap();
    decoder.finish(&mut kept).unwrap();
    assert_eq!(
        (kept.rows[0][0].as_str(), kept.rows[1][0].as_str()),
        ("Dec 31 2004 23:59:59", "Jan  1 2005 00:00:00")
    );
}

/// The columns after the header.
#[track_caller]
fn assert_said(app: &str, message: &str, expected: &[&str]) {
    let said = line(Format::Syslog, &format!("Oct  1 22:14:15 h {app}: {message}"));
    let said: Vec<&str> =
        said.iter().map(String::as_str).skip_while(|value| !value.starts_with("message=")).skip(1).collect();
    assert_eq!(said, expected, "{app}: {message}");
}

#[test]
fn logins_by_ssh() {
    assert_said(
        "sshd[1]",
        "Accepted publickey for ada from 192.0.2.1 port 22 ssh2: ED25519 SHA256:abc+/def",
        &[
            "event=ssh.accepted",
            "auth_method=publickey",
            "fingerprint=SHA256:abc+/def",
            "key_type=ED25519",
            "source_port=22",
            "source_ip=192.0.2.1",
            "user=ada",
        ],
    );
    assert_said(
        "sshd[1]",
        "error: maximum authentication attempts exceeded for invalid user ada from host.example.org port 22 ssh2 [preauth]",
        &[
            "event=ssh.too_many_attempts",
            "reason=invalid user",
            "source_port=22",
            "source_host=host.example.org",
            "user=ada",
        ],
    );
    assert_said(
        "sshd[1]",
        "message repeated 2 times: [ Failed password for root from fe80::1%eth0 port 22 ssh2]",
        &[
            "event=ssh.failed",
            "repeated=2",
            "auth_method=password",
            "source_port=22",
            "source_ip=fe80::1%eth0",
            "user=root",
        ],
    );
    assert_said("cron[1]", "Accepted password for ada from 192.0.2.1 port 22 ssh2", &[]);
}

#[test]
fn a_name_cannot_forge_an_address() {
    assert_said(
        "sshd[1]",
        "Failed password for invalid user a from 192.0.2.9 port 1 ssh2 from 198.51.100.2 port 22 ssh2",
        &[
            "event=ssh.failed",
            "auth_method=password",
            "reason=invalid user",
            "source_port=22",
            "source_ip=198.51.100.2",
            "user=a from 192.0.2.9 port 1 ssh2",
        ],
    );
}

#[test]
fn sudo_pam_and_others() {
    assert_said(
        "sudo",
        "ada : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/ada ; USER=root ; COMMAND=/bin/sh -c a ; b",
        &[
            "event=sudo.refused",
            "user=ada",
            "reason=3 incorrect password attempts",
            "tty=pts/0",
            "cwd=/home/ada",
            "target_user=root",
            "command=/bin/sh -c a ; b",
        ],
    );
    assert_said(
        "sshd(pam_unix)[1]",
        "authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=a.example.org  user=root",
        &["event=auth.failed", "uid=0", "euid=0", "tty=NODEVssh", "source_host=a.example.org", "user=root"],
    );
    assert_said(
        "su[1]",
        "pam_unix(su:session): session opened for user root(uid=0) by ada(uid=1000)",
        &["event=session.opened", "user=root", "uid=0", "by_user=ada", "by_uid=1000"],
    );
    assert_said(
        "CRON[1]",
        "(root) CMD (cd / && run (x))",
        &["event=cron.command", "user=root", "command=cd / && run (x)"],
    );
    assert_said(
        "systemd-logind[1]",
        "New session 4 of user ada.",
        &["event=session.new", "session=4", "user=ada"],
    );
    assert_said(
        "useradd[1]",
        "new user: name=ada, UID=1001, GID=1001, home=/home/ada, shell=/bin/bash",
        &["event=user.added", "user=ada", "uid=1001", "gid=1001", "home=/home/ada", "shell=/bin/bash"],
    );
}
