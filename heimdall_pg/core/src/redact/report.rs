//! What is left of a report when the values are taken out.

/// Splits a message that quotes a statement, as `log_statement` and its kin write it, into what is said and the
/// statement: `duration: 1.5 ms  statement: `, `SELECT …`. None where it quotes nothing.
pub fn statement_of(message: &[u8]) -> Option<(&[u8], &[u8])> {
    const DURATION: &[u8] = b"duration: ";
    let skipped = if message.starts_with(DURATION) { DURATION.len() } else { 0 };
    let at = skipped + message[skipped..].iter().position(|byte| *byte == b':')? + 1;
    Some((&message[..at], message[at..].trim_ascii_start()))
}

/// The place that a context tells, without the line of the dump or the statement at it: of
/// `COPY leak, line 2: "ada@…"`, what is before the colon.
pub fn place(context: &[u8]) -> &[u8] {
    let end = context.iter().position(|byte| matches!(byte, b':' | b'"' | b'\'' | b'=' | 0x80..));
    context[..end.unwrap_or(context.len())].trim_ascii_end()
}

/// A message without what it quotes, from the first quote to the last: what is quoted may hold quotes itself.
pub fn without_quoted(message: &[u8]) -> Vec<u8> {
    // Quotes of other languages are beyond ASCII.
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | 0x80..);
    let (Some(first), Some(last)) = (message.iter().position(is_quote), message.iter().rposition(is_quote))
    else {
        return message.to_vec();
    };
    [&message[..first], "\"…\"".as_bytes(), &message[last + 1..]].concat()
}

/// A message without the value that it ends with: `invalid input syntax for type json: "…"`.
pub fn before_value(message: &[u8]) -> &[u8] {
    message.split(|byte| *byte == b':').next().unwrap_or_default()
}
