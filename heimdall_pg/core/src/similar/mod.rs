//! Look-alikes: a name as a vector, near to those of the names that it may be taken for. See
//! `docs/decisions/0014-look-alikes.md`.
//!
//! No model and no key: the features are the letters of a name's [`skeleton`] by ones, twos and threes, hashed into a
//! fixed number of dimensions. Equal input gives equal bits on every machine: sums are in one order, in `f32`.

mod probe;
mod skeleton;

pub use probe::{Probes, probes};
pub use skeleton::skeleton;

use crate::canonical::parts::url_host;

/// Version of the embeddings. It changes when a value gets another vector than before (also with a newer Unicode or
/// Public Suffix List), because stored ones then have to be made anew.
pub const VERSION: u32 = 1;

/// Length of an embedding. Chosen by measurement: `cargo run --release -p heimdall_core --example look_alikes`.
pub const DIMENSIONS: usize = 128;

/// How much each part of a value counts beside the name itself.
const LABELS_BELOW: f32 = 0.45;
const WORDS: f32 = 0.35;
const SUFFIX: f32 = 0.2;
const PATH: f32 = 0.6;

/// Seeds that keep the features of one part from meeting those of another.
const IN_NAME: u64 = 1;
const IN_SUFFIX: u64 = 2;
const IN_PATH: u64 = 3;

/// The embedding of a canonical domain name, of length 1.
pub fn embedding_domain(domain: &str) -> Vec<f32> {
    embedding_of(domain, "", DIMENSIONS)
}

/// The embedding of a canonical URL, of length 1: that of its host, and its path. One space with domains.
pub fn embedding_url(url: &str) -> Vec<f32> {
    let host = url_host(url).map(|(_, host)| host);
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or_default();
    let path = path.trim_matches('/');
    embedding_of(host.as_deref().unwrap_or(url), path, DIMENSIONS)
}

/// The embedding of what a key of the registry stands for (`Domain:example.org`, `Url:https://example.org/`). None for
/// other labels, and for a keyed digest, which looks like nothing.
pub fn embedding_key(key: &str) -> Option<Vec<f32>> {
    let vector = match key.split_once(':')? {
        ("Domain", domain) if domain.len() <= 253 && !is_digest(domain) => embedding_domain(domain),
        ("Url", url) if !is_digest(url) => embedding_url(url),
        _ => return None,
    };
    vector.iter().any(|x| *x != 0.0).then_some(vector)
}

fn is_digest(value: &str) -> bool {
    value.len() == 64 && value.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The same with so many dimensions, for measuring.
pub fn embedding_of(host: &str, path: &str, dimensions: usize) -> Vec<f32> {
    let (name, below, suffix) = host_parts(host);
    let mut sum = vec![0.0; dimensions];
    let name = skeleton(name);
    let whole: String = name.chars().filter(|c| *c != '-' && *c != '_').collect();
    add(&mut sum, 1.0, |part| grams(part, IN_NAME, &whole));
    if whole.len() < name.len() {
        add(&mut sum, WORDS, |part| words(part, &name));
    }
    let below = skeleton(below);
    add(&mut sum, LABELS_BELOW, |part| words(part, below.strip_prefix("www").unwrap_or(&below)));
    add(&mut sum, SUFFIX, |part| feature(part, IN_SUFFIX, suffix.chars(), 1.0));
    add(&mut sum, PATH, |part| grams(part, IN_PATH, path));
    normalise(&mut sum, 1.0);
    sum
}

/// What is registered, the labels below it, and the suffix above it.
fn host_parts(host: &str) -> (&str, &str, &str) {
    let Some(registrable) = psl::domain_str(host).filter(|_| host.parse::<std::net::IpAddr>().is_err())
    else {
        return (host, "", "");
    };
    let below = host.strip_suffix(registrable).unwrap_or_default();
    let (name, suffix) = registrable.split_once('.').unwrap_or((registrable, ""));
    (name, below.trim_end_matches('.'), suffix)
}

/// Adds a part whose length counts as `weight`, however many features it has.
fn add(sum: &mut [f32], weight: f32, fill: impl FnOnce(&mut [f32])) {
    let mut part = vec![0.0; sum.len()];
    fill(&mut part);
    normalise(&mut part, weight);
    sum.iter_mut().zip(&part).for_each(|(sum, part)| *sum += part);
}

fn normalise(vector: &mut [f32], length: f32) {
    let squares: f32 = vector.iter().map(|x| x * x).sum();
    if squares > 0.0 {
        let scale = length / squares.sqrt();
        vector.iter_mut().for_each(|x| *x *= scale);
    }
}

fn words(part: &mut [f32], text: &str) {
    for word in text.split(['-', '.', '_']).filter(|word| !word.is_empty()) {
        grams(part, IN_NAME, word);
    }
}

/// Letters by ones, twos and threes, with both ends marked; and by twos around one that is left out, since two letters
/// that have changed places then still have something in common.
fn grams(part: &mut [f32], seed: u64, text: &str) {
    if text.is_empty() {
        return;
    }
    let letters: Vec<char> = std::iter::once('^').chain(text.chars()).chain(std::iter::once('$')).collect();
    for window in letters.windows(2) {
        feature(part, seed, window.iter().copied(), 1.0);
    }
    for window in letters.windows(3) {
        feature(part, seed, window.iter().copied(), 1.0);
        if let [first, _, last] = window {
            feature(part, seed, [*first, '?', *last].into_iter(), 0.7);
        }
    }
    for letter in letters.iter().filter(|c| !matches!(c, '^' | '$')) {
        feature(part, seed, std::iter::once(*letter), 0.5);
    }
}

/// Feature hashing: the hash says where a feature goes and with which sign, so that collisions cancel out on average.
fn feature(part: &mut [f32], seed: u64, letters: impl Iterator<Item = char>, weight: f32) {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ seed;
    for letter in letters {
        hash = (hash ^ u64::from(u32::from(letter))).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // FNV-1a leaves the high bits of short texts alike; this mixes them.
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 29;
    let at = usize::try_from((hash >> 1) % part.len().max(1) as u64).unwrap_or_default();
    if let Some(place) = part.get_mut(at) {
        *place += if hash & 1 == 0 { weight } else { -weight };
    }
}

#[cfg(test)]
mod tests;
