//! How a telephone number is written: separators, digits of other scripts, letters for digits, extensions.

/// More digits than a prefix for calls abroad, a country and a number have together.
const MAX_DIGITS: usize = 24;
/// The digits that libphonenumber allows an extension.
const MAX_EXTENSION: usize = 20;

/// Words before an extension, of which one that ends like another comes first.
const MARKERS: [&str; 6] = ["extension", "extn", "ext", "xtn", "x", "#"];

/// The zero of every script whose digits stand in numbers (Unicode Nd), in order.
const ZEROS: [u32; 22] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
    0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0xff10,
];

/// A number taken apart, in ASCII digits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// True where a plus sign stands before the digits.
    pub international: bool,
    pub digits: String,
    pub extension: Option<String>,
}

/// Reads a number of bounded length.
pub(super) fn read(value: &str) -> Result<Written, &'static str> {
    let scheme = value.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    let target = scheme.map_or(value, |scheme| value.get(scheme.len()..).unwrap_or_default());
    let (number, parameters) = target.split_once(';').map_or((target, None), |(a, b)| (a, Some(b)));
    let Parameters { context, extension } = parameters.map_or(Ok(Parameters::default()), read_parameters)?;
    let (number, extension) = match extension {
        Some(extension) => (number, Some(extension)),
        None => split_extension(number),
    };
    let mut written = Written { international: false, digits: String::new(), extension };
    if let Some(context) = context {
        scan(context, &mut written)?;
    }
    scan(number, &mut written)?;
    let extension_fits = written.extension.as_ref().is_none_or(|digits| digits.len() <= MAX_EXTENSION);
    if !extension_fits || written.digits.len() > MAX_DIGITS {
        return Err("more digits than a number has");
    }
    if written.digits.is_empty() {
        return Err("no digits");
    }
    Ok(written)
}

#[derive(Default)]
struct Parameters<'a> {
    context: Option<&'a str>,
    extension: Option<String>,
}

/// The parameters of RFC 3966. Those that change what is called, or that nobody knows, are refused.
fn read_parameters(parameters: &str) -> Result<Parameters<'_>, &'static str> {
    let mut read = Parameters::default();
    for parameter in parameters.split(';') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = value.trim_ascii();
        if name.trim_ascii().eq_ignore_ascii_case("ext") && read.extension.is_none() {
            let digits: Option<String> = value.chars().filter(|&c| c != '-' && c != '.').map(digit).collect();
            let digits = digits.filter(|digits| !digits.is_empty());
            read.extension = Some(digits.ok_or("an extension without digits")?);
        } else if name.trim_ascii().eq_ignore_ascii_case("phone-context") && read.context.is_none() {
            read.context = Some(value).filter(|value| value.starts_with('+'));
            read.context.ok_or("a phone context that is no number")?;
        } else {
            return Err("a parameter other than an extension and a phone context");
        }
    }
    Ok(read)
}

/// The number and the digits of its extension, where a marker stands before the last digits.
fn split_extension(number: &str) -> (&str, Option<String>) {
    let head = number.trim_end_matches(|c| digit(c).is_some());
    let digits: String = number.get(head.len()..).unwrap_or_default().chars().filter_map(digit).collect();
    let words = head.trim_end_matches([' ', '\u{a0}', '\t', ':', '.', '=']);
    let before = MARKERS.iter().find_map(|marker| {
        let at = words.len().checked_sub(marker.len())?;
        let (before, found) = words.split_at_checked(at)?;
        found.eq_ignore_ascii_case(marker).then_some(before)
    });
    match before {
        // Behind a letter, the marker is a letter for a digit as well.
        Some(before)
            if !digits.is_empty()
                && before.chars().any(|c| digit(c).is_some())
                && !before.ends_with(|c: char| c.is_ascii_alphabetic()) =>
        {
            (before.trim_end_matches([' ', '\u{a0}', '\t', ',']), Some(digits))
        }
        _ => (number, None),
    }
}

/// Adds the digits of a text to a number.
fn scan(text: &str, written: &mut Written) -> Result<(), &'static str> {
    let (mut letters, mut masks) = (0, 0);
    for c in text.chars() {
        if let Some(digit) = digit(c) {
            written.digits.push(digit);
        } else if matches!(c, '+' | '\u{ff0b}') {
            if written.international || !written.digits.is_empty() {
                return Err("a plus sign that is not the first");
            }
            written.international = true;
        } else if let Some(digit) = digit_of_letter(c) {
            if written.digits.is_empty() {
                return Err("letters before the number");
            }
            letters += 1;
            masks += usize::from(matches!(c, 'x' | 'X'));
            written.digits.push(digit);
        } else if !is_separator(c) {
            return Err("a character that telephone numbers do not have");
        }
    }
    if letters > 0 && letters == masks {
        return Err("masked digits");
    }
    if matches!(letters, 1 | 2) {
        return Err("one or two letters");
    }
    Ok(())
}

/// The ASCII digit of a decimal digit of any script.
fn digit(c: char) -> Option<char> {
    let code = c as u32;
    let zero = ZEROS.iter().rev().find(|&&zero| zero <= code)?;
    char::from_digit(code - zero, 10)
}

/// The digit with which a letter shares its key (E.161).
fn digit_of_letter(c: char) -> Option<char> {
    Some(match c.to_ascii_lowercase() {
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        'w'..='z' => '9',
        _ => return None,
    })
}

/// Hyphens, brackets and white space of any script, and the marks of direction that address books copy.
fn is_separator(c: char) -> bool {
    match c {
        '-' | '.' | '/' | '(' | ')' | '[' | ']' | '~' => true,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{ff0d}'..='\u{ff0f}' => true,
        '\u{ff08}' | '\u{ff09}' | '\u{ff3b}' | '\u{ff3d}' | '\u{ad}' | '\u{200b}' | '\u{2060}' => true,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        c => c.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(value: &str) -> (bool, String, Option<String>) {
        let written = read(value).unwrap_or_else(|reason| panic!("{value}: {reason}"));
        (written.international, written.digits, written.extension)
    }

    #[test]
    fn numbers_and_extensions() {
        let number = "14155550123".to_owned();
        for raw in
            ["+1 (415) 555-0123", "+1.415.555.0123", "\u{202a}+1 415/555 0123\u{202c}", "+1 41 555 501 23"]
        {
            assert_eq!(ok(raw), (true, number.clone(), None), "{raw}");
        }
        for raw in [
            "+14155550123;ext=12",
            "tel:+1-415-555-0123;EXT=12",
            "+1 415 555 0123 x12",
            "+1 415 555 0123x12",
            "+1 415 555 0123, ext. 12",
            "+1 415 555 0123 Extension: 12",
            "+1 415 555 0123 #12",
            "tel:415-555-0123;ext=12;phone-context=+1",
        ] {
            assert_eq!(ok(raw), (true, number.clone(), Some("12".to_owned())), "{raw}");
        }
        assert_eq!(ok("1-800-FLOWERS"), (false, "18003569377".to_owned(), None));
        assert_eq!(ok("1-800-FLOWERX12").1, "1800356937912");
        assert_eq!(ok("\u{ff0b}４４ \u{662}\u{660}"), (true, "4420".to_owned(), None));
    }

    #[test]
    fn others_are_refused() {
        for raw in [
            "",
            "+",
            "+1 415 555 XXXX",
            "+1 415 555 01ab",
            "ext 12",
            "CALL 1",
            "1+2",
            "++1",
            "+1;ext=",
            "+1;ext=a",
            "+1;isub=1",
            "1;phone-context=example.org",
            "+1,2",
            "+1\u{2}2",
            "+1 ½",
        ] {
            assert!(read(raw).is_err(), "{raw}");
        }
        assert!(read(&"1".repeat(25)).is_err());
        assert!(read(&format!("+1 415 555 0123 x{}", "1".repeat(21))).is_err());
    }

    #[test]
    fn zeros_are_sorted() {
        assert!(ZEROS.is_sorted());
        assert!(ZEROS.iter().all(|&zero| digit(char::from_u32(zero).unwrap()) == Some('0')));
    }
}
