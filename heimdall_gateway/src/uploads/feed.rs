//! The end of an upload at which its bytes come in. There is one of each upload.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::report::Report;
use super::upload::Upload;
use crate::problem::Problem;

/// Bytes, and whether they are the last.
pub(super) struct Piece {
    pub bytes: Bytes,
    pub is_last: bool,
}

/// Where bytes come in. Dropped before the last, the upload is over, and nothing of it is there.
pub struct Feed {
    pub(super) upload: Arc<Upload>,
    pub(super) pieces: mpsc::Sender<Piece>,
    pub(super) limit: Option<u64>,
}

impl Feed {
    /// What it feeds.
    pub fn upload(&self) -> &Arc<Upload> {
        &self.upload
    }

    /// Says how long it will be, where that was not known.
    ///
    /// # Errors
    /// 400 where it is known to be otherwise, 413 where that is too long.
    pub fn will_have(&mut self, length: u64) -> Result<(), Problem> {
        within(self.limit, length)?;
        let status = self.upload.status();
        if status.length.is_some_and(|known| known != length) || status.offset > length {
            return Err(Problem::bad_request().detail("The upload is of another length."));
        }
        self.upload.status.send_modify(|status| status.length = Some(length));
        Ok(())
    }

    /// Hands bytes on, once there is room for them: counted and handed on at once, or not at all where this is dropped.
    ///
    /// # Errors
    /// Why the upload has ended; 413 beyond the limit; 400 beyond the length.
    pub async fn push(&mut self, bytes: Bytes) -> Result<(), Problem> {
        let status = self.upload.status();
        let offset = status.offset.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        within(self.limit, offset)?;
        if status.length.is_some_and(|length| offset > length) {
            return Err(Problem::bad_request().detail("More comes than the upload was to have."));
        }
        let Ok(room) = self.pieces.reserve().await else { return self.upload.outcome().await.map(|_| ()) };
        self.upload.status.send_modify(|status| {
            status.offset = offset;
            status.touched = Instant::now();
        });
        room.send(Piece { bytes, is_last: status.length == Some(offset) });
        Ok(())
    }

    /// All bytes have come. Returns once they are stored for good.
    ///
    /// # Errors
    /// Why nothing is there.
    pub async fn finish(&mut self) -> Result<Report, Problem> {
        // Where nobody takes it, the upload has ended, or knew by its length.
        let _ = self.pieces.send(Piece { bytes: Bytes::new(), is_last: true }).await;
        self.upload.outcome().await
    }
}

/// Whether so many bytes may come.
pub(super) fn within(limit: Option<u64>, length: u64) -> Result<(), Problem> {
    match limit {
        Some(limit) if length > limit => Err(Problem::too_large()
            .detail(format!("An upload has at most {limit} bytes."))
            .hint("The operator sets the limit: HMD_UPLOAD_LIMIT.")),
        _ => Ok(()),
    }
}
