//! What makes a document dangerous, and what each piece of it is.

use quick_xml::escape::resolve_xml_entity;

use super::{FormatError, PieceKind};

/// The deepest element. nmap's own reports nest the tables of its scripts, a dozen deep at most.
const MAX_DEPTH: usize = 64;

/// Looks at every piece of a document.
#[derive(Default)]
pub(super) struct Guard {
    depth: usize,
}

impl Guard {
    /// What the piece is.
    ///
    /// # Errors
    /// [`FormatError`] where the whole document is refused for it.
    pub fn look<'a>(&mut self, piece: &'a [u8]) -> Result<PieceKind<'a>, FormatError> {
        match piece {
            [b'<', b'?', ..] | [b'<', b'!', b'-', b'-', ..] => Ok(PieceKind::Other),
            [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => Ok(PieceKind::Text),
            [b'<', b'!', declaration @ .., b'>'] => {
                if is_plain_doctype(declaration) {
                    Ok(PieceKind::Other)
                } else {
                    Err(FormatError::XmlEntities)
                }
            }
            [b'<', b'/', tag @ .., b'>'] => {
                self.depth = self.depth.saturating_sub(1);
                Ok(PieceKind::End { name: name(tag) })
            }
            [b'<', tag @ .., b'>'] => {
                references(tag)?;
                let (name, empty) = (name(tag), tag.ends_with(b"/"));
                if local(name) == b"include" {
                    return Err(FormatError::XmlInclude);
                }
                if !empty {
                    self.depth += 1;
                }
                if self.depth > MAX_DEPTH {
                    return Err(FormatError::XmlDepth);
                }
                Ok(PieceKind::Start { name, empty })
            }
            text => references(text).map(|()| PieceKind::Text),
        }
    }
}

/// `DOCTYPE name` and nothing else: no subset, and none elsewhere either.
fn is_plain_doctype(declaration: &[u8]) -> bool {
    declaration.strip_prefix(b"DOCTYPE").is_some_and(|rest| {
        rest.first().is_some_and(u8::is_ascii_whitespace)
            && !rest.trim_ascii().is_empty()
            && rest.trim_ascii().iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte))
    })
}

/// Refuses references to entities that XML does not know without a declaration.
fn references(text: &[u8]) -> Result<(), FormatError> {
    for at in memchr::memchr_iter(b'&', text) {
        let rest = text.get(at + 1..).unwrap_or_default();
        let reference = rest.split(|byte| !is_name(*byte)).next().unwrap_or_default();
        let known = std::str::from_utf8(reference).is_ok_and(|name| resolve_xml_entity(name).is_some());
        // What is no reference at all is not well-formed, but harmless.
        if !reference.is_empty() && rest.get(reference.len()) == Some(&b';') && !known {
            return Err(FormatError::XmlEntities);
        }
    }
    Ok(())
}

/// Whether the byte may be part of a name.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte) || !byte.is_ascii()
}

/// The name that a tag begins with.
fn name(tag: &[u8]) -> &[u8] {
    let end = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
    tag.get(..end.unwrap_or(tag.len())).unwrap_or_default()
}

/// A name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    name.rsplit(|byte| *byte == b':').next().unwrap_or_default()
}
