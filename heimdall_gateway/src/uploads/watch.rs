//! Whether a COPY has failed before its end.
//!
//! The server says so at once, but the driver reads what it says only once all is sent, and until then the server throws
//! away what comes: a client would send gigabytes for nothing. So we ask, by another connection, whether the transaction
//! still is: an aborted one holds no lock on its own number.

use std::time::Duration;

use crate::database::Server;

/// The first look comes early: most of what is wrong is wrong with the first bytes.
const FIRST: Duration = Duration::from_millis(100);
const LATER: Duration = Duration::from_secs(1);

/// Returns once the transaction of that backend is over.
pub async fn watch(server: Server, backend: i32) {
    let mut pause = FIRST;
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LATER);
        // Where there is no answer, the COPY itself will find out why.
        if matches!(server.has_transaction(backend).await, Ok(false)) {
            return;
        }
    }
}
