//! Telephone numbers: E.164, with an extension as RFC 3966 writes it.
//!
//! How a number is written is read here; which digits are a prefix and how many a country has is what the
//! metadata of libphonenumber says. It is not asked whether a number has been given out: plans change, and a
//! caller may show any number.

mod region;
mod written;

use std::borrow::Cow;

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber};

use super::limit::trimmed;
use super::{CanonicalError, Kind};
pub use region::{Region, RegionError};
use written::Written;

/// The canonical text of a telephone number in international form: `+14155550123`, or `+14155550123;ext=12`
/// with an extension.
///
/// Read are numbers with `+` or `00` before the country and `tel:` URIs, with any separators, digits of any
/// script, and letters for digits (`+1 800 FLOWERS`). A national number is refused, since its country cannot
/// be told; [`canonical_phone_in`] takes it.
pub fn canonical_phone(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    phone(raw, None)
}

/// As [`canonical_phone`], and a number in national form, or with the international prefix that is dialled
/// there, is one of that region.
pub fn canonical_phone_in(raw: &str, region: Region) -> Result<Cow<'_, str>, CanonicalError> {
    phone(raw, Some(region))
}

/// True where a canonical number is in a range that is given out.
pub(super) fn is_assigned(canonical: &str) -> bool {
    let number = canonical.split(';').next().unwrap_or_default();
    PHONE_NUMBER_UTIL.parse(number, None).is_ok_and(|number| PHONE_NUMBER_UTIL.is_valid_number(&number))
}

fn phone(raw: &str, region: Option<Region>) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Phone, raw)?;
    let Written { international, digits, extension } = written::read(value).map_err(error)?;
    let abroad = digits.strip_prefix("00");
    let mut text = match (international, region) {
        (true, _) => settled(&digits),
        (false, Some(region)) => match (number(&digits, Some(region)), abroad) {
            (Err(_), Some(digits)) => settled(digits),
            (number, _) => number.and_then(|number| settled(number.trim_start_matches('+'))),
        },
        (false, None) => settled(abroad.ok_or(error("a national number without a region"))?),
    }
    .map_err(error)?;
    if let Some(extension) = extension {
        text.push_str(";ext=");
        text.push_str(&extension);
    }
    Ok(if text == value { Cow::Borrowed(value) } else { Cow::Owned(text) })
}

/// The number of digits that begin with those of a country. What comes out is read once more where it is not
/// what went in: digits that are no prefix the first time must be none the second time either.
fn settled(digits: &str) -> Result<String, &'static str> {
    let written = format!("+{digits}");
    let text = number(&written, None)?;
    if text != written && number(&text, None)? != text {
        return Err("a national prefix more than once");
    }
    Ok(text)
}

fn number(text: &str, region: Option<Region>) -> Result<String, &'static str> {
    let number = PHONE_NUMBER_UTIL.parse(text, region.map(Region::known)).map_err(|error| match error {
        ParseError::InvalidCountryCode => "no country has that calling code",
        ParseError::NotANumber(_) => "not a telephone number",
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => "fewer digits than a number has",
        ParseError::TooLongNsn => "more digits than a number has",
    })?;
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number) {
        Ok(NumberLengthType::IsPossible) => Ok(e164(&number)),
        Ok(NumberLengthType::IsPossibleLocalOnly) => Err("a number without its area code"),
        Err(_) => Err("not as many digits as a number of its country has"),
    }
}

fn e164(number: &PhoneNumber) -> String {
    let zeros = match number.italian_leading_zero {
        Some(true) => number.number_of_leading_zeros.unwrap_or(1),
        _ => 0,
    };
    let zeros = "0".repeat(usize::try_from(zeros).unwrap_or(0));
    format!("+{}{zeros}{}", number.country_code, number.national_number)
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Phone, reason)
}

#[cfg(test)]
mod tests;
