use super::*;

fn name(sample: &str) -> Option<&'static str> {
    detect_format(sample.as_bytes()).map(Format::name)
}

#[test]
fn every_format_is_known_by_its_beginning() {
    let samples = [
        ("csv", "time,user,src\n2026-01-01,ada,192.0.2.1\n2026-01-02,bob,192.0.2.2\n"),
        ("csv", "\u{feff}time;user\r\n2026-01-01;ada\r\n"),
        ("csv", "2026-01-01,ada,192.0.2.1\n2026-01-02,bob,192.0.2.2\n"),
        ("csv", "# made today\n#\n# id,first seen,url\n\"1\",\"2026-01-01\",\"http://a.example\"\n"),
        ("json", "[\n  {\"a\": 1}\n]"),
        ("json", "{\n \"a\": 1\n}"),
        ("json", "[\"a\", \"b\"]"),
        ("ndjson", "{\"a\": 1}\n{\"a\": 2}\n"),
        ("ndjson", "{\"a\": 1}"),
        ("zeek", "#separator \\x09\n#set_separator\t,\n"),
        ("zeek", "{\"ts\": 1.5, \"uid\": \"C1\", \"id.orig_h\": \"192.0.2.1\"}\n"),
        ("zeek", "{\"_path\": \"dns\", \"ts\": 1}\n"),
        ("suricata", "{\"timestamp\": \"2026-01-01\", \"flow_id\": 1, \"event_type\": \"alert\"}\n"),
        ("suricata", "{\"timestamp\": \"2026-01-01\", \"event_type\": \"stats\", \"stats\": {}}\n"),
        ("ndjson", "{\"event_type\": \"Security\", \"timestamp\": 1}\n"),
        ("syslog", "<34>1 2003-10-11T22:14:15.003Z host su - ID47 - failed\n"),
        ("syslog", "<13>Oct 11 22:14:15 host su: failed\n"),
        ("syslog", "Oct  1 22:14:15 host su[12]: failed\nOct  1 22:14:16 host su[12]: failed\n"),
        ("syslog", "2026-01-01T10:00:00.123+01:00 host sshd[1]: failed\n"),
        ("cef", "CEF:0|Vendor|Product|1.0|100|name|5|src=192.0.2.1\n"),
        ("cef", "<13>Oct 11 22:14:15 host CEF:0|Vendor|Product|1.0|100|name|5|src=192.0.2.1\n"),
        ("leef", "LEEF:2.0|Vendor|Product|1.0|100|^|src=192.0.2.1\n"),
        ("kv", "date=2026-01-01 time=10:00:00 devname=\"fw\" srcip=192.0.2.1\n"),
        ("clf", "192.0.2.1 - ada [10/Oct/2026:13:55:36 -0700] \"GET / HTTP/1.0\" 200 1\n"),
        ("clf", "[Mon Dec 26 16:15:55.103522 2016] [core:notice] [pid 1] AH1: started\n"),
        ("clf", "2026/01/31 10:00:00 [error] 1#0: *1 x, client: ::1\n"),
        ("w3c", "#Software: x\n#Fields: date time c-ip\n2026-01-01 10:00:00 192.0.2.1\n"),
        ("cloudtrail", "{\"Records\": [{\"eventVersion\": \"1.08\", \"eventSource\": \"x\"}]}"),
        (
            "cloudtrail",
            "{\"eventVersion\": \"1.08\", \"userIdentity\": {\"a\": \"}\"}, \"eventSource\": \"x\"}\n",
        ),
        ("winevent", "{\"EventID\": 1, \"Channel\": \"Security\"}\n"),
        ("winevent", "{\"@timestamp\": \"x\", \"winlog\": {\"event_id\": 1}}\n"),
        ("winevent", "{\"Event\": {\"System\": {\"EventID\": 1}}}\n"),
        ("auditd", "type=SYSCALL msg=audit(1.5:2): arch=c000003e syscall=59\n"),
        ("stix", "{\"type\": \"bundle\", \"id\": \"bundle--1\", \"objects\": []}"),
        ("misp", "{\"Event\": {\"id\": \"1\"}}"),
        ("misp", "{\"response\": [{\"Event\": {\"id\": \"1\"}}]}"),
        ("warninglist", "{\"list\": [\"a\"], \"name\": \"x\", \"type\": \"string\"}"),
        ("nmap", "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\">"),
        ("text", "Callbacks went to evil.example, and more.\nThey came back.\n"),
        ("text", "evil.example\n192.0.2.1\n"),
        ("text", "# list\n192.0.2.1\t5\n192.0.2.2\t5\n"),
        ("text", "[10.30 16:49:06] chrome.exe - closed\n"),
        ("text", "= Report\n\n|===\n|a |b\n|===\n"),
    ];
    for (format, sample) in samples {
        assert_eq!(name(sample), Some(format), "{sample}");
    }
}

#[test]
fn archives_and_programs() {
    assert_eq!(detect_format(b"PK\x03\x04....[Content_Types].xml....xl/workbook.xml"), Some(Format::Xlsx));
    assert_eq!(detect_format(b"PK\x03\x04....[Content_Types].xml....word/document.xml"), None);
    assert_eq!(detect_format(b"PK\x03\x04....other"), None);
    for nothing in [b"\x7FELF\x02\x01\x01\x00".as_slice(), b"", b"\xEF\xBB\xBF \n", &[0x9F; 100]] {
        assert_eq!(detect_format(nothing), None);
    }
}

#[test]
fn a_sample_may_be_cut_anywhere() {
    let sample = "{\"userIdentity\": {\"a\": \"\\\"}é\"}, \"eventVersion\": \"1.08\", \"eventName\": \"x\"}";
    for end in 1..sample.len() {
        assert!(detect_format(&sample.as_bytes()[..end]).is_some(), "{end}");
    }
}
