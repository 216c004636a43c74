//! What belongs to a sheet: its part, and those of the workbook that it refers to.

use quick_xml::events::Event;

use super::super::FormatError;
use super::package::{Package, attribute};
use super::strings::Strings;
use super::styles::Styles;

/// What is needed to read a sheet.
pub(super) struct Workbook {
    /// The path of its part.
    pub sheet: String,
    pub strings: Strings,
    pub styles: Styles,
    /// Whether day 0 is the first of January 1904.
    pub since_1904: bool,
}

impl Workbook {
    /// Finds the sheet of that name, or the first that is not hidden.
    ///
    /// # Errors
    /// [`FormatError`] where there is none, or where the workbook cannot be read.
    pub fn read(package: &mut Package<'_>, sheet: Option<&str>) -> Result<Workbook, FormatError> {
        let path =
            related(package, "", |_, kind| kind.ends_with("/officeDocument"))?.ok_or(FormatError::NotXlsx)?;
        let (id, since_1904) = choose(package, &path, sheet)?;
        let is = |wanted: &'static str| move |_: &str, kind: &str| kind.ends_with(wanted);
        let strings = related(package, &path, is("/sharedStrings"))?;
        let styles = related(package, &path, is("/styles"))?;
        Ok(Workbook {
            sheet: related(package, &path, |this, kind| this == id && kind.ends_with("/worksheet"))?
                .ok_or(FormatError::NoSheet)?,
            strings: strings.map_or(Ok(Strings::default()), |path| Strings::read(package, &path))?,
            styles: styles.map_or(Ok(Styles::default()), |path| Styles::read(package, &path))?,
            since_1904,
        })
    }
}

/// The relationship of the sheet, and whether days count from 1904.
fn choose(
    package: &mut Package<'_>,
    path: &str,
    wanted: Option<&str>,
) -> Result<(String, bool), FormatError> {
    let mut part = package.part(path)?.ok_or(FormatError::NotXlsx)?;
    let (mut id, mut since_1904) = (None, false);
    loop {
        let event = part.next()?;
        let (Event::Start(tag) | Event::Empty(tag)) = &event else {
            match event {
                Event::Eof => break,
                _ => continue,
            }
        };
        match tag.local_name().as_ref() {
            "workbookPr" => {
                since_1904 = attribute(tag, "date1904")?.is_some_and(|value| value == "1" || value == "true");
            }
            "sheet" if id.is_none() => {
                let name = attribute(tag, "name")?.unwrap_or_default();
                let visible = attribute(tag, "state")?.is_none_or(|state| state == "visible");
                if wanted.map_or(visible, |wanted| wanted == name) {
                    id = attribute(tag, "r:id")?;
                }
            }
            _ => {}
        }
    }
    Ok((id.ok_or(FormatError::NoSheet)?, since_1904))
}

/// The path of the part that `path` has such a relationship to, by its id and type (OPC, ECMA-376 part 2).
fn related(
    package: &mut Package<'_>,
    path: &str,
    is: impl Fn(&str, &str) -> bool,
) -> Result<Option<String>, FormatError> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let relationships = resolve(folder, &format!("_rels/{file}.rels"));
    let Some(mut part) = package.part(&relationships)? else { return Ok(None) };
    loop {
        let event = part.next()?;
        match &event {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "Relationship" => {
                let (id, kind) = (attribute(tag, "Id")?, attribute(tag, "Type")?);
                if is(&id.unwrap_or_default(), &kind.unwrap_or_default()) {
                    return Ok(attribute(tag, "Target")?.map(|target| resolve(folder, &target)));
                }
            }
            Event::Eof => return Ok(None),
            _ => {}
        }
    }
}

/// A target as the path of a part: relative to the folder, or to the archive where it begins with `/`.
fn resolve(folder: &str, target: &str) -> String {
    let folder = if target.starts_with('/') { "" } else { folder };
    let mut path: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}
