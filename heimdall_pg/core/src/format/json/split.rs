//! Documents, and the elements of arrays of records, out of chunks: brackets and quotes are all that is looked at.
//!
//! What is no JSON costs as little as can be: in an array a record ends with the comma or the bracket after it,
//! whatever is in it; between documents it ends with its line. A bracket closes the nearest one of its kind, and a
//! string ends with its line at the latest, since a string of JSON cannot hold one.

use super::scan::plain;
use crate::format::{FormatError, MAX_ROW};

/// What a dump is made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece<'a> {
    /// A document begins.
    Document,
    /// The beginning of the object around an array of records, up to the array.
    Envelope(&'a [u8]),
    /// A record: an element of an array, or a document where there is none.
    Record {
        /// Where it begins in the dump, in bytes.
        offset: u64,
        bytes: &'a [u8],
        /// It stands in an array.
        element: bool,
    },
}

/// Cuts chunks into records.
pub(super) struct Split {
    /// The names that lead to the array of records in a document that is an object.
    path: Vec<String>,
    /// The largest record, in bytes.
    limit: usize,
    place: Place,
    /// The brackets that are open, from the document's own.
    open: Vec<u8>,
    in_string: bool,
    escape: bool,
    track: Track,
    /// The piece at hand, as far as earlier chunks have it, and where it begins.
    held: Vec<u8>,
    offset: u64,
    consumed: u64,
    records: u64,
}

/// Where in the dump.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Between,
    /// In what is no document, up to the end of the line.
    Junk,
    Document,
    /// In an array of records that has so many brackets around its elements; `first` until the first comma.
    Array {
        depth: usize,
        first: bool,
    },
    /// In what follows such an array in its document.
    Behind,
}

/// How far the path has been followed.
#[derive(Default)]
struct Track {
    /// Names of the path that objects are open for.
    level: usize,
    /// A name comes next.
    name_next: bool,
    /// The name at hand, while it is read.
    in_name: bool,
    name: Vec<u8>,
    /// The name that was read last is that of the path, and its value comes next.
    matched: bool,
}

impl Split {
    /// Cuts a dump whose objects have their records at `path`, if they have it at all.
    pub fn new(path: Vec<String>, limit: usize) -> Split {
        Split {
            path,
            limit,
            place: Place::Between,
            open: Vec::new(),
            in_string: false,
            escape: false,
            track: Track::default(),
            held: Vec::new(),
            offset: 0,
            consumed: 0,
            records: 0,
        }
    }

    /// Hands over every piece that the chunk completes.
    ///
    /// # Errors
    /// [`FormatError::RowTooLarge`], or what `take` says.
    pub fn push<E: From<FormatError>>(
        &mut self,
        chunk: &[u8],
        mut take: impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        // Where the piece at hand begins in the chunk.
        let mut from = 0;
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            if self.in_string {
                at = self.string(chunk, at);
                continue;
            }
            match self.place {
                Place::Between => {
                    let offset = self.consumed + at as u64;
                    if self.begin(byte, offset) {
                        take(Piece::Document)?;
                        from = at;
                        if self.place == (Place::Array { depth: 1, first: true }) {
                            from = at + 1;
                            self.offset = offset + 1;
                        }
                    }
                    at += 1;
                }
                Place::Junk => match memchr::memchr(b'\n', chunk.get(at..).unwrap_or(&[])) {
                    Some(end) => {
                        at += end + 1;
                        self.place = Place::Between;
                        self.record(chunk.get(from..at), false, &mut take)?;
                    }
                    None => break,
                },
                Place::Document => {
                    let floor = if self.path.is_empty() { 0 } else { self.track.level + 1 };
                    let passed = self.deep(chunk, at, floor);
                    let enters = passed == at && self.enters(byte);
                    at = passed.max(at + 1);
                    if enters {
                        let envelope = self.whole(chunk.get(from..at - 1))?;
                        take(Piece::Envelope(&envelope))?;
                        self.recycle(envelope);
                        self.place = Place::Array { depth: self.open.len(), first: true };
                        (from, self.offset) = (at, self.consumed + at as u64);
                    } else if self.open.is_empty() {
                        self.place = Place::Between;
                        self.record(chunk.get(from..at), false, &mut take)?;
                    }
                }
                Place::Array { depth, first } => {
                    let passed = self.deep(chunk, at, depth);
                    if passed > at {
                        at = passed;
                        continue;
                    }
                    let ends = self.element_ends(byte, depth);
                    at += 1;
                    if ends {
                        let last = byte == b']';
                        self.element(chunk.get(from..at - 1), first && last, &mut take)?;
                        (from, self.offset) = (at, self.consumed + at as u64);
                        self.place = match last {
                            false => Place::Array { depth, first: false },
                            true if self.open.is_empty() => Place::Between,
                            true => Place::Behind,
                        };
                    }
                }
                Place::Behind => {
                    let passed = self.deep(chunk, at, 0);
                    if passed == at {
                        self.bracket(byte, 0);
                    }
                    at = passed.max(at + 1);
                    if self.open.is_empty() {
                        self.place = Place::Between;
                    }
                }
            }
        }
        if !matches!(self.place, Place::Between | Place::Behind) {
            self.held.extend_from_slice(chunk.get(from..).unwrap_or(&[]));
        }
        self.consumed += chunk.len() as u64;
        if self.held.len() > self.limit { Err(self.too_large().into()) } else { Ok(()) }
    }

    /// Hands over what is no document and lacks its line end.
    ///
    /// # Errors
    /// [`FormatError::UnterminatedDocument`], or what `take` says.
    pub fn finish<E: From<FormatError>>(
        &mut self,
        mut take: impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self.place {
            Place::Between => Ok(()),
            Place::Junk => self.record(Some(b""), false, &mut take),
            _ => Err(FormatError::UnterminatedDocument { rows: self.records }.into()),
        }
    }

    /// The byte that a document begins with, or what is none; false where neither begins.
    fn begin(&mut self, byte: u8, offset: u64) -> bool {
        // A byte order mark, and what RFC 7464 begins a text with.
        let mark = b"\xEF\xBB\xBF".get(usize::try_from(offset).unwrap_or(usize::MAX)) == Some(&byte);
        if mark || matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x1E) {
            return false;
        }
        self.offset = offset;
        self.place = match byte {
            b'{' => Place::Document,
            b'[' => Place::Array { depth: 1, first: true },
            _ => Place::Junk,
        };
        if self.place != Place::Junk {
            self.open.push(byte);
            self.track = Track { name_next: true, ..Track::default() };
        }
        true
    }

    /// Passes over what has more than so many brackets around it, up to a bracket that closes another kind. Nothing in
    /// there ends a record.
    fn deep(&mut self, chunk: &[u8], mut at: usize, floor: usize) -> usize {
        while self.open.len() > floor
            && let Some(&byte) = chunk.get(at)
        {
            at += 1;
            match byte {
                b'"' => {
                    let end = at + plain(chunk.get(at..).unwrap_or(&[]));
                    if chunk.get(end) == Some(&b'"') {
                        at = end + 1;
                    } else {
                        self.in_string = true;
                        at = self.string(chunk, at);
                        if self.in_string {
                            return at;
                        }
                    }
                }
                b'{' | b'[' => self.open.push(byte),
                b'}' | b']' => {
                    let opening = if byte == b'}' { b'{' } else { b'[' };
                    if self.open.last() != Some(&opening) {
                        return at - 1;
                    }
                    self.open.pop();
                }
                _ => {}
            }
        }
        at
    }

    /// Passes over a string, up to where it or the chunk ends.
    fn string(&mut self, chunk: &[u8], mut at: usize) -> usize {
        let start = at;
        while let Some(&byte) = chunk.get(at) {
            if self.escape && byte != b'\n' {
                self.escape = false;
                at += 1;
                continue;
            }
            match byte {
                b'"' | b'\n' => {
                    self.in_string = false;
                    self.escape = false;
                    break;
                }
                b'\\' => self.escape = true,
                _ => {}
            }
            at += plain(chunk.get(at..).unwrap_or(&[])).max(1);
        }
        if self.track.in_name {
            self.track.name.extend_from_slice(chunk.get(start..at).unwrap_or(&[]));
            if !self.in_string {
                self.track.in_name = false;
                self.track.matched =
                    self.path.get(self.track.level).is_some_and(|name| name.as_bytes() == self.track.name);
            }
        }
        if self.in_string { at } else { at + 1 }
    }

    /// Takes a byte of a document that is an object; true where it opens the array of records.
    fn enters(&mut self, byte: u8) -> bool {
        let followed = !self.path.is_empty() && self.open.len() == self.track.level + 1;
        if followed {
            match byte {
                b'"' if self.track.name_next => {
                    self.track.in_name = true;
                    self.track.name.clear();
                    self.track.name_next = false;
                }
                b',' => (self.track.name_next, self.track.matched) = (true, false),
                b'{' if self.track.matched && self.track.level + 1 < self.path.len() => {
                    self.track.level += 1;
                    (self.track.name_next, self.track.matched) = (true, false);
                }
                b'[' if self.track.matched && self.track.level + 1 == self.path.len() => {
                    self.open.push(byte);
                    return true;
                }
                _ => {}
            }
        }
        self.bracket(byte, 0);
        if self.open.len() <= self.track.level {
            self.track.level = self.open.len().saturating_sub(1);
            self.track.matched = false;
        }
        false
    }

    /// Does the byte end an element of the array whose elements have so many brackets around them?
    fn element_ends(&mut self, byte: u8, depth: usize) -> bool {
        match byte {
            b',' => self.open.len() == depth,
            b']' => {
                // One that the element has open, or else that of the array.
                self.bracket(byte, depth - 1);
                self.open.len() < depth
            }
            _ => {
                self.bracket(byte, depth);
                false
            }
        }
    }

    /// Takes a byte outside of strings; brackets up to `kept` are not closed.
    fn bracket(&mut self, byte: u8, kept: usize) {
        let opening = match byte {
            b'"' => {
                self.in_string = true;
                return;
            }
            b'{' | b'[' => {
                self.open.push(byte);
                return;
            }
            b'}' => b'{',
            b']' => b'[',
            _ => return,
        };
        if let Some(at) = self.open.iter().skip(kept).rposition(|open| *open == opening) {
            self.open.truncate(kept + at);
        }
    }

    fn element<E: From<FormatError>>(
        &mut self,
        end: Option<&[u8]>,
        may_be_missing: bool,
        take: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let missing = may_be_missing
            && self.held.trim_ascii().is_empty()
            && end.is_some_and(|end| end.trim_ascii().is_empty());
        if missing {
            self.held.clear();
            return Ok(());
        }
        self.record(end, true, take)
    }

    /// Hands over a record whose end is in the chunk.
    fn record<E: From<FormatError>>(
        &mut self,
        end: Option<&[u8]>,
        element: bool,
        take: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.held.is_empty() {
            let whole = end.unwrap_or(&[]);
            return self.hand_over(whole, element, take);
        }
        let whole = self.whole(end)?;
        let handed = self.hand_over(&whole, element, take);
        self.recycle(whole);
        handed
    }

    fn hand_over<E: From<FormatError>>(
        &mut self,
        whole: &[u8],
        element: bool,
        take: &mut impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if whole.len() > self.limit {
            return Err(self.too_large().into());
        }
        self.records += 1;
        let bytes = whole.trim_ascii_start();
        let offset = self.offset + (whole.len() - bytes.len()) as u64;
        take(Piece::Record { offset, bytes: bytes.trim_ascii_end(), element })
    }

    /// What is held, with its end.
    fn whole(&mut self, end: Option<&[u8]>) -> Result<Vec<u8>, FormatError> {
        let mut whole = std::mem::take(&mut self.held);
        whole.extend_from_slice(end.unwrap_or(&[]));
        if whole.len() > self.limit { Err(self.too_large()) } else { Ok(whole) }
    }

    fn recycle(&mut self, mut memory: Vec<u8>) {
        memory.clear();
        self.held = memory;
    }

    fn too_large(&self) -> FormatError {
        let row = self.records + 1;
        if self.limit > MAX_ROW {
            FormatError::DocumentTooLarge { row }
        } else {
            FormatError::RowTooLarge { row }
        }
    }
}
