//! Numbers as programs print them, never as a float: seconds of 1e9 with nanoseconds need 60 bits.

/// `-1591367999`, `1591367999.305988`, `1.591367999305988E9`.
pub(super) struct Decimal<'a> {
    negative: bool,
    /// The digits before the point and after it.
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i32,
    /// Nothing but digits.
    plain: bool,
}

impl<'a> Decimal<'a> {
    /// `None` where that is not a number through and through.
    pub(super) fn of(text: &'a [u8]) -> Option<Self> {
        let (negative, rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let (whole, mut rest) = digits(rest)?;
        let mut number = Self { negative, whole, fraction: &[], exponent: 0, plain: !negative };
        if let [b'.' | b',', after @ ..] = rest {
            (number.fraction, rest) = digits(after)?;
            number.plain = false;
        }
        if let [b'e' | b'E', exponent @ ..] = rest {
            number.exponent = read_exponent(exponent)?;
            number.plain = false;
            rest = &[];
        }
        rest.is_empty().then_some(number)
    }

    /// How many digits the whole part has, the exponent considered, where it is a number as programs print
    /// them: no zero leads, and before an exponent stand one digit, a point and more digits. `20e14` is none.
    pub(super) fn whole_digits(&self) -> Option<i32> {
        let printed = self.exponent == 0 || self.whole.len() == 1 && !self.fraction.is_empty();
        if !self.plain && (self.whole.first() == Some(&b'0') || !printed) {
            return None;
        }
        Some(i32::try_from(self.whole.len()).ok()? + self.exponent)
    }

    /// True for digits alone: no sign, point or exponent.
    pub(super) const fn is_plain(&self) -> bool {
        self.plain
    }

    /// True for 0 in all its spellings.
    pub(super) fn is_zero(&self) -> bool {
        self.whole.iter().chain(self.fraction).all(|digit| *digit == b'0')
    }

    /// Whole units, billionths of a unit (cut off) and how many digits they had, when the number counts units
    /// of `10^-places`. The billionths count upwards from the whole, below 0 too.
    pub(super) fn shifted(&self, places: i32) -> Option<(i64, u32, u8)> {
        let length = i32::try_from(self.whole.len() + self.fraction.len()).ok()?;
        // Where the point comes to stand; that may be before the digits or after them.
        let point = i32::try_from(self.whole.len()).ok()? + self.exponent - places;
        let (mut whole, mut billionths, mut index) = (0i64, 0u32, 0i32);
        for part in [self.whole, self.fraction] {
            for digit in part.iter().map(|digit| digit - b'0') {
                if index < point {
                    whole = whole.checked_mul(10)?.checked_add(digit.into())?;
                } else if index < point + 9 {
                    billionths = billionths * 10 + u32::from(digit);
                }
                index += 1;
            }
        }
        for _ in length..point {
            whole = whole.checked_mul(10)?;
        }
        if let missing @ 1..=9 = point + 9 - length
            && billionths > 0
        {
            billionths *= 10u32.pow(missing.unsigned_abs());
        }
        let written = (length - point).max(places).clamp(0, 9) as u8;
        Some(match (self.negative, billionths) {
            (false, _) => (whole, billionths, written),
            (true, 0) => (-whole, 0, written),
            (true, _) => (-whole - 1, 1_000_000_000 - billionths, written),
        })
    }
}

/// A number of 64 bits in the hexadecimal of debuggers and the registry, `0x01DA54A198BF6980`.
pub(super) fn read_hex(text: &[u8]) -> Option<u64> {
    let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X"))?;
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, digit| Some(sum << 4 | u64::from(char::from(*digit).to_digit(16)?)))
}

/// The digits at the start, at least one, and what follows them.
fn digits(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at_checked(count).filter(|_| count > 0)
}

fn read_exponent(text: &[u8]) -> Option<i32> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if !(1..=3).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    Some(if negative { -value } else { value })
}
