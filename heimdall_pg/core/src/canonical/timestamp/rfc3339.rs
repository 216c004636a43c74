//! The common case, read byte by byte in place: `2024-01-31T23:59:59.123+02:00`.

use super::Precision;
use super::clock::Clock;
use super::fields::{Reading, day};
use super::offset::Written;

/// `None` for every other form, and for whatever is wrong: the reader of the other forms says what.
#[inline]
pub(super) fn read(value: &[u8]) -> Option<Reading<'_>> {
    let (head, rest) = value.split_first_chunk::<19>()?;
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T' | b't' | b' ' | b'_',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
    ] = head
    else {
        return None;
    };
    let date = day(pair(y1, y2)? * 100 + pair(y3, y4)?, pair(m1, m2)?, pair(d1, d2)?).ok()?;
    let (hour, minute, second) = (pair(h1, h2)?, pair(n1, n2)?, pair(s1, s2)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut clock =
        Clock { seconds: hour * 3600 + minute * 60 + second, nanos: 0, precision: Precision::Second };
    let zone = match rest {
        [b'.' | b',', rest @ ..] => {
            let (nanos, digits, rest) = fraction(rest)?;
            clock.nanos = nanos;
            clock.precision = Precision::Fraction(digits);
            zone(rest)?
        }
        rest => zone(rest)?,
    };
    Some(Reading { date, clock, zone })
}

/// Nanoseconds, how many digits they were, and what follows them.
#[inline]
fn fraction(rest: &[u8]) -> Option<(u32, u8, &[u8])> {
    const SCALE: [u32; 10] =
        [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1000, 100, 10, 1];
    let mut value = 0;
    let mut length = 0;
    while let Some(digit) = rest.get(length).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        if length == 9 {
            return None;
        }
        value = value * 10 + u32::from(digit);
        length += 1;
    }
    let scale = SCALE.get(length).filter(|_| length > 0)?;
    Some((value * scale, length as u8, rest.get(length..)?))
}

#[inline]
fn zone<'a>(rest: &[u8]) -> Option<Written<'a>> {
    let (sign, hours, minutes) = match *rest {
        [] => return Some(Written::Nothing),
        [b'Z' | b'z'] => return Some(Written::Offset(0)),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => (sign, pair(h1, h2)?, pair(m1, m2)?),
        _ => return None,
    };
    let seconds = (hours * 3600 + minutes * 60) as i32;
    match (sign, seconds) {
        _ if hours > 23 || minutes > 59 => None,
        (b'-', 0) => Some(Written::Unknown),
        (b'-', _) => Some(Written::Offset(-seconds)),
        _ => Some(Written::Offset(seconds)),
    }
}

/// A number of two digits.
#[inline]
fn pair(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 { None } else { Some(u32::from(tens) * 10 + u32::from(ones)) }
}
