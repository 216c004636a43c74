//! Names of columns: out of header lines, or made where there is none.

use crate::mapping::is_plausible_name;

/// The columns of a table.
#[derive(Debug, Default)]
pub(super) struct Header {
    /// A name for every column, each another.
    pub names: Vec<String>,
    /// What stands in the header line, without the blanks around it; nothing where the dump has none.
    pub cells: Vec<String>,
    /// As many fields a row has at least: the columns that follow have no name.
    pub least: usize,
}

impl Header {
    /// Of a header of one line or more: what stands in one column makes its name.
    pub fn of_lines(lines: &[Vec<String>]) -> Header {
        let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
        let cells: Vec<String> = (0..columns)
            .map(|at| {
                let parts: Vec<&str> =
                    lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.trim()).collect();
                parts.join(" ").trim().to_owned()
            })
            .collect();
        let least = cells.iter().rposition(|cell| !cell.is_empty()).map_or(columns, |at| at + 1);
        Header { names: distinct(&cells), cells, least }
    }

    /// Of a dump without one.
    pub fn made(columns: usize) -> Header {
        Header::given((1..=columns).map(|at| format!("column_{at}")).collect())
    }

    /// Of names that the source declares.
    pub fn given(names: Vec<String>) -> Header {
        Header { least: names.len(), names, cells: Vec::new() }
    }

    /// How many fields a row may have.
    pub fn fits(&self, fields: usize) -> bool {
        (self.least..=self.names.len()).contains(&fields)
    }

    /// True where a row is the header once more. In a list, it may be a value: `password` is one of `password`.
    pub fn is_repeated_by(&self, values: &[&str]) -> bool {
        self.cells.len() > 1 && self.fits(values.len()) && self.same_cells(values) >= self.least
    }

    /// True where a row is the header of another table: it has other columns, and half of them are called the same.
    pub fn is_resembled_by(&self, values: &[&str]) -> bool {
        let same = self.same_cells(values);
        !self.fits(values.len()) && same >= 2 && same * 2 >= self.least.min(values.len())
    }

    fn same_cells(&self, values: &[&str]) -> usize {
        let pairs = self.cells.iter().zip(values);
        pairs.filter(|(cell, value)| !cell.is_empty() && cell.as_str() == value.trim()).count()
    }
}

/// The cells as names: `column_3` for one without text, `name_2` for the second `name`.
pub(in crate::format) fn distinct(cells: &[String]) -> Vec<String> {
    let mut taken: std::collections::HashSet<String> = cells.iter().cloned().collect();
    let mut seen = std::collections::HashSet::new();
    let mut names = Vec::with_capacity(cells.len());
    for (at, cell) in cells.iter().enumerate() {
        if !cell.is_empty() && seen.insert(cell.as_str()) {
            names.push(cell.clone());
            continue;
        }
        let (stem, first) = if cell.is_empty() { ("column", at + 1) } else { (cell.as_str(), 2) };
        let free = (first..).map(|number| format!("{stem}_{number}")).find(|name| !taken.contains(name));
        taken.extend(free.clone());
        names.extend(free);
    }
    names
}

/// True where the first line of a table is data and no header: a value stands in it where the line below has one as
/// well, or, where there is no line below, in half of its cells.
pub(super) fn is_data(first: &[String], below: Option<&[String]>) -> bool {
    // What is no text is no data either: such a header is an error.
    let is_value = |cell: &String| {
        !cell.trim().is_empty() && !cell.contains(['\0', '\u{fffd}']) && !is_plausible_name(cell.trim())
    };
    match below {
        Some(below) => first.iter().zip(below).any(|(cell, below)| is_value(cell) && is_value(below)),
        None => {
            let cells = first.iter().filter(|cell| !cell.trim().is_empty()).count();
            cells > 0 && first.iter().filter(|cell| is_value(cell)).count() * 2 >= cells
        }
    }
}

/// True where every cell is a name, or empty.
pub(super) fn is_names(cells: &[String]) -> bool {
    cells.iter().all(|cell| cell.trim().is_empty() || is_plausible_name(cell.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn every_column_gets_a_name_of_its_own() {
        let header = Header::of_lines(&[cells("name,,name,name_2, name ,column_2,,")]);
        let names = ["name", "column_3", "name_3", "name_2", "name_4", "column_2", "column_7", "column_8"];
        assert_eq!(header.names, names);
        assert_eq!((header.least, header.fits(6), header.fits(8), header.fits(9)), (6, true, true, false));
        assert_eq!(Header::of_lines(&[cells("src,dst"), cells("ip,")]).names, ["src ip", "dst"]);
        assert_eq!(Header::made(2).names, ["column_1", "column_2"]);
    }

    #[test]
    fn a_header_comes_again() {
        let header = Header::of_lines(&[cells("time,user,ip,")]);
        assert!(header.is_repeated_by(&["time", " user", "ip"]));
        assert!(!header.is_repeated_by(&["time", "user", "10.0.0.1"]));
        assert!(header.is_resembled_by(&["time", "user", "host", "x", "y"]));
        assert!(!header.is_resembled_by(&["time", "a", "b", "c", "d"]));
        assert!(!Header::made(2).is_repeated_by(&["", ""]));
        assert!(!Header::of_lines(&[cells("password")]).is_repeated_by(&["password"]));
    }

    #[test]
    fn data_in_the_first_line_is_told_by_the_line_below() {
        assert!(is_data(&cells("ada,10.0.0.1"), Some(&cells("bob,10.0.0.2"))));
        assert!(!is_data(&cells("user,10.0.0.1"), Some(&cells("bob,yes"))));
        assert!(is_data(&cells("ada,10.0.0.1"), None));
        assert!(!is_data(&cells("time,user,10.0.0.1"), None));
        assert!(!is_data(&cells("time,user"), Some(&cells("1,2"))));
    }
}
