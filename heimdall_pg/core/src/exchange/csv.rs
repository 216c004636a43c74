//! CSV (RFC 4180) that no spreadsheet takes for formulas.

/// A field as it stands in a line.
///
/// A spreadsheet runs what begins with `=`, `+`, `-`, `@`, a tab or a line break. Such a field gets an apostrophe before it,
/// and one that begins with an apostrophe gets another, so that taking one away gives every value back.
pub fn field(value: &str) -> String {
    let guard = if value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\'', '＝', '＋', '－', '＠'])
    {
        "'"
    } else {
        ""
    };
    if value.contains(['"', ',', '\r', '\n']) {
        format!("\"{guard}{}\"", value.replace('"', "\"\""))
    } else {
        format!("{guard}{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields() {
        for (value, expected) in [
            ("", ""),
            ("example.org", "example.org"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("a\nb", "\"a\nb\""),
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("=a,\"b\"", "\"'=a,\"\"b\"\"\""),
            ("'quoted'", "''quoted'"),
        ] {
            assert_eq!(field(value), expected, "{value:?}");
        }
    }

    /// What a reader of RFC 4180 sees, without the apostrophe.
    fn read(field: &str) -> String {
        let plain = match field.strip_prefix('"') {
            Some(quoted) => quoted.strip_suffix('"').unwrap().replace("\"\"", "\""),
            None => field.to_owned(),
        };
        plain.strip_prefix('\'').map(str::to_owned).unwrap_or(plain)
    }

    proptest! {
        #[test]
        fn values_come_back(value in "([=+@'\"\\t\\r\\n,-]|\\PC){0,20}") {
            let written = field(&value);
            prop_assert_eq!(read(&written), value);
            let shown = written.strip_prefix('"').unwrap_or(&written);
            prop_assert!(!shown.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
        }
    }
}
