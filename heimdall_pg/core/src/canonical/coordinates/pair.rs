//! Two angles one behind the other, with or without letters and marks.

use std::borrow::Cow;

use super::angle::{Number, units};
use super::token::{Axis, Token, tokens};

const NOT_TWO: &str = "not two numbers";
const AMBIGUOUS: &str = "a comma may be a decimal comma or stand between the numbers";

/// Latitude and longitude in units.
pub(super) fn position(value: &str) -> Result<(i64, i64), &'static str> {
    let tokens = tokens(&with_points(value))?;
    let (first, second) = halves(&tokens)?;
    let ((axis_of_first, first), (axis_of_second, second)) = (angle(first)?, angle(second)?);
    match (axis_of_first, axis_of_second) {
        (None, None) | (Some(Axis::Latitude), Some(Axis::Longitude)) => Ok((first, second)),
        (Some(Axis::Longitude), Some(Axis::Latitude)) => Ok((second, first)),
        (Some(_), Some(_)) => Err("two letters of one axis"),
        _ => Err("a letter for one number only"),
    }
}

/// Decimal commas as points, where something else than a comma stands between the numbers.
fn with_points(value: &str) -> Cow<'_, str> {
    let halves = value.split_once(';').or_else(|| value.split_once(char::is_whitespace));
    let has_comma = |half: &str| {
        let digits = half.trim().trim_start_matches(['+', '-', '\u{2212}']);
        digits.split_once(',').is_some_and(|(whole, decimals)| {
            let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            all_digits(whole) && all_digits(decimals)
        })
    };
    match halves {
        Some((first, second)) if has_comma(first) && has_comma(second) => Cow::Owned(value.replace(',', ".")),
        _ => Cow::Borrowed(value),
    }
}

fn halves(tokens: &[Token]) -> Result<(&[Token], &[Token]), &'static str> {
    let places = |wanted: fn(&Token) -> bool| -> Vec<usize> {
        tokens.iter().enumerate().filter(|(_, token)| wanted(token)).map(|(place, _)| place).collect()
    };
    let separators = places(|token| matches!(token, Token::Comma | Token::Semicolon));
    match separators.as_slice() {
        [] => {}
        [place] => {
            let (first, second) = tokens.split_at_checked(*place).ok_or(NOT_TWO)?;
            return Ok((first, second.get(1..).unwrap_or_default()));
        }
        _ => return Err(AMBIGUOUS),
    }
    let letters = places(|token| matches!(token, Token::Letter(..)));
    let degrees = places(|token| matches!(token, Token::Degrees));
    let at = match (letters.as_slice(), degrees.as_slice()) {
        ([0, second], _) => *second,
        ([first, _], _) => first + 1,
        ([], [_, second]) => second.checked_sub(1).ok_or(NOT_TWO)?,
        ([], []) if tokens.len() == 2 => 1,
        _ => return Err(NOT_TWO),
    };
    tokens.split_at_checked(at).ok_or(NOT_TWO)
}

/// One angle, and the axis that its letter says.
fn angle(tokens: &[Token]) -> Result<(Option<Axis>, i64), &'static str> {
    let (letter, body) = match tokens {
        [Token::Letter(axis, negative), body @ ..] | [body @ .., Token::Letter(axis, negative)] => {
            (Some((*axis, *negative)), body)
        }
        body => (None, body),
    };
    let (numbers, marked) = numbers(body)?;
    let sign = numbers.first().ok_or(NOT_TWO)?.negative;
    if numbers.len() > 1 && letter.is_none() && !marked {
        return Err("minutes with neither a letter nor a degree sign");
    }
    match letter {
        Some(_) if sign.is_some() => Err("a sign and a letter"),
        Some((axis, negative)) => Ok((Some(axis), units(&numbers, negative)?)),
        None => Ok((None, units(&numbers, sign == Some(true))?)),
    }
}

/// Degrees, minutes and seconds, and whether there is a degree sign. The last mark may be left out.
fn numbers(body: &[Token]) -> Result<(Vec<Number>, bool), &'static str> {
    let mut numbers = Vec::with_capacity(3);
    let mut marked = false;
    let mut rest = body;
    while let [Token::Number(number), tail @ ..] = rest {
        numbers.push(*number);
        rest = match (numbers.len(), tail) {
            (1, [Token::Degrees, tail @ ..]) => {
                marked = true;
                tail
            }
            (2, [Token::Minutes, tail @ ..]) => tail,
            (3, [Token::Seconds, tail @ ..] | [Token::Minutes, Token::Minutes, tail @ ..]) => tail,
            (1 | 2, [Token::Colon, tail @ ..]) if !tail.is_empty() => tail,
            (_, tail) => tail,
        };
    }
    if rest.is_empty() && numbers.len() <= 3 { Ok((numbers, marked)) } else { Err(NOT_TWO) }
}
