//! Keys that say what they are by how they begin.

use super::Kind;
use super::scan::{Candidate, Scan};

/// What a key consists of behind its beginning.
#[derive(Clone, Copy)]
enum Alphabet {
    /// Capitals and digits.
    Capitals,
    /// Letters and digits.
    Alnum,
    /// Letters, digits, hyphens and underscores.
    Url,
    /// Those, and dots.
    Dotted,
    /// Those of base64.
    Base64,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Alphabet::Capitals => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Alphabet::Alnum => byte.is_ascii_alphanumeric(),
            Alphabet::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Alphabet::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
            Alphabet::Base64 => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
            }
        }
    }
}

/// A beginning, and what follows: so many characters at least and at most.
pub(super) struct Prefix {
    pub(super) text: &'static str,
    alphabet: Alphabet,
    least: usize,
    most: usize,
}

const fn key(text: &'static str, alphabet: Alphabet, least: usize, most: usize) -> Prefix {
    Prefix { text, alphabet, least, most }
}

/// Longer than the private keys that are in use.
const LONGEST_KEY: usize = 16 * 1024;

/// A key of a megabyte is none.
const LONG: usize = 4096;

/// As their issuers document them, and scanners for leaked keys look for them.
pub(super) static PREFIXES: &[Prefix] = &[
    key("AKIA", Alphabet::Capitals, 16, 16),
    key("ASIA", Alphabet::Capitals, 16, 16),
    key("ABIA", Alphabet::Capitals, 16, 16),
    key("ACCA", Alphabet::Capitals, 16, 16),
    key("ghp_", Alphabet::Alnum, 36, 255),
    key("gho_", Alphabet::Alnum, 36, 255),
    key("ghu_", Alphabet::Alnum, 36, 255),
    key("ghs_", Alphabet::Alnum, 36, 255),
    key("ghr_", Alphabet::Alnum, 36, 255),
    key("github_pat_", Alphabet::Url, 22, 255),
    key("glpat-", Alphabet::Url, 20, 255),
    key("xoxa-", Alphabet::Url, 10, 255),
    key("xoxb-", Alphabet::Url, 10, 255),
    key("xoxe-", Alphabet::Url, 10, 255),
    key("xoxp-", Alphabet::Url, 10, 255),
    key("xoxr-", Alphabet::Url, 10, 255),
    key("xoxs-", Alphabet::Url, 10, 255),
    key("xapp-", Alphabet::Url, 10, 255),
    key("hooks.slack.com/services/", Alphabet::Base64, 20, 255),
    key("AIza", Alphabet::Url, 35, 35),
    key("ya29.", Alphabet::Url, 20, LONG),
    key("GOCSPX-", Alphabet::Url, 28, 28),
    key("sk_live_", Alphabet::Alnum, 16, 255),
    key("sk_test_", Alphabet::Alnum, 16, 255),
    key("rk_live_", Alphabet::Alnum, 16, 255),
    key("rk_test_", Alphabet::Alnum, 16, 255),
    key("whsec_", Alphabet::Base64, 16, 255),
    key("npm_", Alphabet::Alnum, 36, 36),
    key("pypi-AgE", Alphabet::Url, 40, LONG),
    key("SG.", Alphabet::Dotted, 60, 100),
    key("sk-ant-", Alphabet::Url, 20, 255),
    key("sk-proj-", Alphabet::Url, 20, 255),
    key("dop_v1_", Alphabet::Alnum, 64, 64),
    key("shpat_", Alphabet::Alnum, 32, 32),
    key("shpss_", Alphabet::Alnum, 32, 32),
    key("hf_", Alphabet::Alnum, 34, 40),
    key("hvs.", Alphabet::Url, 20, 255),
    key("AGE-SECRET-KEY-1", Alphabet::Capitals, 58, 58),
    key("EAACEdEose0cBA", Alphabet::Alnum, 20, 255),
    key("eyJ", Alphabet::Dotted, 30, 16 * 1024),
];

/// The shortest header of a JSON web token behind its `eyJ`.
const LEAST_HEADER: usize = 12;

impl Scan<'_> {
    /// The key that begins there.
    pub(super) fn key(&self, prefix: usize, start: usize) -> Option<Candidate> {
        let Prefix { text, alphabet, least, most } = PREFIXES.get(prefix)?;
        // The automaton does not tell small letters from capitals.
        let body = self.bytes().get(start..)?.strip_prefix(text.as_bytes())?;
        if self.before(start).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return None;
        }
        // A text of many beginnings of tokens is not read to the longest of them at each.
        if *text == "eyJ" && body.iter().take(LEAST_HEADER).any(|&byte| byte == b'.') {
            return None;
        }
        let length = body.iter().take(most + 1).take_while(|&&byte| alphabet.has(byte)).count();
        let body = body.get(..length)?;
        let length = length - body.iter().rev().take_while(|&&byte| matches!(byte, b'.' | b'-')).count();
        let body = body.get(..length)?;
        let fits = match *text {
            "eyJ" => is_token(body),
            _ => (*least..=*most).contains(&length) && is_random(body),
        };
        fits.then(|| Candidate::new(Kind::Credential, start, start + text.len() + length, 0.98))
    }

    /// A private key in PEM (RFC 7468), to the end of its last line; of one that is cut off, all lines of base64.
    pub(super) fn private_key(&self, start: usize) -> Option<Candidate> {
        let text = self.bytes().get(start..)?;
        let label = text.get(b"-----BEGIN".len()..)?;
        let line = label.iter().take(64).position(|&byte| byte == b'-')?;
        let (label, dashes) = label.split_at_checked(line)?;
        if !dashes.starts_with(b"-----")
            || !label.ends_with(b"PRIVATE KEY") && !label.ends_with(b"PRIVATE KEY BLOCK")
        {
            return None;
        }
        let body = b"-----BEGIN".len() + line + 5;
        let rest = text.get(body..)?;
        let rest = rest.get(..LONGEST_KEY).unwrap_or(rest);
        let closing = memchr::memmem::find(rest, b"-----END");
        let inside = rest.get(..closing.unwrap_or(rest.len()))?;
        let length = inside.iter().take_while(|byte| is_of_pem(**byte)).count();
        let end = match closing {
            Some(at) if at == length => at + end_line(rest.get(at..)?),
            _ => inside.get(..length)?.trim_ascii_end().len(),
        };
        Some(Candidate::new(Kind::Credential, start, start + body + end, 0.99))
    }
}

/// What stands between the lines of PEM, as text of JSON as well.
fn is_of_pem(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=\\:,-".contains(&byte)
}

/// The length of `-----END PRIVATE KEY-----`.
fn end_line(closing: &[u8]) -> usize {
    let label = closing
        .iter()
        .skip(8)
        .take(40)
        .take_while(|&&byte| byte == b' ' || byte.is_ascii_uppercase())
        .count();
    8 + label + closing.iter().skip(8 + label).take(5).take_while(|&&byte| byte == b'-').count()
}

/// A JSON web token (RFC 7519) or one of its parts in base64, of which the first is an object.
fn is_token(body: &[u8]) -> bool {
    let mut parts = body.split(|&byte| byte == b'.');
    let (header, payload) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    header.len() >= LEAST_HEADER && payload.len() >= 4
}

/// More than one character over and over, or placeholders of a manual.
fn is_random(body: &[u8]) -> bool {
    let mut seen = [false; 256];
    for &byte in body.iter().take(64) {
        if let Some(place) = seen.get_mut(usize::from(byte)) {
            *place = true;
        }
    }
    seen.iter().filter(|&&seen| seen).count() >= 5
}
