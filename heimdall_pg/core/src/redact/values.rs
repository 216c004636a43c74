//! Whether a statement can hold values at all.

/// True for a statement in which nothing is written out: words, punctuation and parameters (`$1`), no quotes, numbers or
/// comments, and no word where a value stands, which may be one that lacks its quotes. The options of COPY are words.
pub fn is_free_of_values(statement: &[u8]) -> bool {
    let is_copy =
        statement.trim_ascii_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"copy"));
    let mut before = b' ';
    for (at, &byte) in statement.iter().enumerate() {
        let rest = &statement[at + 1..];
        let next = rest.first().copied().unwrap_or(b' ');
        let is_free = match byte {
            b'\'' | b'"' | b'`' | b'\\' | b'@' | b'#' | 0x80.. => false,
            b'-' | b'/' if next == byte || next == b'*' => false,
            b'$' => next.is_ascii_digit(),
            // In a word or after a dollar, a digit is a part of the name.
            b'0'..=b'9' => before.is_ascii_alphanumeric() || before == b'_' || before == b'$',
            b'(' | b'=' if !is_copy => {
                matches!(rest.trim_ascii_start().first(), Some(b'$' | b'(' | b')' | b'*' | b'>'))
            }
            _ => true,
        };
        if !is_free {
            return false;
        }
        // A number stays one however many digits it has: its first is what decides.
        before = byte;
    }
    true
}
