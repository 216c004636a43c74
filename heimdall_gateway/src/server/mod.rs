//! The life of the process: it listens, serves until it is told to stop, and lets finish what runs.

mod accept;
mod activity;
mod connection;
mod exhausted;
mod files;
mod handshakes;
mod notify;
mod signals;
mod watched;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::gateway::Gateway;
use accept::Acceptor;
use notify::Watchdog;
use signals::{Signal, Signals};

/// Serves until SIGTERM or SIGINT, then finishes what runs. A second signal ends it at once. SIGHUP reads the certificate anew.
///
/// # Errors
/// Where it cannot begin.
pub async fn serve(gateway: Arc<Gateway>) -> Result<(), String> {
    let mut signals = Signals::new().map_err(|error| error.to_string())?;
    let connections = files::room_for(gateway.config.limits.connections);
    let (listener, address) = listen(gateway.config.listen.address).await?;
    let mut acceptor = Acceptor::new(&gateway, connections)?;
    let mut watchdog = Watchdog::new();
    let watch = tokio::spawn(Arc::clone(&gateway.tls).watch());
    let forgetting = tokio::spawn(forget(Arc::clone(&gateway)));
    tracing::info!(%address, "listening");
    notify::ready(&format!("listening on {address}"));
    loop {
        tokio::select! {
            () = acceptor.run(&listener, &mut watchdog) => {}
            signal = signals.next() => match signal {
                Signal::Reload => reload(&gateway),
                Signal::Stop => break,
            },
        }
    }
    tracing::info!("stopping");
    notify::stopping();
    watch.abort();
    forgetting.abort();
    gateway.stop.cancel();
    let open = acceptor.close(listener);
    let deadline = Instant::now() + gateway.config.limits.shutdown;
    loop {
        tokio::select! {
            () = open.wait() => break,
            () = tokio::time::sleep_until(deadline) => {
                tracing::warn!(connections = open.len(), "some requests were not finished in time");
                break;
            }
            signal = signals.next() => if signal == Signal::Stop {
                tracing::warn!(connections = open.len(), "told to stop again: some requests are not finished");
                break;
            },
            () = watchdog.due() => {}
        }
    }
    tracing::info!("stopped");
    Ok(())
}

/// Who has not asked for long has full buckets, as has who never asked: these need not be kept.
async fn forget(gateway: Arc<Gateway>) {
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        gateway.rates.forget();
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), String> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound.await.map_err(|error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AddrInUse => format!("HMD_PORT: another process listens on {address}"),
        std::io::ErrorKind::PermissionDenied => {
            format!("HMD_PORT: {address} needs the capability CAP_NET_BIND_SERVICE")
        }
        std::io::ErrorKind::AddrNotAvailable => format!("HMD_HOST: {address} is no address of this machine"),
        _ => format!("HMD_HOST, HMD_PORT: {address}: {error}"),
    })
}

/// Reads the certificate anew beside everything else.
fn reload(gateway: &Arc<Gateway>) {
    let certificates = Arc::clone(&gateway.tls);
    notify::reloading();
    tokio::spawn(async move {
        let reloaded = {
            let certificates = Arc::clone(&certificates);
            tokio::task::spawn_blocking(move || certificates.reload()).await
        };
        let refused = certificates.status().reload.and_then(|reload| reload.refused.clone());
        notify::ready(match (reloaded, refused) {
            (Ok(()), None) => "the certificate was read anew",
            _ => "the new certificate is refused, the old one stays",
        });
    });
}
