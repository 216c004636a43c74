//! Reports of nmap in XML (`-oX`, nmap.dtd 1.05): a row a host and port, and one for a host without ports.

mod host;
mod rows;

#[cfg(test)]
mod tests;

use super::xml::{Markup, Piece, PieceKind};
use super::{FormatError, MAX_ROW, Malformed, Row, Sink};
use host::Host;
use rows::COLUMNS;

/// See the module.
#[derive(Default)]
pub struct NmapDecoder {
    markup: Markup,
    report: Report,
}

/// The report around its hosts.
#[derive(Default)]
struct Report {
    run: Option<Run>,
    /// Whether the element `nmaprun` has been closed.
    ended: bool,
    /// The host that is being read, as it came.
    host: Option<Vec<u8>>,
    host_offset: u64,
    rows: u64,
}

/// What a report says about itself.
#[derive(Default)]
pub(super) struct Run {
    /// The program.
    pub scanner: String,
    /// When it began, in seconds since 1970.
    pub start: String,
}

impl NmapDecoder {
    /// See [`super::Decoder::push`].
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    pub fn push<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), S::Error> {
        let report = &mut self.report;
        self.markup.push(chunk, |piece| report.piece(piece, sink))
    }

    /// See [`super::Decoder::finish`].
    ///
    /// # Errors
    /// [`FormatError`], or what the sink says.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let report = &mut self.report;
        self.markup.finish(|piece| report.piece(piece, sink))?;
        match report.run {
            Some(_) if report.ended => Ok(()),
            Some(_) => Err(FormatError::XmlEnds.into()),
            None => Err(FormatError::NotNmap.into()),
        }
    }
}

impl Report {
    fn piece<S: Sink>(&mut self, piece: Piece<'_>, sink: &mut S) -> Result<(), S::Error> {
        if let Some(host) = &mut self.host {
            if host.len() + piece.bytes.len() > MAX_ROW {
                return Err(FormatError::RowTooLarge { row: self.rows + 1 }.into());
            }
            host.extend_from_slice(piece.bytes);
            return match piece.kind {
                PieceKind::End { name: b"host" } => self.host(sink),
                _ => Ok(()),
            };
        }
        match piece.kind {
            PieceKind::Start { name, empty } if self.run.is_none() => {
                if name != b"nmaprun" {
                    return Err(FormatError::NotNmap.into());
                }
                self.run = Some(host::run(piece.bytes).ok_or(FormatError::NotNmap)?);
                self.ended = empty;
                sink.header(&COLUMNS.map(str::to_owned))
            }
            PieceKind::Start { .. } if self.ended => Err(FormatError::NotNmap.into()),
            PieceKind::Start { name: b"host", empty } => {
                self.host = Some(piece.bytes.to_vec());
                self.host_offset = piece.offset;
                if empty { self.host(sink) } else { Ok(()) }
            }
            PieceKind::End { name: b"nmaprun" } => {
                self.ended = true;
                Ok(())
            }
            PieceKind::Text if self.run.is_none() && !piece.bytes.trim_ascii().is_empty() => {
                Err(FormatError::NotNmap.into())
            }
            _ => Ok(()),
        }
    }

    /// Hands over the rows of the host that has been read.
    fn host<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Error> {
        let (Some(raw), Some(run)) = (self.host.take(), &self.run) else { return Ok(()) };
        let offset = self.host_offset;
        match Host::parse(&raw).and_then(|host| rows::check(&host, run).map(|()| host)) {
            Ok(host) => rows::each(&host, run, |values| {
                self.rows += 1;
                sink.row(Row { number: self.rows, offset, values })
            }),
            Err(reason) => {
                self.rows += 1;
                sink.malformed(Malformed { number: self.rows, offset, reason, raw: &raw })
            }
        }
    }
}
