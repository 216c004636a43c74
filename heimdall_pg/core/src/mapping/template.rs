//! Text with values in it: `{domain}\{user}`.

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'m> {
    /// As it stands.
    Text(String),
    /// The value of that name.
    Value(&'m str),
}

/// Reads a template; `{{` and `}}` are braces.
///
/// # Errors
/// What is wrong with it.
pub fn pieces(template: &str) -> Result<Vec<Piece<'_>>, &'static str> {
    let (mut pieces, mut text, mut rest) = (Vec::new(), String::new(), template);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        text.push_str(before);
        if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
            text.push_str(&brace[..1]);
            rest = after;
            continue;
        }
        let Some((name, after)) = brace.strip_prefix('{').and_then(|open| open.split_once('}')) else {
            return Err("has a brace without its other one: {{ and }} are braces");
        };
        if name.is_empty() || name.contains('{') {
            return Err("has braces without a name in them");
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Value(name));
        rest = after;
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    if pieces.iter().any(|piece| matches!(piece, Piece::Value(_))) {
        Ok(pieces)
    } else {
        Err("has no value in it: it would be a constant")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_text() {
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(
            pieces(r"{domain}\{user}").unwrap(),
            [Piece::Value("domain"), text("\\"), Piece::Value("user")]
        );
        assert_eq!(pieces("{{{a.b}}}").unwrap(), [text("{"), Piece::Value("a.b"), text("}")]);
        for wrong in ["", "constant", "{{}}", "{", "}", "{a", "a}", "{}", "{a{b}"] {
            assert!(pieces(wrong).is_err(), "{wrong}");
        }
    }
}
