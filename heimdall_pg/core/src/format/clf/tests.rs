use crate::canonical::{Kind, canonical};
use crate::format::Format;
use crate::format::tests::{Kept, decode, decode_however_cut};

fn checked(dump: &[u8]) -> Kept {
    decode_however_cut(Format::Clf, dump)
}

/// The fields of a line that have a value, in the order of the columns.
fn fields(line: &str) -> Vec<(String, String)> {
    let kept = decode(Format::Clf, line.as_bytes(), usize::MAX).unwrap();
    let row = kept.rows.into_iter().next().unwrap_or_default();
    kept.columns.into_iter().zip(row).filter(|(_, value)| !value.is_empty()).collect()
}

fn assert_fields(line: &str, expected: &[(&str, &str)]) {
    let fields = fields(line);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(fields, expected, "{line}");
}

const TIME: &str = "10/Oct/2000:13:55:36 -0700";

#[test]
fn a_log_is_the_same_however_it_is_cut() {
    let kept = checked(
        "192.0.2.1 - ada [10/Oct/2000:13:55:36 -0700] \"GET /é HTTP/1.0\" 200 2326\r\n\n\
         rubbish\n2001:db8::1 - - [10/Oct/2000:13:55:37 -0700] \"\\x16\\x03\" 400 - \"-\" \"x\\\"y\\\"\"\n"
            .as_bytes(),
    );
    let columns = [
        "client",
        "user",
        "timestamp",
        "request",
        "method",
        "path",
        "protocol",
        "status",
        "bytes",
        "user_agent",
    ];
    assert_eq!(kept.columns, columns);
    assert_eq!(
        kept.rows[0],
        ["192.0.2.1", "ada", TIME, "GET /é HTTP/1.0", "GET", "/é", "HTTP/1.0", "200", "2326"]
    );
    assert_eq!(kept.rows[1][3], "\\x16\\x03");
    assert_eq!(kept.rows[1][4..7], ["", "", ""]);
    assert_eq!(kept.rows[1][9], "x\"y\"");
    assert_eq!(kept.malformed[0], (2, "neither a line of an access log nor of an error log"));
    assert_eq!(canonical(Kind::Timestamp, TIME).unwrap(), "2000-10-10T20:55:36Z");
}

#[test]
fn variants_of_the_access_log_are_read() {
    assert_fields(
        "www.example.org:443 192.0.2.1 - john doe [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 5 \"http://a.example/\" \"curl\" 0.004 \"-\"",
        &[
            ("vhost", "www.example.org"),
            ("port", "443"),
            ("client", "192.0.2.1"),
            ("user", "john doe"),
            ("timestamp", TIME),
            ("request", "GET / HTTP/1.1"),
            ("method", "GET"),
            ("path", "/"),
            ("protocol", "HTTP/1.1"),
            ("status", "200"),
            ("bytes", "5"),
            ("referrer", "http://a.example/"),
            ("user_agent", "curl"),
            ("extra", "0.004 \"-\""),
        ],
    );
    assert_fields(
        "- 2001:db8::1 (-) - - [10/Oct/2000:13:55:36 -0700] \"-\" 408 - \"-\" \"-\" \"-\"",
        &[("client", "2001:db8::1"), ("timestamp", TIME), ("status", "408")],
    );
    assert_fields(
        "192.0.2.1, 192.0.2.2 - - [10/Oct/2000:13:55:36 -0700] \"192.0.2.9\" \"GET /\" 200 5 7 \"Some Agent\"",
        &[
            ("client", "192.0.2.1"),
            ("timestamp", TIME),
            ("request", "GET /"),
            ("method", "GET"),
            ("path", "/"),
            ("status", "200"),
            ("bytes", "5"),
            ("user_agent", "Some Agent"),
            ("extra", "192.0.2.2 \"192.0.2.9\" 7"),
        ],
    );
    assert_fields(
        "[10/Oct/2000:13:55:36 -0700] 192.0.2.1 TLSv1.2 AES \"GET /x HTTP/1.1\" 404",
        &[
            ("client", "192.0.2.1"),
            ("timestamp", TIME),
            ("request", "GET /x HTTP/1.1"),
            ("method", "GET"),
            ("path", "/x"),
            ("protocol", "HTTP/1.1"),
            ("bytes", "404"),
            ("extra", "TLSv1.2 AES"),
        ],
    );
}

#[test]
fn a_time_alone_in_front_is_enough() {
    assert_fields("[10/Oct/2000:13:55:36 -0700] \"-\" 5", &[("timestamp", TIME), ("bytes", "5")]);
}

#[test]
fn quotes_that_nothing_closes_take_no_longer() {
    let line = format!("192.0.2.1 - - [{TIME}] \"GET / HTTP/1.1\" 200 5 {}", "\"a ".repeat(1 << 20));
    let kept = decode(Format::Clf, line.as_bytes(), usize::MAX).unwrap();
    assert_eq!(kept.rows.len(), 1);
}

#[test]
fn error_logs_are_read() {
    assert_fields(
        "[Wed Oct 11 14:32:52 2000] [error] [client 192.0.2.1] denied: /x",
        &[
            ("timestamp", "Wed Oct 11 14:32:52 2000"),
            ("level", "error"),
            ("client", "192.0.2.1"),
            ("message", "denied: /x"),
        ],
    );
    assert_fields(
        "2024/01/31 23:59:59 [error] 54#0: *1 open() \"/x\" failed (2: No such file or directory), client: 192.0.2.1, server: localhost, request: \"GET /x, client: y HTTP/1.1\", host: \"a.example:80\"",
        &[
            ("timestamp", "2024/01/31 23:59:59"),
            ("level", "error"),
            ("pid", "54"),
            ("tid", "0"),
            ("host", "a.example:80"),
            ("request", "GET /x, client: y HTTP/1.1"),
            ("method", "GET"),
            ("path", "/x, client: y"),
            ("protocol", "HTTP/1.1"),
            ("vhost", "localhost"),
            ("client", "192.0.2.1"),
            ("message", "*1 open() \"/x\" failed (2: No such file or directory)"),
        ],
    );
}

#[test]
fn a_line_without_a_request_is_malformed() {
    let kept = decode(Format::Clf, b"192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] 200 5\n", 7).unwrap();
    assert_eq!(kept.malformed, [(1, "no request in quotes behind the time")]);
}
