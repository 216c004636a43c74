//! `key=value` pairs whose values may hold spaces: a value goes on up to the next key.

/// Keys and values.
pub(super) type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// What precedes the first pair of a text, and the pairs.
///
/// A key is a word before a `=` that no backslash precedes, and that `is_key` takes for one; any other `=` belongs to
/// the value. Each character is looked at once.
pub(super) fn spaced(text: &str, is_key: impl Fn(&str) -> bool) -> (&str, Pairs<'_>) {
    let mut pairs = Vec::with_capacity(32);
    let mut lead = text;
    let mut open: Option<(&str, usize)> = None;
    let mut from = 0;
    for at in memchr::memchr_iter(b'=', text.as_bytes()) {
        let before = text.get(from..at).unwrap_or("");
        let word = before.rfind([' ', '\t', '\n', '\r']).map(|space| space + 1);
        let word = word.or((from == 0).then_some(0));
        from = at + 1;
        let key = word.and_then(|start| before.get(start..)).unwrap_or("");
        if !is_word(key) || !is_key(key) {
            continue;
        }
        let start = at - key.len();
        match open {
            None => lead = text.get(..start).unwrap_or(""),
            Some((key, value)) => pairs.push((key, text.get(value..start).unwrap_or("").trim())),
        }
        open = Some((key, at + 1));
    }
    if let Some((key, value)) = open {
        pairs.push((key, text.get(value..).unwrap_or("").trim()));
    }
    (lead.trim(), pairs)
}

/// Letters, digits and what else keys are made of. A backslash before the `=` is no such thing.
pub(super) fn is_word(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|char| char.is_alphanumeric() || "_.-[]@:".contains(char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_pairs(text: &str, lead: &str, expected: &[(&str, &str)]) {
        let given = spaced(text, |key| !key.starts_with(|first: char| first.is_ascii_digit()));
        assert_eq!(given, (lead, expected.to_vec()), "{text}");
    }

    #[test]
    fn a_value_goes_on_up_to_the_next_key() {
        assert_pairs("a=1 b=two words c=", "", &[("a", "1"), ("b", "two words"), ("c", "")]);
        assert_pairs("lead a=1  b=2 ", "lead", &[("a", "1"), ("b", "2")]);
        assert_pairs("no pairs", "no pairs", &[]);
    }

    #[test]
    fn what_is_no_key_belongs_to_the_value() {
        assert_pairs(r"a=x\=y b=1", "", &[("a", r"x\=y"), ("b", "1")]);
        assert_pairs(r"a=x y\=z b=1", "", &[("a", r"x y\=z"), ("b", "1")]);
        assert_pairs("a=http://h/?q=1&r=2 b=1", "", &[("a", "http://h/?q=1&r=2"), ("b", "1")]);
        assert_pairs("a=YQ== b=1", "", &[("a", "YQ=="), ("b", "1")]);
        assert_pairs("a=x 10=y", "", &[("a", "x 10=y")]);
        assert_pairs("=a =b", "=a =b", &[]);
    }
}
