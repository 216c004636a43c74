//! The stream under HTTP/1.1, watched for what waits to be sent.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::activity::Activity;

/// Tells the [`Activity`] when the client takes less than is sent.
pub struct Watched<T> {
    stream: T,
    activity: Activity,
    waits: bool,
}

impl<T> Watched<T> {
    /// Watches that stream.
    pub fn new(stream: T, activity: Activity) -> Watched<T> {
        Watched { stream, activity, waits: false }
    }

    fn note(&mut self, waits: bool) {
        if self.waits != waits {
            self.waits = waits;
            self.activity.sending(waits);
        }
    }

    /// Something could not be sent, or everything was.
    fn sent<R>(&mut self, outcome: Poll<io::Result<R>>, everything: bool) -> Poll<io::Result<R>> {
        if outcome.is_pending() {
            self.note(true);
        } else if everything {
            self.note(false);
        }
        outcome
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Watched<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Watched<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.sent(written, false)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.sent(written, false)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.sent(flushed, true)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::timeout;

    use super::*;

    const MOMENT: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_connection_with_something_to_send_is_not_idle() {
        let (ours, mut theirs) = duplex(4);
        let activity = Activity::new();
        let mut stream = Watched::new(ours, activity.clone());
        let sending = tokio::spawn(async move {
            stream.write_all(b"an answer").await.unwrap();
            stream.flush().await.unwrap();
            stream
        });
        tokio::task::yield_now().await;
        assert!(timeout(10 * MOMENT, activity.idle(MOMENT, MOMENT)).await.is_err());
        theirs.read_exact(&mut [0; 9]).await.unwrap();
        let _open = sending.await.unwrap();
        timeout(LONG, activity.idle(MOMENT, MOMENT)).await.unwrap();
    }
}
