//! Times that are written in parts.

use crate::format::Fields;

/// Joins `date=` and `time=`, and an offset in `tz=`, to one `timestamp` beside them, where there is none.
///
/// # Errors
/// As [`Fields::set`].
pub(super) fn join(fields: &mut Fields) -> Result<(), &'static str> {
    if fields.get("timestamp").is_some() {
        return Ok(());
    }
    let Some(time) = fields.get("time") else { return Ok(()) };
    let offset =
        fields.get("tz").or_else(|| fields.get("timezone")).filter(|offset| is_offset(offset)).unwrap_or("");
    let joined = match fields.get("date") {
        Some(date) if is_date(date) && is_clock(time) => format!("{date}T{time}{offset}"),
        // `time="2023-11-23 06:49:20" tz=+0100`.
        None if !offset.is_empty()
            && time.get(..10).is_some_and(is_date)
            && time.get(11..).is_some_and(is_clock) =>
        {
            format!("{time}{offset}")
        }
        _ => return Ok(()),
    };
    fields.set("timestamp", &joined)
}

/// `2024-01-31`.
pub(super) fn is_date(text: &str) -> bool {
    matches!(text.as_bytes(), [year @ .., b'-', m, _, b'-', d, _] if year.len() == 4 && m.is_ascii_digit() && d.is_ascii_digit())
}

/// `23:59:59` and fractions.
pub(super) fn is_clock(text: &str) -> bool {
    let is_whole = matches!(text.as_bytes(), [h, _, b':', m, _, b':', s, _, ..] if [h, m, s].iter().all(|d| d.is_ascii_digit()));
    is_whole && text.bytes().skip(8).all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// `+0100` or `+01:00`.
fn is_offset(text: &str) -> bool {
    text.starts_with(['+', '-'])
        && matches!(text.len(), 5 | 6)
        && text.bytes().skip(1).all(|byte| byte.is_ascii_digit() || byte == b':')
}
