//! The header lines of a log: how its values are written, and what its columns are.

use super::value::unescape;

/// What the header lines said so far.
pub(super) struct Header {
    /// Between columns.
    pub separator: Vec<u8>,
    /// Between the members of sets and vectors.
    pub set_separator: String,
    /// An empty set, vector or string.
    pub empty: String,
    /// No value.
    pub unset: String,
    /// Which log it is.
    pub path: String,
    pub fields: Vec<String>,
    pub types: Vec<String>,
}

impl Default for Header {
    fn default() -> Header {
        Header {
            separator: b"\t".to_vec(),
            set_separator: ",".to_owned(),
            empty: "(empty)".to_owned(),
            unset: "-".to_owned(),
            path: String::new(),
            fields: Vec::new(),
            types: Vec::new(),
        }
    }
}

impl Header {
    /// Takes a line that begins with `#`. Directives that say nothing about rows are passed over.
    ///
    /// # Errors
    /// Why rows cannot be read with this header.
    pub fn read(&mut self, line: &[u8]) -> Result<(), &'static str> {
        let line = std::str::from_utf8(line).map_err(|_| "a header that is not valid UTF-8")?;
        if let Some(separator) = line.strip_prefix("#separator ") {
            // With this line a file begins: nothing of another one before it holds any more.
            let mut unescaped = Vec::new();
            unescape(separator, &mut unescaped);
            *self = Header { separator: unescaped, ..Header::default() };
            return Ok(());
        }
        let separator = std::str::from_utf8(&self.separator).map_err(|_| "a separator that is not ASCII")?;
        let Some((directive, value)) = line.split_once(separator) else { return Ok(()) };
        let text = |value: &str| {
            let mut unescaped = Vec::new();
            unescape(value, &mut unescaped);
            String::from_utf8(unescaped).map_err(|_| "a header that is not valid UTF-8")
        };
        let list = |value: &str| value.split(separator).map(text).collect::<Result<Vec<_>, _>>();
        match directive {
            "#set_separator" => self.set_separator = text(value)?,
            "#empty_field" => self.empty = text(value)?,
            "#unset_field" => self.unset = text(value)?,
            "#path" => self.path = text(value)?,
            "#fields" => {
                self.fields = list(value)?;
                self.types.clear();
            }
            "#types" => self.types = list(value)?,
            _ => {}
        }
        Ok(())
    }
}
