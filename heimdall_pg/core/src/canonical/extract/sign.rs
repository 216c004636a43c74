//! The next byte of a text that an observable has and the words of a sentence have not.

/// Bytes that are looked at together: as many as a register of the smallest processor holds.
const CHUNK: usize = 16;

/// Where it stands: a digit, a colon, an at sign, an opening bracket, a hyphen, a dot, or what is not ASCII.
pub(super) fn position(bytes: &[u8]) -> Option<usize> {
    let (chunks, rest) = bytes.as_chunks::<CHUNK>();
    let skipped = chunks.iter().take_while(|chunk| !has_any(chunk)).count();
    let found = match chunks.get(skipped) {
        Some(chunk) => chunk.iter().position(is_sign),
        None => rest.iter().position(is_sign),
    };
    found.map(|at| skipped * CHUNK + at)
}

/// Without a branch, so that the compiler compares all bytes at once.
fn has_any(chunk: &[u8; CHUNK]) -> bool {
    chunk.iter().fold(0, |any, byte| any | u8::from(is_sign(byte))) != 0
}

fn is_sign(byte: &u8) -> bool {
    (*byte >= 0x80)
        | (b'0'..=b':').contains(byte)
        | (*byte == b'@')
        | (*byte == b'[')
        | (*byte == b'(')
        | (*byte == b'{')
        | (*byte == b'-')
        | (*byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found() {
        for length in 0..40 {
            let mut text = vec![b'a'; length];
            assert_eq!(position(&text), None);
            for at in 0..length {
                for sign in [b'0', b'9', b':', b'@', b'[', b'(', b'{', b'-', b'.', 0x80, 0xff] {
                    text[at] = sign;
                    assert_eq!(position(&text), Some(at));
                }
                text[at] = b'a';
            }
        }
    }
}
