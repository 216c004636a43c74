//! Observables in the patterns of STIX indicators (STIX 2.1, section 9): what a comparison says that a property is.
//!
//! `=` and `IN` without `NOT` say so. `!=`, `<`, `LIKE`, `MATCHES` and the like say what values look like, or where they lie.

use std::iter::Peekable;
use std::str::CharIndices;

/// What a pattern compares with: the path of a property and its values.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Observable {
    /// Object type and names of properties, without the indexes of lists: `["file", "hashes", "SHA-256"]`.
    pub path: Vec<String>,
    pub values: Vec<String>,
}

/// The observables of a pattern, in their order; `None` where it is no pattern.
pub(super) fn observables(pattern: &str) -> Option<Vec<Observable>> {
    let mut tokens = Tokens { pattern, chars: pattern.char_indices().peekable() };
    let mut found = Vec::new();
    let mut open = Vec::new();
    while let Some(token) = tokens.next_token()? {
        match token {
            Token::Sign('[') if open.is_empty() => open.push(']'),
            Token::Sign('(') => open.push(')'),
            Token::Sign(close @ (']' | ')')) => {
                if open.pop() != Some(close) {
                    return None;
                }
            }
            // Outside of brackets there are whole observations, and what is between them.
            Token::Path(path) if open.contains(&']') => {
                let values = tokens.comparison()?;
                if !values.is_empty() {
                    found.push(Observable { path, values });
                }
            }
            Token::Word(_) | Token::Literal(_) => {}
            Token::Sign('[') if open.last() == Some(&')') && !open.contains(&']') => open.push(']'),
            _ => return None,
        }
    }
    open.is_empty().then_some(found)
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Path(Vec<String>),
    /// A keyword.
    Word(String),
    Literal(String),
    /// A bracket, a comma, or an operator by its first character; `!` stands for `!=` and `<>`.
    Sign(char),
}

struct Tokens<'a> {
    pattern: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

impl Tokens<'_> {
    /// What follows a path: the values that it is said to have.
    fn comparison(&mut self) -> Option<Vec<String>> {
        let mut operator = self.next_token()??;
        let negated = operator == Token::Word("NOT".to_owned());
        if negated {
            operator = self.next_token()??;
        }
        let says = match &operator {
            Token::Sign('=') => true,
            Token::Word(word) if word == "IN" => true,
            Token::Sign('!' | '<' | '>') => false,
            Token::Word(word) => {
                if !["LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"].contains(&word.as_str()) {
                    return None;
                }
                false
            }
            _ => return None,
        };
        let values = match self.next_token()?? {
            Token::Literal(value) => vec![value],
            Token::Word(word) if word == "true" || word == "false" => vec![word],
            Token::Sign('(') => self.set()?,
            _ => return None,
        };
        Some(if says && !negated { values } else { Vec::new() })
    }

    /// The values of a set whose bracket is open.
    fn set(&mut self) -> Option<Vec<String>> {
        let mut values = Vec::new();
        loop {
            match self.next_token()?? {
                Token::Literal(value) | Token::Word(value) => values.push(value),
                Token::Sign(')') if values.is_empty() => return Some(values),
                _ => return None,
            }
            match self.next_token()?? {
                Token::Sign(',') => {}
                Token::Sign(')') => return Some(values),
                _ => return None,
            }
        }
    }

    /// The next token, `Some(None)` at the end, `None` where there is none.
    fn next_token(&mut self) -> Option<Option<Token>> {
        while self.chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        let Some(&(start, first)) = self.chars.peek() else { return Some(None) };
        let token = match first {
            '\'' => Token::Literal(self.quoted()?),
            'a'..='z' | 'A'..='Z' | '_' => {
                let word = self.run(start, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
                match self.chars.peek() {
                    Some((_, ':')) => Token::Path(self.path(word)?),
                    // Times, and binary in hexadecimal or base 64.
                    Some((_, '\'')) if matches!(word.as_str(), "t" | "h" | "b") => {
                        Token::Literal(self.quoted()?)
                    }
                    _ => Token::Word(word),
                }
            }
            '0'..='9' | '-' | '+' => Token::Literal(
                self.run(start, |c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E')),
            ),
            '[' | ']' | '(' | ')' | ',' => {
                self.chars.next();
                Token::Sign(first)
            }
            '=' | '!' | '<' | '>' => match self.run(start, |c| matches!(c, '=' | '!' | '<' | '>')).as_str() {
                "=" | "==" => Token::Sign('='),
                "!=" | "<>" => Token::Sign('!'),
                "<" | "<=" => Token::Sign('<'),
                ">" | ">=" => Token::Sign('>'),
                _ => return None,
            },
            _ => return None,
        };
        Some(Some(token))
    }

    /// The path that begins with an object type.
    fn path(&mut self, object: String) -> Option<Vec<String>> {
        let mut path = vec![object];
        self.chars.next();
        loop {
            let &(start, first) = self.chars.peek()?;
            path.push(match first {
                '\'' => self.quoted()?,
                _ => self.run(start, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')),
            });
            if path.last().is_none_or(String::is_empty) {
                return None;
            }
            while self.chars.next_if(|(_, c)| *c == '[').is_some() {
                while self.chars.next_if(|(_, c)| c.is_ascii_digit() || *c == '*').is_some() {}
                self.chars.next_if(|(_, c)| *c == ']')?;
            }
            if self.chars.next_if(|(_, c)| *c == '.').is_none() {
                return Some(path);
            }
        }
    }

    /// A string in single quotes, in which a backslash takes the next character as it is.
    fn quoted(&mut self) -> Option<String> {
        self.chars.next();
        let mut text = String::new();
        loop {
            match self.chars.next()?.1 {
                '\'' => return Some(text),
                '\\' => text.push(self.chars.next()?.1),
                c => text.push(c),
            }
        }
    }

    fn run(&mut self, start: usize, wanted: impl Fn(char) -> bool) -> String {
        let mut end = start;
        while let Some((at, c)) = self.chars.next_if(|(_, c)| wanted(*c)) {
            end = at + c.len_utf8();
        }
        self.pattern.get(start..end).unwrap_or("").to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str) -> Option<Vec<(String, String)>> {
        let found = observables(pattern)?;
        Some(found.iter().map(|found| (found.path.join("/"), found.values.join(","))).collect())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        Some(pairs.iter().map(|(path, values)| ((*path).to_owned(), (*values).to_owned())).collect())
    }

    #[test]
    fn what_a_property_is_said_to_be_is_found() {
        assert_eq!(read("[ipv4-addr:value = '192.0.2.1']"), pairs(&[("ipv4-addr/value", "192.0.2.1")]));
        let hashes = "[file:hashes.'SHA-256' = 'aa' OR (file:name='it\\'s \\\\ a]b' AND file:size == 12)]";
        let found = [("file/hashes/SHA-256", "aa"), ("file/name", "it's \\ a]b"), ("file/size", "12")];
        assert_eq!(read(hashes), pairs(&found));
        let set = "[domain-name:value IN ('a.example', 'b.example')] FOLLOWEDBY ([url:value = 'http://x/'] \
                   AND [x-y:list[*].z[0] = true]) WITHIN 5 SECONDS START t'2024-01-31T00:00:00Z' STOP t'2025-01-31T00:00:00Z'";
        let found = [
            ("domain-name/value", "a.example,b.example"),
            ("url/value", "http://x/"),
            ("x-y/list/z", "true"),
        ];
        assert_eq!(read(set), pairs(&found));
    }

    #[test]
    fn what_a_property_is_not_or_is_like_is_not() {
        let pattern = "[a:b != '1' AND a:b NOT = '2' AND a:b LIKE '3%' AND a:b MATCHES '^4' AND a:b > 5 \
                       AND a:b NOT IN ('6') AND a:b ISSUBSET '10.0.0.0/8']";
        assert_eq!(read(pattern), Some(Vec::new()));
    }

    #[test]
    fn what_is_no_pattern_gives_nothing() {
        for pattern in [
            "[a:b = 'x",
            "[a:b = ]",
            "[a:b 'x']",
            "a:b = 'x'",
            "[a:b = 'x')",
            "[a:b IN ('x' 'y')]",
            "[a:=1]",
            "é",
        ] {
            assert_eq!(read(pattern), None, "{pattern}");
        }
    }
}
