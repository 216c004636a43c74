//! Where a mapping looks for values: a column, or members of the elements of an array that is in a column.

/// How many arrays may lie inside one another.
const MAX_LEVELS: usize = 2;

/// `answers[].rdata`: the column, and at each level of arrays the member of an element that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'m> {
    /// The column.
    pub column: &'m str,
    /// Names of members from element to element, by level; none where it is the column itself.
    pub levels: Vec<Vec<&'m str>>,
}

impl<'m> Path<'m> {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &'m str) -> Result<Path<'m>, &'static str> {
        let mut parts = text.split("[]");
        let column = parts.next().unwrap_or_default();
        if column.is_empty() {
            return Err("names no column");
        }
        let mut levels = Vec::new();
        for part in parts {
            levels.push(match part.strip_prefix('.') {
                None if part.is_empty() => Vec::new(),
                None => return Err("has to go on with a dot after []"),
                Some(members) => members.split('.').collect(),
            });
        }
        if levels.iter().flatten().any(|member| member.is_empty()) {
            return Err("has a member without a name");
        }
        if levels.len() > MAX_LEVELS {
            return Err("has more than two arrays inside one another");
        }
        Ok(Path { column, levels })
    }

    /// How many arrays two paths have in common: elements that agree in so many places belong together.
    pub fn shared(&self, other: &Path<'_>) -> usize {
        if self.column != other.column || self.levels.is_empty() || other.levels.is_empty() {
            return 0;
        }
        // What follows the last array of either is a member of one element, and no matter.
        let arrays = self.levels.len().min(other.levels.len()) - 1;
        1 + self.levels.iter().zip(&other.levels).take(arrays).take_while(|(a, b)| a == b).count()
    }
}

/// The column of a path that was checked.
pub fn column_of(path: &str) -> &str {
    path.split_once("[]").map_or(path, |(column, _)| column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(a: &str, b: &str) -> usize {
        Path::parse(a).unwrap().shared(&Path::parse(b).unwrap())
    }

    #[test]
    fn paths() {
        assert_eq!(Path::parse("id.orig_h").unwrap(), Path { column: "id.orig_h", levels: vec![] });
        assert_eq!(Path::parse("answers[]").unwrap().levels, [vec![""; 0]]);
        let path = Path::parse("dns.answers[].a.b[].c").unwrap();
        assert_eq!((path.column, path.levels), ("dns.answers", vec![vec!["a", "b"], vec!["c"]]));
        assert_eq!((column_of("dns.answers[].a[]"), column_of("a.b")), ("dns.answers", "a.b"));
        for wrong in ["", "[]", "a[]b", "a[].", "a[]..b", "a[].b[].c[]"] {
            assert!(Path::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn arrays_in_common() {
        assert_eq!(shared("a[]", "a[].x"), 1);
        assert_eq!(shared("a[].x[].y", "a[].x[].z"), 2);
        assert_eq!(shared("a[].x[]", "a[].z[]"), 1);
        assert_eq!(shared("a[].x[]", "a[].x"), 1);
        for none in [("a", "a[]"), ("a[]", "b[]"), ("a", "a")] {
            assert_eq!(shared(none.0, none.1), 0);
        }
    }
}
