//! A client of the tests that holds a connection in its own hands.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use heimdall_tests::{Authority, Gateway};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// A connection after its handshake.
pub type Tls = StreamOwned<ClientConnection, TcpStream>;

static HTTP1: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| client(b"http/1.1"));

fn client(protocol: &[u8]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(Authority::of_the_run().certificate_file()).expect("PEM");
    roots.add(authority).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions");
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    Arc::new(config)
}

/// Where the gateway listens.
pub fn address(gateway: &Gateway) -> SocketAddr {
    let port = gateway.url.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// A connection without TLS yet.
pub fn tcp(gateway: &Gateway) -> TcpStream {
    let stream = TcpStream::connect(address(gateway)).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(180))).expect("set");
    stream
}

/// A connection of HTTP/1.1; an error where the handshake does not succeed.
pub fn connect(gateway: &Gateway) -> std::io::Result<Tls> {
    greet(tcp(gateway))
}

/// A connection of HTTP/2, of which nothing is sent yet.
pub fn connect_http2(gateway: &Gateway) -> std::io::Result<Tls> {
    handshake(tcp(gateway), client(b"h2"))
}

/// The handshake on a connection, for HTTP/1.1.
pub fn greet(stream: TcpStream) -> std::io::Result<Tls> {
    handshake(stream, Arc::clone(&HTTP1))
}

fn handshake(stream: TcpStream, config: Arc<ClientConfig>) -> std::io::Result<Tls> {
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(config, name).expect("a client");
    let mut stream = StreamOwned::new(client, stream);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

/// The certificate that the gateway shows.
pub fn certificate(gateway: &Gateway) -> CertificateDer<'static> {
    let stream = connect(gateway).expect("a handshake");
    stream
        .conn
        .peer_certificates()
        .and_then(|chain| chain.first())
        .expect("a certificate")
        .clone()
        .into_owned()
}

/// Asks for `/health` on a connection that stays open, and gives the head of the answer.
pub fn ask(stream: &mut Tls) -> std::io::Result<String> {
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\nok") {
        let mut bytes = [0; 1024];
        let read = stream.read(&mut bytes)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        answer.extend_from_slice(&bytes[..read]);
    }
    Ok(String::from_utf8(answer).expect("ASCII"))
}

/// Whether the other side has ended the connection, one way or another. Waits for it.
pub fn ended(stream: &mut impl Read) -> bool {
    match stream.read(&mut [0; 1024]) {
        Ok(read) => read == 0,
        Err(error) => !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
    }
}
