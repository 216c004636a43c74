//! What coordinates are written with.

use super::angle::Number;

/// Signs for degrees; the second is the masculine ordinal, which keyboards have, the third a ring above.
pub(super) const DEGREES: [char; 3] = ['°', 'º', '˚'];
const MINUTES: [char; 6] = ['\'', '′', '’', '‘', 'ʹ', '´'];
const SECONDS: [char; 5] = ['"', '″', '”', '“', 'ʺ'];
const NOT_A_NUMBER: &str = "not a number";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Latitude,
    Longitude,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Number(Number),
    Degrees,
    Minutes,
    Seconds,
    /// N, S, E or W, and whether numbers with it are below zero.
    Letter(Axis, bool),
    Colon,
    Comma,
    Semicolon,
}

/// The tokens of a text of bounded length.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, &'static str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut after_digit = false;
    while let Some(c) = rest.chars().next() {
        let signed = matches!(c, '+' | '-' | '\u{2212}');
        if signed || c == '.' || c.is_ascii_digit() {
            if signed && after_digit {
                return Err(NOT_A_NUMBER);
            }
            let behind = rest.get(c.len_utf8()..).unwrap_or_default();
            let digits = behind.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(behind.len());
            let (number, tail) = rest.split_at(c.len_utf8() + digits);
            tokens.push(Token::Number(Number::parse(number)?));
            rest = tail;
            after_digit = true;
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        // `1e5` is a number of a programme, not one in the east.
        if c == 'e' && after_digit && rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'))
        {
            return Err("a character that coordinates do not have");
        }
        after_digit = false;
        tokens.extend(token(c)?);
    }
    Ok(tokens)
}

fn token(c: char) -> Result<Option<Token>, &'static str> {
    Ok(Some(match c {
        c if DEGREES.contains(&c) => Token::Degrees,
        c if MINUTES.contains(&c) => Token::Minutes,
        c if SECONDS.contains(&c) => Token::Seconds,
        'N' | 'n' => Token::Letter(Axis::Latitude, false),
        'S' | 's' => Token::Letter(Axis::Latitude, true),
        'E' | 'e' => Token::Letter(Axis::Longitude, false),
        'W' | 'w' => Token::Letter(Axis::Longitude, true),
        ':' => Token::Colon,
        ',' => Token::Comma,
        ';' => Token::Semicolon,
        c if c.is_whitespace() => return Ok(None),
        _ => return Err("a character that coordinates do not have"),
    }))
}
