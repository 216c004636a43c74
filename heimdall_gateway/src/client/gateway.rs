//! The requests of an upload: tus 1.0.0, and the gateway's own for what became of it.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::failure::{Failure, Problem};
use super::input::Piece;
use super::token::Tokens;

/// A gateway, and who we are to it.
pub struct Gateway {
    http: reqwest::Client,
    url: Url,
    tokens: Mutex<Tokens>,
}

/// What has come of an upload.
#[derive(Clone, Copy, Debug)]
pub struct Arrived {
    /// Bytes.
    pub offset: u64,
    /// Whether those are all.
    pub whole: bool,
}

/// What became of an upload. It has neither while it runs.
#[derive(Deserialize)]
pub struct Ended {
    /// Where it is stored.
    pub report: Option<Value>,
    /// Where it is not.
    pub problem: Option<Problem>,
}

impl Gateway {
    /// Nothing is asked yet.
    pub fn new(http: reqwest::Client, url: Url, tokens: Tokens) -> Gateway {
        Gateway { http, url, tokens: Mutex::new(tokens) }
    }

    /// Begins an upload: where it goes.
    ///
    /// # Errors
    /// What the gateway says.
    pub async fn create(&self, source: &str, length: Option<u64>) -> Result<Url, Failure> {
        let mut url = self.url.clone();
        // A URL with a host has segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().extend(["v1", "sources", source, "uploads"]);
        }
        let request = || match length {
            Some(length) => self.request(Method::POST, &url).header("Upload-Length", length),
            None => self.request(Method::POST, &url).header("Upload-Defer-Length", "1"),
        };
        let answer = self.ask(request).await?;
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let upload = location.and_then(|location| self.url.join(location).ok());
        // Elsewhere nobody shall get our token.
        upload
            .filter(|upload| upload.origin() == self.url.origin())
            .ok_or(Failure::Odd("it does not say where the upload goes"))
    }

    /// How many bytes have come.
    ///
    /// # Errors
    /// What the gateway says; [`Failure::Gone`] where there is no such upload.
    pub async fn arrived(&self, upload: &Url) -> Result<Arrived, Failure> {
        let answer = self.ask(|| self.request(Method::HEAD, upload)).await.map_err(gone)?;
        let offset = offset(answer.headers())?;
        Ok(Arrived { offset, whole: number(answer.headers(), "upload-length") == Some(offset) })
    }

    /// Sends bytes that begin there: how many have come then.
    ///
    /// # Errors
    /// What the gateway says; [`Failure::Gone`] where there is no such upload.
    pub async fn send(&self, upload: &Url, from: u64, piece: Piece) -> Result<Arrived, Failure> {
        let mut request = self
            .request(Method::PATCH, upload)
            .header("Upload-Offset", from)
            .header(CONTENT_TYPE, "application/offset+octet-stream")
            .header(CONTENT_LENGTH, piece.length);
        if let Some(whole) = piece.whole {
            request = request.header("Upload-Length", whole);
        }
        let token = self.tokens.lock().await.get().await?;
        let answer = request.bearer_auth(token.expose()).body(piece.body).send().await?;
        let offset = offset(judged(answer).await.map_err(gone)?.headers())?;
        Ok(Arrived { offset, whole: piece.whole == Some(offset) })
    }

    /// What became of it.
    ///
    /// # Errors
    /// What the gateway says; [`Failure::Gone`] where there is no such upload.
    pub async fn upload(&self, upload: &Url) -> Result<Ended, Failure> {
        let answer = self.ask(|| self.request(Method::GET, upload)).await.map_err(gone)?;
        answer.json().await.map_err(|_| Failure::Odd("it does not say what became of the upload"))
    }

    /// Takes it back: nothing of it is there.
    ///
    /// # Errors
    /// What the gateway says; [`Failure::Gone`] where there is no such upload.
    pub async fn take_back(&self, upload: &Url) -> Result<(), Failure> {
        self.ask(|| self.request(Method::DELETE, upload)).await.map(|_| ()).map_err(gone)
    }

    /// Another token may be had after 401, and the same asked again.
    pub async fn renew(&self) -> bool {
        self.tokens.lock().await.forget()
    }

    fn request(&self, method: Method, url: &Url) -> RequestBuilder {
        self.http.request(method, url.clone()).header("Tus-Resumable", "1.0.0")
    }

    async fn ask(&self, request: impl Fn() -> RequestBuilder) -> Result<Response, Failure> {
        let token = self.tokens.lock().await.get().await?;
        let answer = request().bearer_auth(token.expose()).send().await?;
        if answer.status() == StatusCode::UNAUTHORIZED && self.renew().await {
            let token = self.tokens.lock().await.get().await?;
            return judged(request().bearer_auth(token.expose()).send().await?).await;
        }
        judged(answer).await
    }
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn offset(headers: &HeaderMap) -> Result<u64, Failure> {
    number(headers, "upload-offset").ok_or(Failure::Odd("it does not say how many bytes have come"))
}

async fn judged(answer: Response) -> Result<Response, Failure> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let retry_after = retry_after(answer.headers());
    let problem = answer.json().await.unwrap_or_else(|_| Problem::of_status(status));
    Err(Failure::Refused { problem: Problem { status: status.as_u16(), ..problem }, retry_after })
}

fn gone(failure: Failure) -> Failure {
    match failure {
        Failure::Refused { problem, .. } if matches!(problem.status, 404 | 410) => Failure::Gone,
        failure => failure,
    }
}

/// Seconds, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(text).ok()?.timestamp();
    Some(Timestamp::now().duration_until(until).try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str) -> Option<Duration> {
        retry_after(&HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]))
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(after("120"), Some(Duration::from_secs(120)));
        assert_eq!(after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert!(
            after("Thu, 31 Dec 2099 23:59:59 GMT").is_some_and(|wait| wait > Duration::from_secs(86_400))
        );
        assert_eq!(after("soon"), None);
    }
}
