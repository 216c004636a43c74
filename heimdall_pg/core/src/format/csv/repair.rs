//! Records with quotes that are not escaped.
//!
//! Such a record can be read in more than one way. It is read in the one that gives it as many fields as its table
//! has columns, where there is one: first as if the quotes inside a field were text, then as if the quote that
//! opens a field without closing it were.

use super::MAX_COLUMNS;
use super::dialect::Dialect;
use super::record::{close, unquoted};

/// The fields of a record (without its line end), where a reading gives it a fitting number of them.
pub(super) fn repair(record: &str, dialect: &Dialect, fits: impl Fn(usize) -> bool) -> Option<Vec<String>> {
    let readings: [Reading; 2] = [quotes_inside, quote_in_front];
    readings
        .into_iter()
        .find_map(|reading| fields(record, dialect, reading).filter(|fields| fits(fields.len())))
}

/// The quoted field whose text begins there, and where it ends, its closing quote included.
type Reading = fn(&str, usize, &Dialect) -> Result<Option<(String, usize)>, Unclosed>;

/// A field that is never closed: the record cannot be read so.
struct Unclosed;

fn fields(record: &str, dialect: &Dialect, reading: Reading) -> Option<Vec<String>> {
    let data = record.as_bytes();
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        at = dialect.skip_padding(data, at);
        let is_quoted = data.get(at).copied().is_some_and(|byte| dialect.quote == Some(byte));
        let quoted = if is_quoted { reading(record, at + 1, dialect).ok()? } else { None };
        let (field, end) = match quoted {
            Some(quoted) => quoted,
            None => {
                let end = next_delimiter(data, at, dialect)?;
                (record.get(at..end)?.to_owned(), end)
            }
        };
        fields.push(field);
        let end = dialect.skip_padding(data, end);
        if end >= data.len() {
            return Some(fields);
        }
        if fields.len() > MAX_COLUMNS {
            return None;
        }
        at = end + dialect.delimiter.len();
    }
}

/// The delimiter, or the end of the record: a line end is text here.
fn next_delimiter(data: &[u8], mut at: usize, dialect: &Dialect) -> Option<usize> {
    loop {
        at = unquoted(data, at, true, dialect)?;
        if at >= data.len() || dialect.delimits(data, at) {
            return Some(at);
        }
        at += 1;
    }
}

fn ends_field(data: &[u8], at: usize, dialect: &Dialect) -> bool {
    let at = dialect.skip_padding(data, at);
    at >= data.len() || dialect.delimits(data, at)
}

/// A quote closes the field where a delimiter follows; any other is text.
fn quotes_inside(record: &str, from: usize, dialect: &Dialect) -> Result<Option<(String, usize)>, Unclosed> {
    let data = record.as_bytes();
    let quote = dialect.quote.ok_or(Unclosed)?;
    let mut field = String::new();
    let mut at = from;
    loop {
        let found = data.get(at..).and_then(|rest| memchr::memchr(quote, rest)).ok_or(Unclosed)? + at;
        dialect.unescape(record.get(at..found).ok_or(Unclosed)?, &mut field);
        if ends_field(data, found + 1, dialect) {
            return Ok(Some((field, found + 1)));
        }
        field.push(char::from(quote));
        let is_pair = data.get(found + 1) == Some(&quote) && !ends_field(data, found + 2, dialect);
        at = found + if is_pair { 2 } else { 1 };
    }
}

/// A quote that opens a field and does not close it properly is text.
fn quote_in_front(record: &str, from: usize, dialect: &Dialect) -> Result<Option<(String, usize)>, Unclosed> {
    let data = record.as_bytes();
    let Some(closed) =
        close(data, from, true, dialect).filter(|closed| ends_field(data, closed.at + 1, dialect))
    else {
        return Ok(None);
    };
    let mut field = String::new();
    dialect.unescape(record.get(from..closed.at).ok_or(Unclosed)?, &mut field);
    Ok(Some((field, closed.at + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(record: &str, columns: usize) -> Option<Vec<String>> {
        repair(record, &Dialect::of(b","), |fields| fields == columns)
    }

    #[test]
    fn quotes_inside_a_field_are_text_where_the_fields_come_out_even() {
        assert_eq!(repaired(r#"1,"a 9" rod, long","x""#, 3).unwrap(), ["1", r#"a 9" rod, long"#, "x"]);
        assert_eq!(repaired(r#"1,"round 48"","x, y""#, 3).unwrap(), ["1", r#"round 48""#, "x, y"]);
        assert_eq!(repaired(r#""say ""hi"" to "him"",2"#, 2).unwrap(), [r#"say "hi" to "him""#, "2"]);
    }

    #[test]
    fn a_quote_in_front_is_text_where_the_fields_come_out_even() {
        assert_eq!(repaired(r#""1,2,"a, b","c",4"#, 5).unwrap(), [r#""1"#, "2", "a, b", "c", "4"]);
        assert_eq!(repaired(r#""a"b,c"#, 2).unwrap(), [r#""a"b"#, "c"]);
    }

    #[test]
    fn what_fits_in_no_way_is_not_repaired() {
        assert_eq!(repaired(r#""a"b,c"#, 5), None);
        assert_eq!(repaired(r#""a"b"#, 2), None);
    }
}
