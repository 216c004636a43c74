//! How many generated look-alikes find the domain they were made from among its nearest ten, by dimension.
//! `look_alikes FILE…`: each a JSON document with a member `list`, or a text with a domain a line.

use std::collections::BTreeMap;
use std::time::Instant;

use heimdall_core::canonical::domain::{canonical_domain, registrable_domain};
use heimdall_core::similar::embedding_of;

/// A domain is asked for if it is the nth.
const EVERY: usize = 37;

fn main() {
    let mut domains: Vec<String> = std::env::args().skip(1).flat_map(|path| read(&path)).collect();
    domains.sort();
    domains.dedup();
    let mut queries = Vec::new();
    for (at, domain) in domains.iter().enumerate().step_by(EVERY) {
        if registrable_domain(domain).as_deref() == Some(domain) && domain.find('.') > Some(4) {
            queries.extend(look_alikes(domain).into_iter().map(|(way, spelled)| (way, spelled, at)));
        }
    }
    report(&format!("{} domains, {} look-alikes", domains.len(), queries.len()));
    for dimensions in [32, 64, 96, 128, 192, 256] {
        let start = Instant::now();
        let stored: Vec<Vec<f32>> =
            domains.iter().map(|domain| embedding_of(domain, "", dimensions)).collect();
        let each = start.elapsed().as_nanos() / domains.len().max(1) as u128;
        let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (way, spelled, at) in &queries {
            let query = embedding_of(spelled, "", dimensions);
            let own = dot(&query, &stored[*at]);
            let nearer = stored.iter().filter(|other| dot(&query, other) > own).count();
            for way in [*way, "all"] {
                let (hits, of) = found.entry(way).or_default();
                *hits += usize::from(nearer < 10);
                *of += 1;
            }
        }
        let shares =
            found.iter().map(|(way, (hits, of))| format!("{way} {:.1}", 100.0 * *hits as f64 / *of as f64));
        report(&format!(
            "{dimensions} dimensions, {each} ns each: {}",
            shares.collect::<Vec<_>>().join(", ")
        ));
    }
}

fn report(line: &str) {
    use std::io::Write;
    // Nobody reads it who has closed the pipe.
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn read(path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<String> = match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(document) => {
            let list = document.get("list").and_then(|list| list.as_array()).cloned().unwrap_or_default();
            list.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
        }
        Err(_) => {
            text.lines().map(|line| line.split(['#', ' ']).next().unwrap_or_default().to_owned()).collect()
        }
    };
    lines
        .iter()
        .filter_map(|line| Some(canonical_domain(line).ok()?.into_owned()))
        .filter(|line| line.contains('.'))
        .collect()
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// One look-alike for each way in which the name can be misspelled.
fn look_alikes(domain: &str) -> Vec<(&'static str, String)> {
    let (name, suffix) = domain.split_once('.').unwrap_or((domain, ""));
    let middle = name.len() / 2;
    let (head, tail) = name.split_at(middle);
    let (letter, rest) = tail.split_at(1);
    let mut made = vec![
        ("added hyphen", format!("{head}-{tail}.{suffix}")),
        ("added word", format!("{name}-login.{suffix}")),
        ("word before", format!("secure{name}.{suffix}")),
        ("omission", format!("{head}{rest}.{suffix}")),
        ("repetition", format!("{head}{letter}{letter}{rest}.{suffix}")),
        ("replacement", format!("{head}{}{rest}.{suffix}", if letter == "x" { "z" } else { "x" })),
        ("insertion", format!("{head}q{tail}.{suffix}")),
        ("other suffix", format!("{name}.{}", if suffix == "top" { "icu" } else { "top" })),
        ("subdomain", format!("{name}.{suffix}.secure-area.info")),
    ];
    if let (Some(first), Some(second)) = (head.chars().next_back(), letter.chars().next())
        && first != second
    {
        let head = head.strip_suffix(first).unwrap_or(head);
        made.push(("transposition", format!("{head}{second}{first}{rest}.{suffix}")));
    }
    let swaps =
        [("o", "0"), ("l", "1"), ("i", "l"), ("m", "rn"), ("w", "vv"), ("a", "а"), ("e", "е"), ("c", "с")];
    for (from, to) in swaps {
        let spelled = format!("{}.{suffix}", name.replacen(from, to, 1));
        if name.contains(from)
            && let Ok(spelled) = canonical_domain(&spelled)
        {
            made.push(("homoglyph", spelled.into_owned()));
        }
    }
    made
}
