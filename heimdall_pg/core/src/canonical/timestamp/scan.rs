//! A cursor over the bytes of a timestamp.

/// What is left to read. Every step either takes something or leaves the cursor where it is.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a> {
    rest: &'a [u8],
}

impl<'a> Scan<'a> {
    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Takes `byte` if it is next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        match self.rest.split_first() {
            Some((&first, rest)) if first == byte => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes the next byte if it is one of these.
    pub(super) fn eat_any(&mut self, bytes: &[u8]) -> Option<u8> {
        let byte = self.peek().filter(|byte| bytes.contains(byte))?;
        self.eat(byte);
        Some(byte)
    }

    /// Takes these bytes if they are next.
    pub(super) fn eat_all(&mut self, bytes: &[u8]) -> bool {
        match self.rest.strip_prefix(bytes) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes a minus: that of ASCII or U+2212, which ISO 8601 prefers.
    pub(super) fn eat_minus(&mut self) -> bool {
        self.eat(b'-') || self.eat_all("\u{2212}".as_bytes())
    }

    pub(super) fn skip_spaces(&mut self) {
        while self.eat(b' ') {}
    }

    /// How many digits come next.
    pub(super) fn digits_ahead(&self) -> usize {
        self.rest.iter().take_while(|b| b.is_ascii_digit()).count()
    }

    /// How many bytes are left.
    pub(super) const fn length(&self) -> usize {
        self.rest.len()
    }

    /// What is left after spaces.
    pub(super) fn after_spaces(mut self) -> Self {
        self.skip_spaces();
        self
    }

    /// True where a time with seconds comes next, which no offset has: `01/31/2024-23:59:59` of Suricata.
    pub(super) fn time_after_hyphen(&self) -> bool {
        matches!(self.rest, [b'-', _, _, b':', _, _, b':', ..])
    }

    /// True where an hour and a colon come next.
    pub(super) fn colon_after_digits(&self) -> bool {
        matches!(self.rest, [b'0'..=b'9', b':', ..] | [b'0'..=b'9', b'0'..=b'9', b':', ..])
    }

    /// True where a year and a month in digits come next.
    pub(super) fn iso_date_ahead(&self) -> bool {
        self.digits_ahead() == 4
            && self.ahead(4) == Some(b'-')
            && self.ahead(5).is_some_and(|byte| byte.is_ascii_digit())
    }

    /// The byte at this distance.
    pub(super) fn ahead(&self, distance: usize) -> Option<u8> {
        self.rest.get(distance).copied()
    }

    /// True where the week of a year of four digits comes next: `2024-W05-3`, `2024W053`.
    pub(super) fn week_after_year(&self) -> bool {
        matches!(self.rest, [_, _, _, _, b'W', b'0'..=b'9', ..] | [_, _, _, _, b'-', b'W', b'0'..=b'9', ..])
    }

    /// True where a word follows the digits: `10/Oct/2000`, `2 Jan 2006`, `3rd`.
    pub(super) fn letter_after_digits(&self) -> bool {
        let after = self.rest.get(self.digits_ahead()..).unwrap_or_default();
        let after = match after {
            [b'-' | b'/' | b' ' | b'.', after @ ..] => after,
            after => after,
        };
        after.first().is_some_and(u8::is_ascii_alphabetic)
    }

    /// Takes `min` to `max` digits; `None` where there are fewer.
    #[inline]
    pub(super) fn number(&mut self, min: usize, max: usize) -> Option<u32> {
        let (mut value, mut length) = (0u32, 0);
        for &byte in self.rest.iter().take(max) {
            if !byte.is_ascii_digit() {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'));
            length += 1;
        }
        if length < min {
            return None;
        }
        self.rest = self.rest.get(length..).unwrap_or_default();
        Some(value)
    }

    /// Takes all the digits that come next: nanoseconds of a fraction of a second, cut off, not rounded, and
    /// how many digits there were.
    pub(super) fn fraction(&mut self) -> Option<(u32, u8)> {
        let (mut value, mut length) = (0u32, 0u8);
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            if length < 9 {
                value = value * 10 + u32::from(byte - b'0');
                length += 1;
            }
            self.eat(byte);
        }
        (length > 0).then(|| (value * 10u32.pow(9 - u32::from(length)), length))
    }

    /// Takes the letters that come next.
    pub(super) fn word(&mut self) -> &'a [u8] {
        let length = self.rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let (word, rest) = self.rest.split_at_checked(length).unwrap_or((&[], self.rest));
        self.rest = rest;
        word
    }

    /// Takes everything to the end of `close`; false where it does not come.
    pub(super) fn skip_past(&mut self, close: u8) -> bool {
        match memchr::memchr(close, self.rest) {
            Some(at) => {
                self.rest = self.rest.get(at + 1..).unwrap_or_default();
                true
            }
            None => false,
        }
    }
}
