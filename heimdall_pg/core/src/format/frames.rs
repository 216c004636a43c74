//! Messages out of chunks, as syslog is carried over TCP (RFC 6587): one a line, or each after its own length.
//!
//! Which of the two it is shows in the first bytes: `123 <34>…` is a length and a message with its priority.

use super::lines::Line;
use super::{FormatError, Lines, MAX_ROW};

/// Enough of a dump to tell lengths from lines: eight digits, a space, and a priority.
const HEAD: usize = 14;
/// No length of a message has more digits: [`MAX_ROW`] has eight.
const MOST_DIGITS: usize = 8;

/// Cuts chunks into messages.
#[derive(Default)]
pub(super) struct Frames {
    framing: Framing,
}

enum Framing {
    /// The first bytes, until they tell.
    Unknown(Vec<u8>),
    Lines(Lines),
    Counted(Counted),
}

impl Default for Framing {
    fn default() -> Framing {
        Framing::Unknown(Vec::new())
    }
}

impl Frames {
    /// Hands over every message that the chunk completes.
    ///
    /// # Errors
    /// [`FormatError::RowTooLarge`], or what `take` says.
    pub fn push<E: From<FormatError>>(
        &mut self,
        chunk: &[u8],
        mut take: impl FnMut(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Framing::Unknown(head) = &mut self.framing {
            head.extend_from_slice(chunk);
            if head.len() < HEAD && may_begin_with_length(head) {
                return Ok(());
            }
            let head = self.decide();
            return self.read(&head, &mut take);
        }
        self.read(chunk, &mut take)
    }

    /// Hands over a last message that lacks its end.
    ///
    /// # Errors
    /// As [`Frames::push`].
    pub fn finish<E: From<FormatError>>(
        &mut self,
        mut take: impl FnMut(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if matches!(self.framing, Framing::Unknown(_)) {
            let head = self.decide();
            self.read(&head, &mut take)?;
        }
        match &mut self.framing {
            Framing::Lines(lines) => lines.finish(take),
            Framing::Counted(counted) => counted.finish(take),
            Framing::Unknown(_) => Ok(()),
        }
    }

    /// Tells lengths from lines by the first bytes, and gives those back.
    fn decide(&mut self) -> Vec<u8> {
        let Framing::Unknown(head) = &mut self.framing else { return Vec::new() };
        let head = std::mem::take(head);
        self.framing = match length(&head) {
            Some((_, digits)) if head.get(digits + 1) == Some(&b'<') => Framing::Counted(Counted::default()),
            _ => Framing::Lines(Lines::default()),
        };
        head
    }

    fn read<E: From<FormatError>>(
        &mut self,
        chunk: &[u8],
        take: &mut impl FnMut(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match &mut self.framing {
            Framing::Lines(lines) => lines.push(chunk, take),
            Framing::Counted(counted) => counted.push(chunk, take),
            Framing::Unknown(_) => Ok(()),
        }
    }
}

/// True as long as the bytes can become the length of a message and the beginning of its priority.
fn may_begin_with_length(head: &[u8]) -> bool {
    let digits = head.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match head.get(digits..) {
        Some([] | [b' '] | [b' ', b'<']) => digits <= MOST_DIGITS,
        _ => false,
    }
}

/// The length that the bytes begin with, and of how many digits it is.
fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    let digits = bytes.iter().take(MOST_DIGITS + 1).take_while(|byte| byte.is_ascii_digit()).count();
    if digits > MOST_DIGITS || bytes.get(digits) != Some(&b' ') || bytes.first() == Some(&b'0') {
        return None;
    }
    let number = std::str::from_utf8(bytes.get(..digits)?).ok()?.parse().ok()?;
    Some((number, digits))
}

/// Messages after their lengths.
#[derive(Default)]
struct Counted {
    held: Vec<u8>,
    /// How much of it is known to have no line end.
    searched: usize,
    consumed: u64,
    count: u64,
}

impl Counted {
    fn push<E: From<FormatError>>(
        &mut self,
        chunk: &[u8],
        take: &mut impl FnMut(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(chunk);
        let mut rest = held.as_slice();
        while let Some((skip, end)) = self.frame(rest)? {
            self.give(rest.get(skip..end).unwrap_or_default(), skip, take)?;
            rest = rest.get(end..).unwrap_or_default();
            self.searched = 0;
        }
        let read = held.len() - rest.len();
        held.drain(..read);
        self.held = held;
        Ok(())
    }

    /// What is left is shorter than it says, or no length at all: a message as it is.
    fn finish<E: From<FormatError>>(
        &mut self,
        mut take: impl FnMut(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let held = std::mem::take(&mut self.held);
        let skip = length(&held).map_or(0, |(_, digits)| digits + 1);
        if held.len() > skip {
            self.give(held.get(skip..).unwrap_or_default(), skip, &mut take)
        } else {
            Ok(())
        }
    }

    fn give<E: From<FormatError>>(
        &mut self,
        message: &[u8],
        skip: usize,
        take: &mut impl FnMut(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let offset = self.consumed + skip as u64;
        self.consumed = offset + message.len() as u64;
        self.count += 1;
        take(Line { offset, bytes: message.trim_ascii_end() })
    }

    /// Where the first message begins and ends, once it is all there. Bytes without a length, such as the line
    /// ends that some senders add, go up to the next line end.
    fn frame(&mut self, bytes: &[u8]) -> Result<Option<(usize, usize)>, FormatError> {
        let (skip, end) = match length(bytes) {
            Some((length, digits)) => (digits + 1, digits + 1 + length),
            None => {
                let line_end = bytes.get(self.searched..).and_then(|rest| memchr::memchr(b'\n', rest));
                let end = line_end.map_or(bytes.len(), |at| self.searched + at) + 1;
                self.searched = bytes.len();
                (0, end)
            }
        };
        if end - skip > MAX_ROW {
            return Err(FormatError::RowTooLarge { row: self.count + 1 });
        }
        Ok((end <= bytes.len()).then_some((skip, end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(dump: &[u8], size: usize) -> Vec<(u64, String)> {
        let mut kept = Vec::new();
        let mut take = |line: Line<'_>| {
            kept.push((line.offset, String::from_utf8(line.bytes.to_vec()).unwrap()));
            Ok::<_, FormatError>(())
        };
        let mut frames = Frames::default();
        for chunk in dump.chunks(size) {
            frames.push(chunk, &mut take).unwrap();
        }
        frames.finish(&mut take).unwrap();
        kept.retain(|(_, text)| !text.is_empty());
        kept
    }

    #[track_caller]
    fn assert_frames(dump: &str, expected: &[(u64, &str)]) {
        for size in 1..=dump.len() {
            let given = frames(dump.as_bytes(), size);
            let given: Vec<_> = given.iter().map(|(offset, text)| (*offset, text.as_str())).collect();
            assert_eq!(given, expected, "chunks of {size}");
        }
    }

    #[test]
    fn messages_after_their_lengths() {
        assert_frames(
            "6 <1>a\nb6 <2>cé\n4 <3>d9 <4>short",
            &[(2, "<1>a\nb"), (10, "<2>cé"), (19, "<3>d"), (25, "<4>short")],
        );
        assert_frames("4 <1>ano length\n4 <2>b", &[(2, "<1>a"), (6, "no length"), (18, "<2>b")]);
    }

    #[test]
    fn lines_that_begin_with_digits_are_lines() {
        assert_frames("12 monkeys\n<1>a\n", &[(0, "12 monkeys"), (11, "<1>a")]);
        assert_frames("123456789 <1>\nb", &[(0, "123456789 <1>"), (14, "b")]);
        assert_frames("7", &[(0, "7")]);
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused() {
        let mut frames = Frames::default();
        let error = frames.push(b"99999999 <1>a", |_| Ok::<_, FormatError>(())).err();
        assert_eq!(error, Some(FormatError::RowTooLarge { row: 1 }));
    }
}
