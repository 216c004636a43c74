//! The priority of a message, `<34>`: eight times its facility, and its severity.

/// Names of facilities by number (RFC 5424, table 1), as `syslog.conf` has them where it has a name.
pub(super) const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
    "ntp", "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
    "local7",
];

/// Names of severities by number (RFC 5424, table 2), as `syslog.conf` has them.
pub(super) const SEVERITIES: [&str; 8] =
    ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/// The priority that a line begins with, and what follows it.
pub(super) fn leading(line: &str) -> Option<(u8, &str)> {
    let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse().ok().filter(|number| is_number && *number <= 191)?;
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_a_number_up_to_191() {
        assert_eq!(leading("<34>x"), Some((34, "x")));
        assert_eq!(leading("<191>"), Some((191, "")));
        for line in ["<192>x", "<>x", "<-1>x", "<+1>x", "<0034>x", "<34", "34>x", " <34>x"] {
            assert_eq!(leading(line), None, "{line}");
        }
    }
}
