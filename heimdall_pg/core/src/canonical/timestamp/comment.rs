//! Comments and white space, which RFC 2822 allows between any two parts of a date.

/// No value is longer.
pub(super) const MOST_BYTES: usize = 96;

/// The text without its comments, and without white space around colons: `09(comment): 55` is `09:55`.
/// `None` where that changes nothing, or where a comment does not end.
pub(super) fn without<'a>(text: &[u8], room: &'a mut [u8; MOST_BYTES]) -> Option<&'a [u8]> {
    let (mut length, mut depth, mut escaped) = (0usize, 0u32, false);
    for &byte in text {
        let kept = match byte {
            _ if escaped => {
                escaped = false;
                continue;
            }
            b'\\' if depth > 0 => {
                escaped = true;
                continue;
            }
            b'(' => {
                depth += 1;
                b' '
            }
            b')' => {
                depth = depth.checked_sub(1)?;
                continue;
            }
            _ if depth > 0 => continue,
            b'\t' | b'\r' | b'\n' => b' ',
            byte => byte,
        };
        let before = length.checked_sub(1).and_then(|last| room.get(last).copied());
        match (before, kept) {
            (Some(b':' | b' '), b' ') => continue,
            (Some(b' '), b':') => length -= 1,
            _ => {}
        }
        *room.get_mut(length)? = kept;
        length += 1;
    }
    let plain = room.get(..length)?.trim_ascii();
    if depth > 0 || plain == text { None } else { Some(plain) }
}
