//! What a byte of a text may be a part of, in one look at a table.

/// Ends a stretch: white space, controls, quotes and angle brackets.
pub(super) const BREAK: u8 = 1;
/// Without one of these a stretch has no observable: a digit, a colon, an at sign, a bracket, what is not
/// ASCII, or a dot with something behind it.
pub(super) const SIGN: u8 = 1 << 1;
/// A bracket with which a mark may begin.
pub(super) const MARK: u8 = 1 << 2;
/// An ASCII letter or digit.
pub(super) const ALNUM: u8 = 1 << 3;
/// A digit.
pub(super) const DIGIT: u8 = 1 << 4;
/// A full stop.
pub(super) const DOT: u8 = 1 << 5;
/// A hyphen or an underscore.
pub(super) const JOINT: u8 = 1 << 6;
/// Not ASCII.
pub(super) const HIGH: u8 = 1 << 7;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            0..=b' ' | 0x7f | b'"' | b'<' | b'>' | b'|' | b'`' => BREAK,
            b'0'..=b'9' => SIGN | ALNUM | DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => ALNUM,
            b'-' | b'_' => JOINT,
            b'.' => DOT,
            b':' | b'@' => SIGN,
            b'[' | b'(' | b'{' => SIGN | MARK,
            b']' => MARK,
            0x80.. => SIGN | HIGH,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

#[inline]
pub(super) fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or_default()
}
