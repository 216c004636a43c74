//! Schemes that no program follows, in place of the ones that they stand for.

/// As written and what it stands for, both without the `s` that may follow. None of them is registered.
const DEFANGED: [(&str, &str); 10] = [
    ("hxxp", "http"),
    ("hxxxp", "http"),
    ("hxtp", "http"),
    ("htxp", "http"),
    ("h__p", "http"),
    ("h**p", "http"),
    ("h--p", "http"),
    ("hzzzp", "http"),
    ("meow", "http"),
    ("fxp", "ftp"),
];

/// A scheme that stands for another, at the beginning of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::canonical) struct Defanged {
    /// What it stands for, without the `s`.
    plain: &'static str,
    /// With an `s` behind it.
    secure: bool,
    /// Bytes of it as written.
    pub(in crate::canonical) len: usize,
}

impl Defanged {
    /// The scheme that it stands for.
    pub(in crate::canonical) fn plain(self) -> String {
        format!("{}{}", self.plain, if self.secure { "s" } else { "" })
    }

    /// The scheme that is all of `text`, if it is one of these.
    pub(in crate::canonical) fn of(text: &[u8]) -> Option<Self> {
        // Nearly every text ends here.
        if !matches!(text, [b'h' | b'H' | b'm' | b'M' | b'f' | b'F', _, _, ..]) {
            return None;
        }
        let (stem, secure) = match text {
            [stem @ .., b's' | b'S'] => (stem, true),
            _ => (text, false),
        };
        let (_, plain) =
            DEFANGED.into_iter().find(|(written, _)| stem.eq_ignore_ascii_case(written.as_bytes()))?;
        Some(Self { plain, secure, len: text.len() })
    }

    /// The defanged scheme before the first colon of `text`, which may be in brackets.
    pub(in crate::canonical) fn at_start_of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let end = bytes.iter().take(8).position(|byte| matches!(byte, b':' | b'['))?;
        let colon = bytes.get(end) == Some(&b':') || bytes.get(end + 1) == Some(&b':');
        Self::of(bytes.get(..end)?).filter(|_| colon)
    }
}
