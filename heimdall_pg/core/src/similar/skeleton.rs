//! What a name looks like: names that a reader takes for one another have one skeleton.
//!
//! The idea is that of UTS #39 (4, Confusable Detection), the table is a small one of our own: letters of other
//! scripts, digits and pairs of letters that stand in for Latin letters in the names of hosts. Two skeletons are
//! compared with each other; none is ever shown.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// The skeleton of a canonical domain name or of a part of it, dots and hyphens kept.
pub fn skeleton(name: &str) -> String {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
    let single: String = if !name.contains("xn--") && name.bytes().all(plain) {
        name.chars().map(letter).collect()
    } else {
        // What cannot be decoded is compared as it is written.
        let (unicode, _) = idna::domain_to_unicode(name);
        DecomposingNormalizerBorrowed::new_nfkd()
            .normalize(&unicode)
            .chars()
            .filter(|c| !matches!(c, '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}'))
            .flat_map(char::to_lowercase)
            .map(letter)
            .collect()
    };
    merged(&single)
}

/// The Latin letter that a character looks like; itself where it looks like none.
const fn letter(c: char) -> char {
    match c {
        '0' | 'о' | 'ο' | 'օ' | 'ø' | 'σ' | 'ө' => 'o',
        '1' | 'i' | 'ı' | 'і' | 'ι' | 'ӏ' | 'ɩ' | 'ł' | '|' => 'l',
        '3' | 'е' | 'ε' | 'з' | 'є' | 'ɛ' => 'e',
        '4' | 'а' | 'α' | 'ɑ' => 'a',
        '5' | 'ѕ' | 'ꜱ' => 's',
        '8' | 'в' | 'ь' | 'ъ' | 'β' | 'ƅ' | 'ß' => 'b',
        '9' | 'ɡ' | 'ց' => 'g',
        '7' | 'т' | 'τ' | 'ŧ' => 't',
        'с' | 'ϲ' | 'ᴄ' => 'c',
        'ԁ' | 'đ' | 'ɗ' => 'd',
        'һ' | 'н' | 'ħ' | 'հ' => 'h',
        'ј' | 'ϳ' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'п' | 'η' | 'ո' | 'ŋ' => 'n',
        'р' | 'ρ' | 'þ' => 'p',
        'ԛ' => 'q',
        'г' | 'ʀ' => 'r',
        'υ' | 'ս' | 'ʋ' | 'µ' | 'μ' => 'u',
        'ν' | 'ѵ' => 'v',
        'ѡ' | 'ω' | 'ԝ' | 'ш' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ү' => 'y',
        'ᴢ' | 'ʐ' => 'z',
        other => other,
    }
}

/// Two letters that together look like one.
fn merged(text: &str) -> String {
    let mut merged = String::with_capacity(text.len());
    for c in text.chars() {
        let pair = match (merged.chars().next_back(), c) {
            (Some('r'), 'n') => 'm',
            (Some('v'), 'v') => 'w',
            (Some('c'), 'l') => 'd',
            _ => {
                merged.push(c);
                continue;
            }
        };
        merged.pop();
        merged.push(pair);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn punycode(name: &str) -> String {
        crate::canonical::domain::canonical_domain(name).unwrap().into_owned()
    }

    #[test]
    fn look_alikes_have_one_skeleton() {
        for (one, other) in [
            ("paypal.com", "paypa1.com"),
            ("paypal.com", "paypai.com"),
            ("google.com", "g00gle.com"),
            ("modern.example", "modem.example"),
            ("wikipedia.org", "vvikipedia.org"),
            ("dropbox.com", "clropbox.com"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        for (ascii, homograph) in [
            ("paypal.com", "раураl.com"),
            ("apple.com", "аррӏе.com"),
            ("microsoft.com", "micrоsоft.com"),
            ("cafe.example", "café.example"),
            ("bucher.example", "bücher.example"),
        ] {
            let homograph = punycode(homograph);
            assert!(homograph.starts_with("xn--"), "{homograph}");
            assert_eq!(skeleton(ascii), skeleton(&homograph), "{ascii}");
        }
    }

    #[test]
    fn others_have_another() {
        for (one, other) in
            [("paypal.com", "paypal.net"), ("a-b.example", "ab.example"), ("bank.example", "tank.example")]
        {
            assert_ne!(skeleton(one), skeleton(other));
        }
    }

    proptest! {
        #[test]
        fn any_text_has_one(text in "\\PC{0,40}") {
            skeleton(&text);
        }

        #[test]
        fn both_ways_agree(name in "[a-z0-9-]{1,20}(\\.[a-z0-9]{1,9}){0,2}") {
            prop_assume!(!name.contains("xn--"));
            let (unicode, _) = idna::domain_to_unicode(&name);
            prop_assert_eq!(skeleton(&name), skeleton(&unicode));
        }
    }
}
