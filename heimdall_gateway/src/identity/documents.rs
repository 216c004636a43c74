//! Requests to the identity provider: over https alone, and no answer is read without a limit.

use futures_util::future::BoxFuture;
use reqwest::Client;

/// Bytes of an answer at most: keys, metadata, tokens.
const LARGEST: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The address is not one of https.
    #[error("the address is not one of https")]
    Insecure,
    /// More than we read.
    #[error("the answer is too large")]
    TooLarge,
    /// No answer, or none in time.
    #[error("{0}")]
    Http(#[from] reqwest::Error),
}

/// Asks and reads the answer whole. A redirection is an answer: it is not followed.
///
/// # Errors
/// Where there is no answer that can be used.
pub async fn exchange(
    http: &Client,
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, Failed> {
    if request.uri().scheme() != Some(&http::uri::Scheme::HTTPS) {
        return Err(Failed::Insecure);
    }
    // What was asked may be part of an address, and addresses are part of errors.
    let mut answer = http.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + part.len() > LARGEST {
            return Err(Failed::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    let mut response = http::Response::new(body);
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(response)
}

/// What comes of [`exchange`], some time.
pub type Exchange = BoxFuture<'static, Result<http::Response<Vec<u8>>, Failed>>;

/// [`exchange`] as what speaks OAuth wants it.
pub fn exchanger(http: &Client) -> impl Fn(http::Request<Vec<u8>>) -> Exchange + use<> {
    let http = http.clone();
    move |request| {
        let http = http.clone();
        Box::pin(async move { exchange(&http, request).await })
    }
}
