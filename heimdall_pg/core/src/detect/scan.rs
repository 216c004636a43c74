//! One pass over a text, from front to back: signs, and words with digits, in the order in which they stand there.
//!
//! At each place the likeliest reading wins, of equals the longest; what was found ends what was said before it, so
//! that a word speaks for what follows it only. No detector looks further than a bounded number of bytes, but for
//! what it then takes away as a whole.

use std::iter::Peekable;

use super::kind::{Kind, Kinds};
use super::words::{self, Authentication, Hit, Sign};
use super::{Found, Options};
use crate::canonical::{self, extract_observables};

/// So far a word speaks for what stands behind it.
const REACH: usize = 48;

/// Something that may be meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) confidence: f64,
}

impl Candidate {
    pub(super) const fn new(kind: Kind, start: usize, end: usize, confidence: f64) -> Candidate {
        Candidate { kind, start, end, confidence }
    }

    /// The likelier one; of equals the longer one.
    pub(super) fn or(self, other: Candidate) -> Candidate {
        let longer = other.confidence == self.confidence && other.end - other.start > self.end - self.start;
        if other.confidence > self.confidence || longer { other } else { self }
    }
}

/// Where the pass stands.
pub(super) struct Scan<'t> {
    pub(super) text: &'t str,
    wanted: Kinds,
    least: f64,
    /// Where the last find ends: nothing before it is looked at.
    pub(super) floor: usize,
    /// Where the last word ends that speaks for a kind, by kinds.
    said: [usize; Kind::ALL.len()],
    found: Vec<Found>,
}

/// No word has spoken for it.
const NEVER: usize = usize::MAX;

impl<'t> Scan<'t> {
    /// What stands in a text, in order and without overlaps.
    pub(super) fn run(text: &'t str, options: &Options) -> Vec<Found> {
        let mut scan = Scan {
            text,
            wanted: options.wanted(),
            least: options.least(),
            floor: 0,
            said: [NEVER; Kind::ALL.len()],
            found: Vec::new(),
        };
        let network = scan.wanted.has(Kind::Ip) || scan.wanted.has(Kind::Mac);
        let mut addresses =
            network.then(|| extract_observables(text)).into_iter().flatten().filter_map(address).peekable();
        let mut signs = words::signs(text).peekable();
        let mut digit = scan.digit(0);
        loop {
            let at = |hit: Option<&Hit>| hit.map_or(NEVER, |hit| hit.start);
            let (sign, number) = (at(signs.peek()), digit.unwrap_or(NEVER));
            scan.addresses_before(&mut addresses, sign.min(number));
            if sign < number {
                if let Some(hit) = signs.next().filter(|hit| hit.start >= scan.floor) {
                    scan.sign(hit);
                }
            } else if number != NEVER {
                let next = if number < scan.floor { scan.floor } else { scan.word(number) };
                digit = scan.digit(next.max(scan.floor));
            } else {
                return scan.found;
            }
        }
    }

    /// Takes in the addresses that begin at or before a place.
    fn addresses_before(&mut self, addresses: &mut Peekable<impl Iterator<Item = Candidate>>, place: usize) {
        while let Some(address) = addresses.next_if(|address| address.start <= place) {
            if address.start >= self.floor {
                self.take(Some(address));
            }
        }
    }

    fn digit(&self, from: usize) -> Option<usize> {
        let rest = self.bytes().get(from..)?;
        rest.iter().position(u8::is_ascii_digit).map(|at| from + at)
    }

    fn sign(&mut self, hit: Hit) {
        let Hit { sign, start, end } = hit;
        let candidate = match sign {
            Sign::Token(kind) => {
                self.forget(end, kind);
                self.floor = end;
                return;
            }
            Sign::Context(kinds) => {
                if self.begins_word(start) {
                    for kind in kinds {
                        self.say(*kind, end);
                    }
                }
                return;
            }
            Sign::At => self.email(start),
            Sign::Scheme => self.user_information(end),
            Sign::Prefix(prefix) => self.key(prefix, start),
            Sign::Password => self.given(start, end, false),
            Sign::Secret => self.given(start, end, true),
            Sign::Authentication(Authentication::Basic) => self.basic(start, end),
            Sign::Authentication(Authentication::Bearer) => self.bearer(start, end),
            Sign::PrivateKey => self.private_key(start),
            Sign::Title => self.titled(start, end),
            Sign::NameIs => self.named(start, end, 1),
            Sign::NameField => self.named(start, end, 2),
            Sign::PostBox => self.post_box(start, end),
        };
        self.take(candidate);
    }

    /// Reads the word with a digit at `digit`; where to go on.
    fn word(&mut self, digit: usize) -> usize {
        let word = self.word_at(digit);
        if word.length() <= MOST {
            let candidate = [
                self.identifier(&word),
                self.iban(&word),
                self.card(&word),
                self.phone(&word),
                self.birth_date(&word),
                self.address(&word),
                self.wallet(&word),
                self.licence(&word),
                self.bank_account(&word),
            ];
            let best = candidate.into_iter().flatten().filter(|it| self.is_wanted(it)).reduce(Candidate::or);
            self.take(best);
        }
        word.end
    }

    /// True where it is asked for and likely enough.
    pub(super) fn is_wanted(&self, candidate: &Candidate) -> bool {
        self.wanted.has(candidate.kind) && candidate.confidence >= self.least
    }

    /// True where a detector may find something of that likelihood.
    pub(super) fn wants(&self, kind: Kind, confidence: f64) -> bool {
        self.wanted.has(kind) && confidence >= self.least
    }

    fn take(&mut self, candidate: Option<Candidate>) {
        let Some(candidate) = candidate.filter(|it| self.is_wanted(it) && it.start >= self.floor) else {
            return;
        };
        let Candidate { kind, start, end, confidence } = candidate;
        self.found.push(Found { kind, start, end, confidence });
        self.forget(end, kind);
        self.floor = end;
    }

    /// What was found speaks for more of its kind, and everything else is forgotten.
    fn forget(&mut self, end: usize, kind: Kind) {
        self.said = [NEVER; Kind::ALL.len()];
        self.say(kind, end);
    }

    fn say(&mut self, kind: Kind, end: usize) {
        if let Some(place) = self.said.get_mut(kind as usize) {
            *place = end;
        }
    }

    /// True where a word before `start` speaks for a kind.
    pub(super) fn is_said(&self, kind: Kind, start: usize) -> bool {
        let said = self.said.get(kind as usize).copied().unwrap_or(NEVER);
        said != NEVER && start >= said && start - said <= REACH
    }

    pub(super) fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.bytes().get(at).copied()
    }

    /// The byte before a place, where it is not part of what was found already.
    pub(super) fn before(&self, at: usize) -> Option<u8> {
        (at > self.floor).then(|| self.byte(at - 1)).flatten()
    }

    /// True where no letter or digit stands before; a capital behind a small letter begins a word (`userPassword`).
    pub(super) fn begins_word(&self, start: usize) -> bool {
        match self.before(start) {
            Some(before) if before.is_ascii_lowercase() => {
                self.byte(start).is_some_and(|byte| byte.is_ascii_uppercase())
            }
            // `&sig=` begins with the sign that separates it.
            Some(_) if self.byte(start).is_some_and(|byte| byte.is_ascii_punctuation()) => true,
            Some(before) => !before.is_ascii_alphanumeric() && before < 0x80,
            None => true,
        }
    }

    fn word_at(&self, digit: usize) -> Word {
        let bytes = self.bytes();
        let back = bytes.get(self.floor..digit).unwrap_or_default();
        let letters = back.iter().rev().take(MOST).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let start = digit - letters;
        let rest = bytes.get(digit..).unwrap_or_default();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let tail = rest.get(digits..).unwrap_or_default();
        let end = digit + digits + tail.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        Word { start, digit, digits, end, joined: self.is_joined_before(start) }
    }

    /// True where what begins there goes on something: a part of a number, a path, an identifier.
    fn is_joined_before(&self, start: usize) -> bool {
        let earlier = || start.checked_sub(2).filter(|at| *at >= self.floor).and_then(|at| self.byte(at));
        match self.before(start) {
            Some(b'-' | b'.' | b'/' | b'\\' | b'+' | b'~') => {
                earlier().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            }
            Some(b'_' | b'@' | b'%' | b'$' | 0x80..) => true,
            _ => false,
        }
    }

    /// True where what ends there goes on: a letter or digit follows, or a sign and then one.
    pub(super) fn is_joined_behind(&self, end: usize) -> bool {
        let next = || self.byte(end + 1).unwrap_or(b' ');
        match self.byte(end) {
            Some(b'@' | b'_' | 0x80..) => true,
            Some(b'-' | b'.' | b'/' | b'\\') => next().is_ascii_alphanumeric(),
            Some(b'%') => next().is_ascii_digit(),
            Some(byte) => byte.is_ascii_alphanumeric(),
            None => false,
        }
    }
}

/// A word longer than any identifier.
const MOST: usize = 62;

/// A word with a digit.
pub(super) struct Word {
    pub(super) start: usize,
    /// Where its first digit stands: letters come before.
    pub(super) digit: usize,
    /// How many digits stand there.
    pub(super) digits: usize,
    pub(super) end: usize,
    /// True where it goes on something.
    pub(super) joined: bool,
}

impl Word {
    pub(super) fn length(&self) -> usize {
        self.end - self.start
    }

    /// How many letters it begins with.
    pub(super) fn letters(&self) -> usize {
        self.digit - self.start
    }
}

/// IP and hardware addresses are observables, which are found by those who know them.
fn address(observable: canonical::Observable<'_>) -> Option<Candidate> {
    let kind = match observable.kind {
        canonical::Kind::Ip => Kind::Ip,
        canonical::Kind::Mac => Kind::Mac,
        _ => return None,
    };
    Some(Candidate::new(kind, observable.start, observable.end, 0.95))
}
