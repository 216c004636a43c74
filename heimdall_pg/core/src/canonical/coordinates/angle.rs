//! Angles of degrees, minutes and seconds in exact arithmetic.

/// Decimals that are looked at: those past them cannot change how the seventh is rounded.
const PLACES: u32 = 18;
/// The unit of the canonical text, 10⁻⁷ degrees, in 10⁻¹⁸ seconds.
const UNIT: u128 = 360_000_000_000_000;
const NOT_A_NUMBER: &str = "not a number";

/// A number as it is written: digits with or without decimals and a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// True for minus, false for plus; `None` without a sign.
    pub negative: Option<bool>,
    /// True where there are decimals.
    pub decimals: bool,
    /// The value without its sign, in 10⁻¹⁸.
    value: u128,
}

impl Number {
    /// The number that is the whole text.
    pub fn parse(text: &str) -> Result<Number, &'static str> {
        let unsigned = text.strip_prefix(['+', '-', '\u{2212}']);
        let negative = unsigned.map(|_| !text.starts_with('+'));
        let digits = unsigned.unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(NOT_A_NUMBER);
        }
        let whole: u32 = whole.parse().map_err(|_| "a number of more than 32 bits")?;
        let mut value = u128::from(whole);
        for place in 0..PLACES as usize {
            let digit = fraction.as_bytes().get(place).map_or(0, |byte| byte.saturating_sub(b'0'));
            value = value * 10 + u128::from(digit);
        }
        Ok(Number { negative, decimals: digits.contains('.'), value })
    }

    fn is_sixty(self) -> bool {
        self.value >= 60 * 10u128.pow(PLACES)
    }
}

/// An angle in units from degrees, and minutes and seconds where there are any.
pub(super) fn units(parts: &[Number], negative: bool) -> Result<i64, &'static str> {
    let mut total = 0;
    for (place, (part, weight)) in parts.iter().zip([3600, 60, 1]).enumerate() {
        if place > 0 && part.negative.is_some() {
            return Err("a sign before minutes or seconds");
        }
        if place > 0 && part.is_sixty() {
            return Err(if place == 1 { "60 minutes or more" } else { "60 seconds or more" });
        }
        if place + 1 < parts.len() && part.decimals {
            return Err("decimals before a smaller unit");
        }
        total += part.value * weight;
    }
    let units = i64::try_from((total + UNIT / 2) / UNIT).map_err(|_| NOT_A_NUMBER)?;
    Ok(if negative { -units } else { units })
}

/// A number of degrees with or without a sign, in units.
pub(super) fn signed_degrees(text: &str) -> Result<i64, &'static str> {
    let number = Number::parse(text)?;
    units(&[number], number.negative == Some(true))
}
