//! CVE identifiers, as the CVE Program writes them: `CVE-2021-44228`.

use std::borrow::Cow;

use super::limit::trimmed;
use super::{CanonicalError, Kind};

/// The programme numbers from 1999 on; a later bound than this is a typing error.
const YEARS: std::ops::RangeInclusive<u32> = 1999..=2099;
/// The most digits that the CVE identifier syntax allows in a sequence number.
const MAX_DIGITS: usize = 19;

/// The canonical text of a CVE identifier: upper case, hyphens, no leading zeros past four digits.
///
/// Hyphens may come as any dash, an underscore or a space: reports are typeset.
pub fn canonical_cve(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let value = trimmed(Kind::Cve, raw)?;
    let prefix = value.get(..3).filter(|prefix| prefix.eq_ignore_ascii_case("cve"));
    let (Some(prefix), Some(rest)) = (prefix, value.get(3..)) else {
        return Err(error("it does not begin with CVE"));
    };
    let rest = after_dash(rest)?;
    let (Some(year), Some(rest)) = (rest.get(..4).filter(|year| all_digits(year)), rest.get(4..)) else {
        return Err(error("the year has four digits"));
    };
    if !year.parse().is_ok_and(|year: u32| YEARS.contains(&year)) {
        return Err(error("the year is not between 1999 and 2099"));
    }
    let digits = after_dash(rest)?;
    if digits.len() < 4 || !all_digits(digits) {
        return Err(error("the number has at least four digits"));
    }
    let zeros = digits.bytes().take_while(|&b| b == b'0').count().min(digits.len() - 4);
    let number = digits.get(zeros..).unwrap_or_default();
    if number.len() > MAX_DIGITS {
        return Err(error("the number has more than nineteen digits"));
    }
    let canonical_length = "CVE-YYYY-".len() + number.len();
    let as_written = prefix == "CVE" && value.len() == canonical_length;
    if as_written && value.as_bytes().get(3) == Some(&b'-') && value.as_bytes().get(8) == Some(&b'-') {
        return Ok(Cow::Borrowed(value));
    }
    Ok(Cow::Owned(format!("CVE-{year}-{number}")))
}

fn after_dash(rest: &str) -> Result<&str, CanonicalError> {
    let mut chars = rest.chars();
    match chars.next() {
        Some(
            '-' | '_' | ' ' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}',
        ) => Ok(chars.as_str()),
        _ => Err(error("a hyphen is missing")),
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn error(reason: &'static str) -> CanonicalError {
    CanonicalError::new(Kind::Cve, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_identifier() {
        for raw in
            ["CVE-2021-44228", "cve-2021-44228", " Cve_2021_44228 ", "CVE 2021 44228", "CVE–2021‑44228"]
        {
            assert_eq!(canonical_cve(raw).unwrap(), "CVE-2021-44228", "{raw}");
        }
        assert_eq!(canonical_cve("CVE-2014-000160").unwrap(), "CVE-2014-0160");
        assert_eq!(canonical_cve("CVE-2014-00044228").unwrap(), "CVE-2014-44228");
        assert_eq!(canonical_cve("CVE-2014-0160").unwrap(), "CVE-2014-0160");
        assert!(matches!(canonical_cve("CVE-2014-0160"), Ok(Cow::Borrowed(_))));
    }

    #[test]
    fn others_are_refused() {
        for raw in ["", "CVE", "CVE-2021", "CVE-2021-123", "CVE-1998-1234", "CVE-2100-1234", "CVE-2021-12x4"]
        {
            assert!(canonical_cve(raw).is_err(), "{raw}");
        }
        for raw in ["CVE2021-1234", "éCVE-2021-1234", "CVE-2021-12345678901234567890", "CWE-2021-1234"] {
            assert!(canonical_cve(raw).is_err(), "{raw}");
        }
    }
}
