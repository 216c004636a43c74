//! An answer that is made while it is sent holds a connection to the database, a place, memory. Of one that its client does not
//! read, all that is given up: over HTTP/2 a client may keep the window of a request shut for as long as it likes, and nothing of
//! that shows on the connection.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::timeout;

use crate::gateway::Gateway;

/// A part of the answer; none at its end. Where no end comes, it is not whole.
type Part = Option<Result<Frame<Bytes>, axum::Error>>;

/// Gives up what nobody has read for `HMD_IDLE_TIMEOUT`.
pub async fn layer(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    let patience = gateway.config.limits.idle;
    next.run(request).await.map(|body| match body.size_hint().exact() {
        // It is there already, and holds nothing.
        Some(_) => body,
        None => read_within(patience, body),
    })
}

fn read_within(patience: Duration, body: Body) -> Body {
    let (sender, parts) = mpsc::channel(1);
    // A body is asked for its next part when there is room to send it, and so not at all while the client does not read.
    tokio::spawn(hand_on(body, sender, patience));
    Body::new(StreamBody::new(stream::unfold(parts, next)))
}

async fn hand_on(mut body: Body, sender: Sender<Part>, patience: Duration) {
    loop {
        let part = tokio::select! {
            part = body.frame() => part,
            () = sender.closed() => return,
        };
        let is_end = part.is_none();
        match timeout(patience, sender.send(part)).await {
            Ok(Ok(())) if !is_end => {}
            Ok(_) => return,
            Err(_) => return tracing::warn!("an answer was cut: its client has not read it for too long"),
        }
    }
}

async fn next(mut parts: Receiver<Part>) -> Option<(Result<Frame<Bytes>, axum::Error>, Receiver<Part>)> {
    let cut = || Some(Err(axum::Error::new(io::Error::other("the answer was cut"))));
    let part = parts.recv().await.unwrap_or_else(cut)?;
    Some((part, parts))
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn counted(parts: u8) -> Body {
        Body::from_stream(stream::iter((0..parts).map(|part| Ok::<_, io::Error>(vec![part]))))
    }

    #[tokio::test]
    async fn what_is_read_comes_whole() {
        let whole = read_within(LONG, counted(9)).collect().await.expect("all of it").to_bytes();
        assert_eq!(whole.as_ref(), &[0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[tokio::test]
    async fn what_is_not_read_is_given_up_and_does_not_look_whole() {
        let (held, seen) = tokio::sync::oneshot::channel::<()>();
        let body = stream::repeat("x").map(move |part| {
            let _ = &held;
            Ok::<_, io::Error>(part)
        });
        let body = read_within(Duration::from_millis(10), Body::from_stream(body));
        assert!(timeout(LONG, seen).await.expect("in time").is_err());
        assert!(body.collect().await.is_err());
    }

    #[tokio::test]
    async fn who_goes_away_leaves_nothing() {
        let (held, seen) = tokio::sync::oneshot::channel::<()>();
        let body = stream::pending::<Result<Bytes, io::Error>>().map(move |part| {
            let _ = &held;
            part
        });
        drop(read_within(LONG, Body::from_stream(body)));
        assert!(timeout(LONG, seen).await.expect("in time").is_err());
    }
}
