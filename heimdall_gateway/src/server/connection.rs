//! A connection after its handshake: HTTP/2 or HTTP/1.1, as agreed there, until it is idle for too long or we stop.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

use super::activity::Activity;
use super::watched::Watched;
use crate::gateway::Gateway;
use crate::http::{self, ClientAddress};

/// What a client gets for what was under way when we part: the first request of a connection that was just made, headers that
/// have begun, the acknowledgement of GOAWAY.
pub const PARTING: Duration = Duration::from_secs(2);

/// Bytes of all headers of a request.
const HEADERS: u32 = 32 << 10;

/// Bytes that are read ahead of HTTP/1.
const BUFFER: usize = 64 << 10;

/// Requests at a time on a connection of HTTP/2.
const STREAMS: u32 = 128;

/// Requests that a client has taken back and that we have not seen yet; those beyond end the connection (CVE-2023-44487).
const RESETS: usize = 32;

/// How often a peer of HTTP/2 is asked whether it is still there, and how long it has to answer.
const PING: Duration = Duration::from_secs(20);

/// How long a connection of HTTP/2 that was told to go may still take for what it was asked before: answers wait in it for the
/// client's window, which nobody sees from outside.
const LAST_STREAMS: Duration = Duration::from_secs(600);

/// How connections are served.
pub struct Connection {
    gateway: Arc<Gateway>,
    router: Router,
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
}

impl Connection {
    /// With the gateway's routes and limits.
    ///
    /// # Errors
    /// Where there are no routes.
    pub fn new(gateway: Arc<Gateway>) -> Result<Connection, String> {
        let mut http1 = http1::Builder::new();
        // Headers that do not end are an idle connection.
        http1.timer(TokioTimer::new()).header_read_timeout(None);
        http1.max_buf_size(BUFFER).max_header_size(HEADERS as usize);
        let mut http2 = http2::Builder::new(TokioExecutor::new());
        http2.timer(TokioTimer::new()).keep_alive_interval(PING).keep_alive_timeout(PING);
        http2.max_header_list_size(HEADERS).max_concurrent_streams(STREAMS);
        http2.max_pending_accept_reset_streams(RESETS).max_local_error_reset_streams(RESETS);
        Ok(Connection { router: http::router(Arc::clone(&gateway))?, gateway, http1, http2 })
    }

    /// Serves it until its end.
    pub async fn serve(&self, stream: TlsStream<TcpStream>, peer: IpAddr) {
        let activity = Activity::new();
        let service = service_fn(|request| self.answer(request, peer, &activity));
        let idle = self.gateway.config.limits.idle;
        // A client of HTTP/2 may connect ahead of its first request; of HTTP/1 this is where headers trickle in.
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            let connection = self.http2.serve_connection(TokioIo::new(stream), service);
            let parted = async { tokio::time::sleep(LAST_STREAMS).await };
            self.drive(connection, &activity, idle, parted).await;
        } else {
            let stream = Watched::new(stream, activity.clone());
            let connection = self.http1.serve_connection(TokioIo::new(stream), service);
            let first = self.gateway.config.limits.handshake;
            self.drive(connection, &activity, first, activity.idle(PARTING, PARTING)).await;
        }
    }

    /// Serves until the connection is idle or we stop, then tells the client to go, who has until `parted` to do so.
    async fn drive(
        &self,
        connection: impl GracefulConnection,
        activity: &Activity,
        first: Duration,
        parted: impl Future<Output = ()>,
    ) {
        let mut connection = pin!(connection);
        let stopping = async {
            self.gateway.stop.cancelled().await;
            activity.used(PARTING).await;
        };
        tokio::select! {
            _ = connection.as_mut() => return,
            () = activity.idle(first, self.gateway.config.limits.idle) => {}
            () = stopping => {}
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            _ = connection => {}
            () = parted => {}
        }
    }

    fn answer(
        &self,
        request: Request<Incoming>,
        peer: IpAddr,
        activity: &Activity,
    ) -> impl Future<Output = Result<Response<Body>, Infallible>> + use<> {
        let running = activity.begin();
        let network = &self.gateway.config.network;
        let mut request = request.map(Body::new);
        let client = ClientAddress::of(peer, request.headers(), network);
        request.extensions_mut().insert(client);
        let answer = self.router.clone().oneshot(request);
        async move {
            let response = answer.await?;
            // It runs until the body is sent or dropped.
            Ok(response.map(|body| {
                Body::new(body.map_frame(move |frame| {
                    let _until_the_end = &running;
                    frame
                }))
            }))
        }
    }
}

/// Small answers are sent at once. A peer that is gone, or that takes nothing of what we send for `patience`, is given up by the
/// system.
pub fn prepare(stream: &TcpStream, patience: Duration) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(PING).with_interval(PING))?;
    socket.set_tcp_user_timeout(Some(patience))
}
