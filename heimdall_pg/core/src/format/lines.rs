//! Lines out of chunks: what every format of one record a line begins with.

use super::{FormatError, MAX_ROW, Sink};

/// A line without its end, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Where it begins in the dump, in bytes.
    pub offset: u64,
    /// The line, without `\n` or `\r\n`, and without the byte order mark of the first one.
    pub bytes: &'a [u8],
}

/// Cuts chunks into lines.
#[derive(Default)]
pub(super) struct Lines {
    /// The line whose end has not come yet.
    partial: Vec<u8>,
    count: u64,
    consumed: u64,
}

impl Lines {
    /// Hands over every line that the chunk completes.
    ///
    /// # Errors
    /// [`FormatError::RowTooLarge`], or what `take` says.
    pub fn push<E: From<FormatError>>(
        &mut self,
        mut chunk: &[u8],
        mut take: impl FnMut(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(end) = memchr::memchr(b'\n', chunk) {
            let (line, rest) = chunk.split_at(end + 1);
            if self.partial.is_empty() {
                take(self.line(line)?)?;
            } else {
                let mut whole = std::mem::take(&mut self.partial);
                whole.extend_from_slice(line);
                take(self.line(&whole)?)?;
                whole.clear();
                self.partial = whole;
            }
            chunk = rest;
        }
        self.partial.extend_from_slice(chunk);
        if self.partial.len() > MAX_ROW { Err(self.too_large().into()) } else { Ok(()) }
    }

    /// Hands over a last line that lacks its end.
    ///
    /// # Errors
    /// As [`Lines::push`].
    pub fn finish<E: From<FormatError>>(
        &mut self,
        take: impl FnOnce(Line<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let last = std::mem::take(&mut self.partial);
        if last.is_empty() { Ok(()) } else { take(self.line(&last)?) }
    }

    fn line<'a>(&mut self, whole: &'a [u8]) -> Result<Line<'a>, FormatError> {
        if whole.len() > MAX_ROW {
            return Err(self.too_large());
        }
        let offset = self.consumed;
        self.consumed += whole.len() as u64;
        self.count += 1;
        let bytes = whole.strip_suffix(b"\n").unwrap_or(whole);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").filter(|_| offset == 0).unwrap_or(bytes);
        Ok(Line { offset, bytes })
    }

    fn too_large(&self) -> FormatError {
        FormatError::RowTooLarge { row: self.count + 1 }
    }
}

/// What is made of the lines of a dump, one after the other.
pub(super) trait TakeLine {
    /// Takes the next line.
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    fn line<S: Sink>(&mut self, line: Line<'_>, sink: &mut S) -> Result<(), S::Error>;

    /// Takes what no line has ended yet, when the dump has.
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    fn end<S: Sink>(&mut self, _sink: &mut S) -> Result<(), S::Error> {
        Ok(())
    }
}

/// The decoder of a format that is read line by line.
#[derive(Default)]
pub(super) struct ByLine<T> {
    lines: Lines,
    take: T,
}

impl<T: TakeLine> ByLine<T> {
    /// See [`super::Decoder::push`].
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let take = &mut self.take;
        self.lines.push(chunk, |line| take.line(line, sink))
    }

    /// See [`super::Decoder::finish`].
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let take = &mut self.take;
        self.lines.finish(|line| take.line(line, sink))?;
        self.take.end(sink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(dump: &[u8], size: usize) -> Vec<(u64, Vec<u8>)> {
        let mut kept = Vec::new();
        let mut take = |line: Line<'_>| {
            kept.push((line.offset, line.bytes.to_vec()));
            Ok::<_, FormatError>(())
        };
        let mut lines = Lines::default();
        for chunk in dump.chunks(size) {
            lines.push(chunk, &mut take).unwrap();
        }
        lines.finish(&mut take).unwrap();
        kept
    }

    #[test]
    fn lines_are_the_same_however_they_are_cut() {
        let dump = b"\xEF\xBB\xBFfirst\r\n\nthird\xEF\xBB\xBF\r\r\nlast";
        let whole = lines(dump, dump.len());
        assert_eq!(
            whole,
            [
                (0, b"first".to_vec()),
                (10, b"".to_vec()),
                (11, b"third\xEF\xBB\xBF\r".to_vec()),
                (22, b"last".to_vec()),
            ]
        );
        for size in 1..dump.len() {
            assert_eq!(lines(dump, size), whole, "chunks of {size}");
        }
    }
}
