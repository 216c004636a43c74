//! The numbers of cells as text.

use jiff::civil::{Date, Time};
use jiff::{Span, ToSpan};

use super::styles::Shown;

const MILLIS_PER_DAY: i64 = 86_400_000;

/// The digits that a spreadsheet shows; what a double has beyond them is noise.
const DIGITS: usize = 15;

/// A number as it is meant: a date or time in ISO 8601 where its style says so, else without noise and exponent.
pub(super) fn number(raw: &str, shown: Shown, since_1904: bool) -> String {
    let raw = raw.trim();
    let Ok(value) = raw.parse::<f64>() else { return raw.to_owned() };
    let date = match shown {
        Shown::Number => None,
        Shown::Date | Shown::Time => date(value, shown, since_1904),
    };
    date.unwrap_or_else(|| plain(raw, value))
}

fn plain(raw: &str, value: f64) -> String {
    let digits = raw.bytes().filter(u8::is_ascii_digit).count();
    let exact = !raw.contains(['e', 'E']) && (digits <= DIGITS || !raw.contains('.'));
    if exact || !value.is_finite() {
        return raw.to_owned();
    }
    let rounded = format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value);
    if rounded == 0.0 || (1e-7..1e21).contains(&f64::abs(rounded)) {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

/// `None` for what the calendar does not have, such as the 29th of February 1900, which is day 60.
fn date(value: f64, shown: Shown, since_1904: bool) -> Option<String> {
    // Up to the year 9999.
    if !(0.0..2_958_466.0).contains(&value) {
        return None;
    }
    let millis = (value * MILLIS_PER_DAY as f64).round() as i64;
    let (day, millis) = (millis / MILLIS_PER_DAY, millis % MILLIS_PER_DAY);
    let time = Time::midnight().checked_add(Span::new().milliseconds(millis)).ok()?;
    if shown == Shown::Time && day == 0 {
        return Some(time.to_string());
    }
    let (epoch, day) = match (since_1904, day) {
        (true, day) => (Date::constant(1904, 1, 1), day),
        (false, 1..=59) => (Date::constant(1899, 12, 31), day),
        (false, 61..) => (Date::constant(1899, 12, 30), day),
        (false, _) => return None,
    };
    let date = epoch.checked_add(day.days()).ok()?;
    Some(if millis == 0 { date.to_string() } else { date.to_datetime(time).to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_noise() {
        let numbers = [
            ("1E+05", "100000"),
            ("45000.5", "45000.5"),
            ("0.30000000000000004", "0.3"),
            ("1.1000000000000001E-2", "0.011"),
            ("-12", "-12"),
            ("12345678901234567890", "12345678901234567890"),
            ("1.5E+300", "1.5e300"),
            ("0", "0"),
            ("x", "x"),
        ];
        for (raw, text) in numbers {
            assert_eq!(number(raw, Shown::Number, false), text, "{raw}");
        }
    }

    #[test]
    fn dates_count_from_either_epoch() {
        let dates = [
            ("45322", false, "2024-01-31"),
            ("45322.5", false, "2024-01-31T12:00:00"),
            ("45322.999988425923", false, "2024-01-31T23:59:59"),
            ("45322.000001157", false, "2024-01-31T00:00:00.1"),
            ("43860", true, "2024-01-31"),
            ("0", true, "1904-01-01"),
            ("1", false, "1900-01-01"),
            ("59", false, "1900-02-28"),
            ("60", false, "60"),
            ("61", false, "1900-03-01"),
            ("0", false, "0"),
            ("-1", false, "-1"),
            ("2958465", false, "9999-12-31"),
            ("2958466", false, "2958466"),
        ];
        for (raw, since_1904, text) in dates {
            assert_eq!(number(raw, Shown::Date, since_1904), text, "{raw}");
        }
        assert_eq!(number("0.5", Shown::Time, false), "12:00:00");
        assert_eq!(number("1.5", Shown::Time, false), "1900-01-01T12:00:00");
    }
}
