//! The body of a request into an upload.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::feed::Feed;
use crate::problem::Problem;

/// Pours what comes, as fast as the database takes it.
///
/// # Errors
/// Why the upload has ended, also where the client sends nothing; 408 where it sends nothing for too long; 400 where it
/// stops before the end of the body. What has come before is handed on.
pub async fn pour(body: &mut BodyDataStream, feed: &mut Feed, idle: Duration) -> Result<(), Problem> {
    let upload = feed.upload().clone();
    loop {
        let next = tokio::select! {
            biased;
            outcome = upload.outcome() => return outcome.map(|_| ()),
            next = timeout(idle, body.next()) => next.map_err(|_| super::idle())?,
        };
        match next {
            Some(Ok(bytes)) => feed.push(bytes).await?,
            Some(Err(_)) => {
                return Err(Problem::bad_request().detail("The body did not come to its end."));
            }
            None => return Ok(()),
        }
    }
}

/// How long a client may go on sending after it was answered.
const LINGER: Duration = Duration::from_secs(5);

/// Reads on for a while and forgets it. A client that still sends when its connection is closed is told so by a reset, which
/// takes the answer with it (RFC 9112, 9.6).
pub fn linger(mut body: BodyDataStream) {
    tokio::spawn(timeout(LINGER, async move { while let Some(Ok(_)) = body.next().await {} }));
}
