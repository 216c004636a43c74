//! Pieces of text that stand for a character they hide.

/// A piece of text that stands for a character it hides.
#[derive(Clone, Copy)]
pub(in crate::canonical) struct Mark {
    /// Bytes of the mark.
    pub(in crate::canonical) len: usize,
    /// What it stands for.
    pub(in crate::canonical) plain: &'static str,
    /// Words stand between spaces that do not belong to the value.
    pub(super) word: bool,
}

/// What stands between brackets, which brackets, and whether spaces around it go: `[.]` is what defanging
/// itself writes, hence without them. Only `[…]` hides colons and slashes. Braces do not stand around `at`,
/// since `{at}` is a good part of a mailbox name.
const BRACKETED: [(&str, &str, &[u8], bool); 10] = [
    (".", ".", b"[({", false),
    ("@", "@", b"[({", false),
    ("dot", ".", b"[({", true),
    ("at", "@", b"[(", true),
    (":", ":", b"[", false),
    ("/", "/", b"[", false),
    ("://", "://", b"[", false),
    ("//", "//", b"[", false),
    (":/", ":/", b"[", false),
    ("www.", "www.", b"[", false),
];

/// Spaces that may stand inside of brackets, on each side.
const SPACES: usize = 2;

/// True for a byte with which a mark begins.
fn begins_mark(byte: u8) -> bool {
    matches!(byte, b'[' | b'(' | b'{' | b']' | b' ')
}

/// The mark that begins at this byte of `text`, if one does.
pub(in crate::canonical) fn mark(text: &[u8], at: usize) -> Option<Mark> {
    let (&open, inside) = text.get(at..)?.split_first()?;
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        b' ' => return spaced_dot(inside),
        b']' => return lone_close(text, at),
        _ => return None,
    };
    let before = spaces(inside);
    let inner = inside.get(before..)?;
    for (sign, plain, brackets, word) in BRACKETED {
        if !inner.get(..sign.len()).is_some_and(|text| text.eq_ignore_ascii_case(sign.as_bytes())) {
            continue;
        }
        let rest = inner.get(sign.len()..)?;
        let after = spaces(rest);
        if rest.get(after) == Some(&close) && brackets.contains(&open) {
            let len = before + sign.len() + after + 2;
            return Some(Mark { len, plain, word: word || open != b'[' });
        }
    }
    lone_open(text, at)
}

fn spaces(text: &[u8]) -> usize {
    text.iter().take(SPACES).take_while(|&&byte| byte == b' ').count()
}

/// ` dot `, with the space before it taken already.
fn spaced_dot(inside: &[u8]) -> Option<Mark> {
    let found = inside.get(..4).is_some_and(|text| text.eq_ignore_ascii_case(b"dot "));
    found.then_some(Mark { len: 5, plain: ".", word: true })
}

/// `[.` within a word: `evil[.example`.
fn lone_open(text: &[u8], at: usize) -> Option<Mark> {
    let found =
        text.get(at..)?.starts_with(b"[.") && is_letter(text, at.checked_sub(1)?) && is_letter(text, at + 2);
    found.then_some(Mark { len: 2, plain: ".", word: false })
}

/// The bracket of `.]` within a word: `evil.]example`.
fn lone_close(text: &[u8], at: usize) -> Option<Mark> {
    let dot = text.get(at.checked_sub(1)?) == Some(&b'.');
    let found = dot && is_letter(text, at.checked_sub(2)?) && is_letter(text, at + 1);
    found.then_some(Mark { len: 1, plain: "", word: false })
}

fn is_letter(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(u8::is_ascii_alphanumeric)
}

/// Where the first mark of `text` begins.
pub(in crate::canonical) fn first_mark(text: &str) -> Option<usize> {
    next_mark(text.as_bytes(), 0).map(|(at, _)| at)
}

/// The first mark at or after `from`. Vector instructions tell of most values that none can be there.
pub(in crate::canonical) fn next_mark(text: &[u8], mut from: usize) -> Option<(usize, Mark)> {
    if from == 0
        && memchr::memchr3(b'[', b'(', b'{', text).is_none()
        && memchr::memchr2(b' ', b']', text).is_none()
    {
        return None;
    }
    loop {
        from += text.get(from..)?.iter().position(|&byte| begins_mark(byte))?;
        match mark(text, from) {
            Some(mark) => return Some((from, mark)),
            None => from += 1,
        }
    }
}
