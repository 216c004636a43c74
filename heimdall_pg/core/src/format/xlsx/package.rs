//! The zip archive of a workbook: its parts as streams of XML, each with a bound.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use quick_xml::{Error, XmlVersion};
use zip::ZipArchive;

use super::super::compression::Expansion;
use super::super::{FormatError, MAX_ROW};

/// The most parts: a workbook has some dozens, and each is held in memory by its name.
const MAX_PARTS: usize = 20_000;

/// How each entry of a zip archive's directory begins.
const ENTRY: &[u8] = b"PK\x01\x02";

/// A workbook's archive.
pub(super) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    expansion: Expansion,
}

impl<'a> Package<'a> {
    /// Reads the directory.
    ///
    /// # Errors
    /// [`FormatError::NotXlsx`].
    pub fn open(bytes: &'a [u8], expansion: Expansion) -> Result<Package<'a>, FormatError> {
        if memchr::memmem::find_iter(bytes, ENTRY).nth(MAX_PARTS).is_some() {
            return Err(FormatError::NotXlsx);
        }
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| FormatError::NotXlsx)?;
        Ok(Package { zip, expansion })
    }

    /// The part of that path, `None` where there is none.
    ///
    /// # Errors
    /// [`FormatError::NotXlsx`] where it is encrypted, or packed in a way that is not of the format.
    pub fn part(&mut self, path: &str) -> Result<Option<Part<'_>>, FormatError> {
        if self.zip.index_for_name(path).is_none() {
            return Ok(None);
        }
        let file = self.zip.by_name(path).map_err(|_| FormatError::NotXlsx)?;
        let source = Bounded {
            source: Box::new(BufReader::new(file)),
            expansion: &mut self.expansion,
            unnoted: 0,
            event: 0,
        };
        Ok(Some(Part { reader: Reader::from_reader(source), buffer: Vec::new() }))
    }
}

/// A part, as a stream of events.
pub(super) struct Part<'p> {
    reader: Reader<Bounded<'p>>,
    buffer: Vec<u8>,
}

impl Part<'_> {
    /// The next event, `Eof` at the end.
    ///
    /// # Errors
    /// Where the part is not well-formed, larger than is allowed, or declares entities.
    pub fn next(&mut self) -> Result<Event<'_>, FormatError> {
        self.reader.get_mut().event = 0;
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::DocType(_)) => Err(FormatError::XmlEntities),
            Ok(event) => Ok(event),
            Err(error) => Err(reason(&error)),
        }
    }

    /// Counts text that comes out once more than it went in.
    pub fn repeated(&mut self, len: usize) {
        self.reader.get_mut().unnoted += len;
    }
}

/// Why reading failed: what [`Bounded`] said, or that it is no workbook.
fn reason(error: &Error) -> FormatError {
    match error {
        Error::Io(error) => error.get_ref().and_then(|error| error.downcast_ref::<FormatError>()).cloned(),
        _ => None,
    }
    .unwrap_or(FormatError::NotXlsx)
}

/// Ends with an error where too much comes out, in all or for one event.
struct Bounded<'p> {
    source: Box<dyn BufRead + 'p>,
    expansion: &'p mut Expansion,
    unnoted: usize,
    event: usize,
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Bounded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.expansion.note(0, std::mem::take(&mut self.unnoted)).map_err(io::Error::other)?;
        if self.event > MAX_ROW {
            return Err(io::Error::other(FormatError::XmlTooLarge));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, read: usize) {
        self.unnoted += read;
        self.event += read;
        self.source.consume(read);
    }
}

/// The value of an attribute, `None` where the tag does not have it.
///
/// # Errors
/// [`FormatError::NotXlsx`] where the tag is not well-formed.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, FormatError> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| FormatError::NotXlsx)?;
        if attribute.key.as_ref() == name {
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| FormatError::NotXlsx)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Appends what an event says as text.
///
/// # Errors
/// [`FormatError::XmlEntities`] for entities that XML does not know.
pub(super) fn append(event: &Event<'_>, text: &mut String) -> Result<(), FormatError> {
    match event {
        Event::Text(piece) => text.push_str(&piece.xml10_content()),
        Event::CData(piece) => text.push_str(&piece.xml10_content()),
        Event::GeneralRef(reference) => {
            match reference.resolve_char_ref().map_err(|_| FormatError::NotXlsx)? {
                Some(character) => text.push(character),
                None => text.push_str(
                    quick_xml::escape::resolve_xml_entity(reference).ok_or(FormatError::XmlEntities)?,
                ),
            }
        }
        _ => {}
    }
    Ok(())
}
