//! Raw logs of the Linux audit daemon.

use heimdall_core::format::Format;

use crate::corpus::Corpus;
use crate::rows::Rows;

#[test]
fn events_are_rows() {
    let Some(corpus) = Corpus::open("c16_cloud_and_linux") else { return };
    let mut commands = Vec::new();
    for log in ["sh_arp_cache_2020-11-10074812.log", "sh_binary_padding_dd_2020-11-10081941.log"] {
        let text = corpus.read(log);
        let table = Rows::decode(Format::Auditd, text.as_bytes());
        assert_eq!(table.malformed, [], "{log}");
        assert_eq!(table.len(), text.matches("type=SYSCALL").count(), "{log}");
        for row in 0..table.len() {
            assert_eq!(table.value(row, "proctitle"), table.value(row, "command"), "the same in hexadecimal");
            assert_eq!(table.value(row, "types"), r#"["SYSCALL","EXECVE","CWD","PATH","PATH","PROCTITLE"]"#);
            assert!(table.value(row, "path.name").starts_with(&format!("[\"{}\"", table.value(row, "exe"))));
            assert!(!table.value(row, "cwd").is_empty());
            commands.push(table.value(row, "command").to_owned());
        }
    }
    assert_eq!(commands, ["arp -a", "grep -v ^?", "dd if=/dev/zero bs=1 count=1"]);
}
