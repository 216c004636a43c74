//! Connections: accepted, greeted by TLS off the accept path, served until they or we end.

use std::sync::Arc;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::gateway::Gateway;
use crate::{http, tls};

/// Serves until SIGTERM or SIGINT, then finishes what runs.
///
/// # Errors
/// Where it cannot begin.
pub async fn serve(gateway: Arc<Gateway>) -> Result<(), String> {
    let limits = gateway.config.limits.clone();
    let acceptor = TlsAcceptor::from(tls::server_config(&gateway.config.tls)?);
    let address = gateway.config.listen.address;
    let service = TowerToHyperService::new(http::router(gateway)?);
    let listener =
        TcpListener::bind(address).await.map_err(|error| format!("HMD_HOST, HMD_PORT: {error}"))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    tracing::info!(%address, "listening");
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.handshake);
    builder.http2().timer(TokioTimer::new());
    let open = GracefulShutdown::new();
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    continue;
                }
            },
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        let (acceptor, builder, service, watcher) =
            (acceptor.clone(), builder.clone(), service.clone(), open.watcher());
        tokio::spawn(async move {
            let Ok(Ok(stream)) = tokio::time::timeout(limits.handshake, acceptor.accept(stream)).await else {
                return;
            };
            let connection =
                builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
            let _ = watcher.watch(connection).await;
        });
    }
    drop(listener);
    tracing::info!("stopping");
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(limits.shutdown) => tracing::warn!("some requests were not finished in time"),
    }
    Ok(())
}
