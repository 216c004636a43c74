//! Where a record ends, and where its fields lie.

use super::MAX_COLUMNS;
use super::dialect::Dialect;

/// Where a field lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub start: usize,
    pub end: usize,
    /// Escapes are to be taken out of it.
    pub escaped: bool,
}

/// How far a record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Where its line end stands, or the end of the dump.
    pub end: usize,
    /// False where a quoted field goes on behind its closing quote.
    pub proper: bool,
}

/// Reads the record that begins at `start`; `None` where its end is not in `data`. No more pieces are kept than a
/// dump may have columns, and one.
pub(super) fn read(
    data: &[u8],
    start: usize,
    last: bool,
    dialect: &Dialect,
    pieces: &mut Vec<Piece>,
) -> Option<Extent> {
    pieces.clear();
    let mut keep = |piece| {
        if pieces.len() <= MAX_COLUMNS {
            pieces.push(piece);
        }
    };
    let mut proper = true;
    let mut at = start;
    loop {
        at = dialect.skip_padding(data, at);
        let field = at;
        if data.get(at).copied().is_some_and(|byte| dialect.quote == Some(byte)) {
            let closed = close(data, at + 1, last, dialect)?;
            let next = dialect.skip_padding(data, closed.at + 1);
            if !last && data.len().saturating_sub(next) < dialect.delimiter.len() && !is_line_end(data, next)
            {
                return None;
            }
            if next >= data.len() || is_line_end(data, next) || dialect.delimits(data, next) {
                keep(Piece { start: field + 1, end: closed.at, escaped: closed.escaped });
                if !dialect.delimits(data, next) {
                    return Some(Extent { end: next, proper });
                }
                at = next + dialect.delimiter.len();
                continue;
            }
            proper = false;
            at = closed.at + 1;
        }
        let end = unquoted(data, at, last, dialect)?;
        keep(Piece { start: field, end, escaped: false });
        if !dialect.delimits(data, end) {
            return Some(Extent { end, proper });
        }
        at = end + dialect.delimiter.len();
    }
}

/// True where a line ends there.
pub(super) fn is_line_end(data: &[u8], at: usize) -> bool {
    matches!(data.get(at), Some(b'\n' | b'\r'))
}

/// The next line end from there.
pub(super) fn line_end(data: &[u8], from: usize) -> Option<usize> {
    memchr::memchr2(b'\n', b'\r', data.get(from..)?).map(|at| from + at)
}

/// A closing quote.
pub(super) struct Close {
    pub at: usize,
    pub escaped: bool,
}

/// The quote that closes the field whose text begins at `from`.
pub(super) fn close(data: &[u8], from: usize, last: bool, dialect: &Dialect) -> Option<Close> {
    let quote = dialect.quote?;
    let escape = dialect.escape.unwrap_or(quote);
    let mut escaped = false;
    let mut at = from;
    loop {
        at += memchr::memchr2(quote, escape, data.get(at..)?)?;
        let byte = data.get(at).copied();
        match data.get(at + 1).copied() {
            None if !last => return None,
            next if next.is_some() && (next == byte || (byte == Some(escape) && next == Some(quote))) => {
                escaped = true;
                at += 2;
            }
            _ if byte == Some(quote) => return Some(Close { at, escaped }),
            _ => at += 1,
        }
    }
}

/// Where the unquoted field that `at` lies in ends.
pub(super) fn unquoted(data: &[u8], mut at: usize, last: bool, dialect: &Dialect) -> Option<usize> {
    let first = dialect.delimiter.first().copied()?;
    loop {
        match memchr::memchr3(first, b'\n', b'\r', data.get(at..)?) {
            None => return last.then_some(data.len()),
            Some(found) => at += found,
        }
        if dialect.delimits(data, at) || is_line_end(data, at) {
            return Some(at);
        }
        if !last && data.len() - at < dialect.delimiter.len() {
            return None;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(data: &str, dialect: &Dialect) -> Option<(Vec<String>, Extent)> {
        let mut pieces = Vec::new();
        let extent = read(data.as_bytes(), 0, false, dialect, &mut pieces)?;
        Some((pieces.iter().map(|piece| data[piece.start..piece.end].to_owned()).collect(), extent))
    }

    #[test]
    fn a_record_ends_at_the_line_end_outside_of_quotes() {
        let comma = Dialect::of(b",");
        let (read, extent) = fields("a,\"b,\n\"\"c\"\"\",\r\n", &comma).unwrap();
        assert_eq!(read, ["a", "b,\n\"\"c\"\"", ""]);
        assert_eq!(extent, Extent { end: 13, proper: true });
        assert_eq!(fields("a,\"b\n", &comma), None);
        assert_eq!(fields("a,b", &comma), None);
        assert_eq!(fields("a,\"b\"", &comma), None);
    }

    #[test]
    fn what_follows_a_closing_quote_is_of_the_field_and_improper() {
        let (read, extent) = fields("\"a\"b,c\n", &Dialect::of(b",")).unwrap();
        assert_eq!((read, extent.proper), (vec!["\"a\"b".to_owned(), "c".to_owned()], false));
    }

    #[test]
    fn a_delimiter_may_be_long_and_padded() {
        let (read, _) = fields("a|b||\"c||d\"||\n", &Dialect::of(b"||")).unwrap();
        assert_eq!(read, ["a|b", "c||d", ""]);
        assert_eq!(fields("a|", &Dialect::of(b"||")), None);
        let padded = Dialect { padded: true, ..Dialect::of(b",") };
        assert_eq!(fields("a,   \"b, c\" , d\n", &padded).unwrap().0, ["a", "b, c", "d"]);
    }

    #[test]
    fn another_escape_than_the_doubled_quote() {
        let dialect = Dialect { escape: Some(b'\\'), ..Dialect::of(b",") };
        let (read, extent) = fields("\"8\\'9\\\" x\\\\\",\"\"\n", &dialect).unwrap();
        assert_eq!((read, extent.proper), (vec!["8\\'9\\\" x\\\\".to_owned(), String::new()], true));
    }
}
