//! Arrays taken apart: the JSON text of a column, element by element.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The most elements of an array, those of arrays inside it counted together.
pub(crate) const MAX_ELEMENTS: usize = 1000;

/// Where an element stands: its place in the array, and in the one inside that.
pub(crate) type Index = [u16; 2];

/// An array has more elements than [`MAX_ELEMENTS`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

/// The values in an array, in the order of their places. One buffer for all of them: arrays are taken apart row by row.
#[derive(Default)]
pub(crate) struct Elements {
    text: String,
    items: Vec<(Index, usize)>,
}

impl Elements {
    /// Forgets them.
    pub fn clear(&mut self) {
        self.text.clear();
        self.items.clear();
    }

    /// The places and values.
    pub fn iter(&self) -> impl Iterator<Item = (Index, &str)> {
        let starts = std::iter::once(0).chain(self.items.iter().map(|(_, end)| *end));
        self.items
            .iter()
            .zip(starts)
            .map(|((index, end), start)| (*index, self.text.get(start..*end).unwrap_or("")))
    }

    /// Takes apart what a column has. What is no array is the only element of one. What an element does not have is left out.
    pub fn take_apart(&mut self, value: &str, levels: &[Vec<String>]) -> Result<(), TooMany> {
        let Some((members, deeper)) = levels.split_first() else { return Ok(()) };
        let index = Index::default();
        match serde_json::from_str::<&RawValue>(value) {
            Ok(json) => self.array(json, members, deeper, index, 0),
            // Text that stands for itself.
            Err(_) if members.is_empty() && deeper.iter().all(Vec::is_empty) => {
                self.push(index, value.trim_ascii())
            }
            Err(_) => Ok(()),
        }
    }

    fn array(
        &mut self,
        json: &RawValue,
        members: &[String],
        deeper: &[Vec<String>],
        mut index: Index,
        depth: usize,
    ) -> Result<(), TooMany> {
        if !json.get().starts_with('[') {
            return self.element(json, members, deeper, index, depth);
        }
        for (at, element) in (0..).zip(elements(json)?) {
            if let Some(place) = index.get_mut(depth) {
                *place = at;
            }
            self.element(element, members, deeper, index, depth)?;
        }
        Ok(())
    }

    fn element(
        &mut self,
        json: &RawValue,
        members: &[String],
        deeper: &[Vec<String>],
        index: Index,
        depth: usize,
    ) -> Result<(), TooMany> {
        let mut found = json;
        for name in members {
            match member(found, name) {
                Some(member) => found = member,
                None => return Ok(()),
            }
        }
        match deeper.split_first() {
            Some((members, deeper)) => self.array(found, members, deeper, index, depth + 1),
            None => self.push(index, &text(found)),
        }
    }

    fn push(&mut self, index: Index, value: &str) -> Result<(), TooMany> {
        if self.items.len() == MAX_ELEMENTS {
            return Err(TooMany);
        }
        self.text.push_str(value);
        self.items.push((index, self.text.len()));
        Ok(())
    }
}

/// A string as its text, anything else as it is written: numbers keep their digits.
fn text(json: &RawValue) -> Cow<'_, str> {
    match serde_json::from_str::<String>(json.get()) {
        Ok(text) => Cow::Owned(text),
        Err(_) => Cow::Borrowed(json.get()),
    }
}

fn elements(json: &RawValue) -> Result<Vec<&RawValue>, TooMany> {
    struct List<'de>(PhantomData<&'de ()>);
    impl<'de> Visitor<'de> for List<'de> {
        type Value = Result<Vec<&'de RawValue>, TooMany>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
            let mut elements = Vec::new();
            while elements.len() < MAX_ELEMENTS {
                match array.next_element()? {
                    Some(element) => elements.push(element),
                    None => return Ok(Ok(elements)),
                }
            }
            let mut is_longer = false;
            while array.next_element::<IgnoredAny>()?.is_some() {
                is_longer = true;
            }
            Ok(if is_longer { Err(TooMany) } else { Ok(elements) })
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(json.get());
    deserializer.deserialize_seq(List(PhantomData)).unwrap_or(Ok(Vec::new()))
}

/// The member of an object; of several with one name the last, as JSON readers have it.
fn member<'j>(json: &'j RawValue, name: &str) -> Option<&'j RawValue> {
    struct Find<'n>(&'n str);
    impl<'de> Visitor<'de> for Find<'_> {
        type Value = Option<&'de RawValue>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some((name, value)) = object.next_entry::<String, &'de RawValue>()? {
                if name == self.0 {
                    found = Some(value);
                }
            }
            Ok(found)
        }
    }
    impl<'de> DeserializeSeed<'de> for Find<'_> {
        type Value = Option<&'de RawValue>;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_map(self)
        }
    }
    Find(name).deserialize(&mut serde_json::Deserializer::from_str(json.get())).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::Path;
    use super::*;

    fn take(value: &str, path: &str) -> Result<Vec<(Index, String)>, TooMany> {
        let path = Path::parse(path).unwrap();
        let levels: Vec<Vec<String>> =
            path.levels.iter().map(|level| level.iter().map(|name| (*name).to_owned()).collect()).collect();
        let mut elements = Elements::default();
        elements.take_apart(value, &levels)?;
        Ok(elements.iter().map(|(index, text)| (index, text.to_owned())).collect())
    }

    fn texts(value: &str, path: &str) -> Vec<String> {
        take(value, path).unwrap().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn elements_of_an_array() {
        assert_eq!(texts(r#"["a","b\n"]"#, "x[]"), ["a", "b\n"]);
        assert_eq!(
            texts("[12345678901234567890, true, 1.50, null]", "x[]"),
            ["12345678901234567890", "true", "1.50", "null"]
        );
        assert_eq!(texts("plain, text", "x[]"), ["plain, text"]);
        assert_eq!(texts("17", "x[]"), ["17"]);
        assert_eq!(texts("[broken", "x[]"), ["[broken"]);
        assert!(texts("[]", "x[]").is_empty());
    }

    #[test]
    fn members_of_elements() {
        let answers = r#"[{"rdata": "192.0.2.1", "ttl": 60}, {"ttl": 5}, 7, {"rdata": {"x": "deep"}}]"#;
        assert_eq!(take(answers, "a[].ttl").unwrap(), [([0, 0], "60".to_owned()), ([1, 0], "5".to_owned())]);
        assert_eq!(texts(answers, "a[].rdata.x"), ["deep"]);
        assert_eq!(texts(r#"{"rdata": "one"}"#, "a[].rdata"), ["one"]);
        assert!(texts("no object", "a[].rdata").is_empty());
    }

    #[test]
    fn arrays_inside_arrays() {
        let files = r#"[{"hashes": [{"v": "a"}, {"v": "b"}]}, {"hashes": []}, {"hashes": {"v": "c"}}]"#;
        let found = take(files, "f[].hashes[].v").unwrap();
        assert_eq!(found, [([0, 0], "a".to_owned()), ([0, 1], "b".to_owned()), ([2, 0], "c".to_owned())]);
    }

    #[test]
    fn an_array_is_not_endless() {
        let of = |count: usize| format!("[{}]", vec!["1"; count].join(","));
        assert_eq!(texts(&of(MAX_ELEMENTS), "x[]").len(), MAX_ELEMENTS);
        assert_eq!(take(&of(MAX_ELEMENTS + 1), "x[]"), Err(TooMany));
        let inside = format!("[{0},{0}]", of(MAX_ELEMENTS / 2 + 1));
        assert_eq!(take(&inside, "x[][]"), Err(TooMany));
    }
}
