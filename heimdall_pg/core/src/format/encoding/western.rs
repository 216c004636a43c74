//! Whether bytes that are not UTF-8 are Windows-1252.
//!
//! The answer has to be certain: a dump in UTF-8 with a broken row must stay UTF-8, so that this row alone is rejected.

/// Whether the sample, which follows the byte `before`, reads as words in Windows-1252 and holds no character of UTF-8
/// beyond ASCII.
pub(super) fn is_evident(before: u8, sample: &[u8]) -> bool {
    let no_utf8 = sample.utf8_chunks().all(|chunk| chunk.valid().is_ascii());
    let (mut words, mut before) = (false, before);
    for (at, &byte) in sample.iter().enumerate() {
        let beside = is_letter(before) || sample.get(at + 1).is_some_and(|after| is_letter(*after));
        before = byte;
        match byte {
            b'\t' | b'\n' | 0x0C | b'\r' | 0x20..=0x7E => {}
            // A letter stands in a word.
            _ if is_letter(byte) && beside => words = true,
            _ if is_sign(byte) => {}
            _ => return false,
        }
    }
    no_utf8 && words
}

/// ASCII and accented letters; not thorn and `ÿ`, which as bytes are the commonest garbage.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic()
        || matches!(byte, 0x8A | 0x8C | 0x8E | 0x9A | 0x9C | 0x9E | 0x9F | 0xC0..=0xFD if byte != 0xD7 && byte != 0xF7)
}

/// Signs that texts have: quotation marks, dashes, currencies, the upper half of Latin-1's symbols.
fn is_sign(byte: u8) -> bool {
    matches!(byte, 0x80 | 0x82..=0x89 | 0x8B | 0x91..=0x99 | 0x9B | 0xA0..=0xBF | 0xD7 | 0xF7)
}
