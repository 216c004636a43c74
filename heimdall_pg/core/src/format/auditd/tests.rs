use crate::format::records::tests::{decode_cut, named};
use crate::format::{Format, MAX_ROW};

#[track_caller]
fn assert_rows(dump: &str, expected: &[&[&str]]) {
    let kept = decode_cut(Format::Auditd, dump);
    assert_eq!(kept.malformed, []);
    let rows: Vec<_> = (0..kept.rows.len()).map(|row| named(&kept, row)).collect();
    assert_eq!(rows, expected);
}

#[test]
fn records_of_one_event_are_one_row() {
    assert_rows(
        "type=SYSCALL msg=audit(1700000000.123:7): arch=c000003e syscall=59 success=yes a0=1 pid=4 tty=(none) comm=\"ls\" exe=\"/bin/ls\" key=(null)\n\
         type=EXECVE msg=audit(1700000000.123:7): argc=3 a0=\"ls\" a1=2D6C a2_len=4 a2[0]=\"/a\" a2[1]=\"/b\"\n\
         type=CWD msg=audit(1700000000.123:7): cwd=\"/home\"\n\
         type=PATH msg=audit(1700000000.123:7): item=0 name=\"/bin/ls\" inode=1 nametype=NORMAL\n\
         type=PATH msg=audit(1700000000.123:7): item=1 name=2F6120 inode=2\n\
         type=PROCTITLE msg=audit(1700000000.123:7): proctitle=6C73002D6C\n\
         type=EOE msg=audit(1700000000.123:7): \n",
        &[&[
            "timestamp=1700000000.123",
            "serial=7",
            "type=SYSCALL",
            "arch=c000003e",
            "syscall=59",
            "success=yes",
            "a0=1",
            "pid=4",
            "comm=ls",
            "exe=/bin/ls",
            "argc=3",
            "cwd=/home",
            "proctitle=ls -l",
            r#"types=["SYSCALL","EXECVE","CWD","PATH","PATH","PROCTITLE","EOE"]"#,
            "command=ls -l /a/b",
            r#"args=["ls","-l","/a/b"]"#,
            r#"path.name=["/bin/ls","/a "]"#,
            r#"paths=[{"item":"0","name":"/bin/ls","inode":"1","nametype":"NORMAL"},{"item":"1","name":"/a ","inode":"2"}]"#,
        ]],
    );
}

#[test]
fn messages_of_programs_and_names_of_numbers() {
    assert_rows(
        "node=h type=USER_LOGIN msg=audit(1700000000.1:8): pid=9 uid=0 msg='op=login acct=\"ada\" exe=\"/usr/sbin/sshd\" \
         hostname=? addr=192.0.2.1 terminal=ssh res=success'\x1dUID=\"root\" AUID=\"ada\"\n",
        &[&[
            "node=h",
            "timestamp=1700000000.1",
            "serial=8",
            "type=USER_LOGIN",
            "pid=9",
            "uid=0",
            "op=login",
            "acct=ada",
            "exe=/usr/sbin/sshd",
            "addr=192.0.2.1",
            "terminal=ssh",
            "res=success",
            "uid.name=root",
            "auid.name=ada",
            r#"types=["USER_LOGIN"]"#,
        ]],
    );
}

#[test]
fn fields_of_several_records_are_told_apart() {
    assert_rows(
        "type=AVC msg=audit(1.1:9): avc:  denied  { read } for  pid=1 comm=\"a\" key=6101620A\n\
         type=SYSCALL msg=audit(1.1:9): pid=2 10.0.0.1=x\n\
         type=AVC msg=audit(1.1:9): pid=3\n\
         type=SOCKADDR msg=audit(1.1:9): saddr=02000035C0000201\n",
        &[&[
            "timestamp=1.1",
            "serial=9",
            "type=AVC",
            r#"pid=["1","3"]"#,
            "comm=a",
            "key=[\"a\",\"b\\n\"]",
            r#"text=["avc: denied { read } for","10.0.0.1=x"]"#,
            "syscall.pid=2",
            "saddr.ip=192.0.2.1",
            "saddr.port=53",
            "saddr=02000035C0000201",
            r#"types=["AVC","SYSCALL","AVC","SOCKADDR"]"#,
        ]],
    );
}

#[test]
fn interleaved_events_and_those_by_syslog() {
    let kept = decode_cut(
        Format::Auditd,
        "type=A msg=audit(1.1:1): a=1\ntype=A msg=audit(1.1:2): a=2\n----\ntime->Thu\ntype=B msg=audit(1.1:1): b=1\n\
         Oct  1 22:14:15 h audispd: type=A msg=audit(1.1:3): a=3\n\
         Oct  1 22:14:15 h kernel: [ 1.5] audit: type=1400 audit(1.1:4): apparmor=\"DENIED\"\n",
    );
    assert_eq!(kept.rows.len(), 4);
    assert_eq!(named(&kept, 0)[3..], ["a=1", "b=1", r#"types=["A","B"]"#]);
    assert!(named(&kept, 2).contains(&"node=h".to_owned()));
    assert!(named(&kept, 3).contains(&"apparmor=DENIED".to_owned()));
}

#[test]
fn other_lines_are_malformed() {
    let kept = decode_cut(Format::Auditd, "text\ntype=A msg=audit(x:1): a=1\ntype=A msg=audit(1.1:1): a=1\n");
    assert_eq!(kept.rows.len(), 1);
    assert_eq!(kept.malformed, [(1, "no record of the audit log"), (2, "no record of the audit log")]);
}

#[test]
fn open_events_are_bounded() {
    // Every event is one record of a megabyte; no more of them are held than a row may have.
    let field = "x".repeat(1 << 20);
    let dump: String = (0..40).map(|serial| format!("type=A msg=audit(1.1:{serial}): a={field}\n")).collect();
    let kept = crate::format::tests::decode(Format::Auditd, dump.as_bytes(), 1 << 20).unwrap();
    assert_eq!(kept.rows.len(), 40);
    assert!(dump.len() > 2 * MAX_ROW);
}
