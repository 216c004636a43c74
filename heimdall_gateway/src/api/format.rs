//! Which format of an answer the caller reads (RFC 9110, section 12.5.1).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::problem::Problem;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One object with all rows, which is there when the last row is.
    Json,
    /// One object a line, as they come.
    NdJson,
    /// A header, and a line a row, as they come.
    Csv,
}

const FORMATS: [(&str, Format); 3] =
    [("application/json", Format::Json), ("application/x-ndjson", Format::NdJson), ("text/csv", Format::Csv)];

/// Rows that one object may have: it is collected before it is sent.
const MOST_AT_ONCE: i32 = 10_000;

impl Format {
    /// How many rows to ask the database for.
    ///
    /// # Errors
    /// 400 where that is none, or more than fits into one object.
    pub fn limit(self, asked: Option<i32>, default: i32) -> Result<i32, Problem> {
        let limit = asked.unwrap_or(default);
        if limit < 1 {
            return Err(Problem::bad_request().detail("The limit has to be 1 at least."));
        }
        if self == Format::Json && limit > MOST_AT_ONCE {
            return Err(Problem::bad_request()
                .detail(format!("The limit is {MOST_AT_ONCE} at most in one JSON object."))
                .hint("Accept: application/x-ndjson or text/csv gives any number of rows."));
        }
        Ok(limit)
    }
}

impl<S: Sync> FromRequestParts<S> for Format {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Format, Problem> {
        acceptable(&parts.headers, &FORMATS)
    }
}

/// What the caller likes most of what is offered; of equals, the first.
///
/// # Errors
/// 406 where none is acceptable.
pub fn acceptable<T: Copy>(headers: &HeaderMap, offered: &[(&str, T)]) -> Result<T, Problem> {
    let ranges: Vec<Range<'_>> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(Range::parse)
        .collect();
    let mut best: Option<(f32, T)> = None;
    for (media, what) in offered {
        // The most particular range says how much it is liked.
        let liked = ranges.iter().filter(|range| range.covers(media)).max_by_key(|range| range.precision());
        let quality = if ranges.is_empty() { 1.0 } else { liked.map_or(0.0, |range| range.quality) };
        if quality > best.map_or(0.0, |(quality, _)| quality) {
            best = Some((quality, *what));
        }
    }
    best.map(|(_, what)| what).ok_or_else(|| {
        let offered = offered.iter().map(|(media, _)| *media).collect::<Vec<_>>().join(", ");
        Problem::not_acceptable().detail(format!("There are: {offered}."))
    })
}

/// One of the ranges of `Accept`: `text/*;q=0.5`.
struct Range<'a> {
    kind: &'a str,
    subkind: &'a str,
    quality: f32,
}

impl Range<'_> {
    fn parse(text: &str) -> Option<Range<'_>> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subkind) = parts.next()?.split_once('/')?;
        let quality = parts
            .find_map(|parameter| parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")))
            .map_or(Some(1.0), |quality| quality.parse().ok())?;
        (0.0..=1.0).contains(&quality).then_some(Range { kind, subkind, quality })
    }

    fn covers(&self, media: &str) -> bool {
        let Some((kind, subkind)) = media.split_once('/') else { return false };
        (self.kind == "*" || self.kind.eq_ignore_ascii_case(kind))
            && (self.subkind == "*" || self.subkind.eq_ignore_ascii_case(subkind))
    }

    fn precision(&self) -> u8 {
        u8::from(self.kind != "*") + u8::from(self.subkind != "*")
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(accept: &str) -> Option<Format> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        acceptable(&headers, &FORMATS).ok()
    }

    #[test]
    fn who_says_nothing_gets_json() {
        assert_eq!(acceptable(&HeaderMap::new(), &FORMATS).ok(), Some(Format::Json));
    }

    #[test]
    fn the_best_liked_is_given() {
        assert_eq!(of("*/*"), Some(Format::Json));
        assert_eq!(of("text/*"), Some(Format::Csv));
        assert_eq!(of("application/json;q=0.5, Text/CSV"), Some(Format::Csv));
        assert_eq!(of("*/*, application/json;q=0"), Some(Format::NdJson));
        assert_eq!(of("text/html, application/x-ndjson;q=0.1"), Some(Format::NdJson));
    }

    #[test]
    fn what_is_not_offered_is_not_given() {
        assert_eq!(of("text/html"), None);
        assert_eq!(of("application/json;q=0, image/*"), None);
    }

    #[test]
    fn what_cannot_be_read_says_nothing() {
        assert_eq!(of("json"), Some(Format::Json));
        assert_eq!(of("text/csv;q=2"), Some(Format::Json));
    }
}
