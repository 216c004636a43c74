//! HTTP/1.1 by hand, for what no client does of its own will: to stop in the midst, to go away, to read before all is sent.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use heimdall_tests::{Authority, Gateway};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// A request that is on its way.
pub struct Raw(StreamOwned<ClientConnection, TcpStream>);

impl Raw {
    /// The head of a request of somebody who ingests, whose body comes in chunks.
    pub fn begin(gateway: &Gateway, method: &str, path: &str, headers: &str) -> Raw {
        let token = gateway.issuer.token("ada", &["ingest"]);
        let mut raw = Raw::connect(gateway);
        raw.write(
            format!(
                "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
                 Transfer-Encoding: chunked\r\n{headers}\r\n"
            )
            .as_bytes(),
        );
        raw
    }

    fn connect(gateway: &Gateway) -> Raw {
        let authority = CertificateDer::from_pem_slice(Authority::of_the_run().pem().as_bytes());
        let mut roots = RootCertStore::empty();
        roots.add(authority.expect("PEM")).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = "localhost".try_into().expect("a name");
        let session = ClientConnection::new(Arc::new(config), name).expect("a session");
        let port = gateway.url.rsplit_once(':').expect("a port").1.parse().expect("a port");
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("the gateway listens");
        stream.set_read_timeout(Some(Duration::from_secs(180))).expect("a limit");
        stream.set_write_timeout(Some(Duration::from_secs(180))).expect("a limit");
        Raw(StreamOwned::new(session, stream))
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).and_then(|()| self.0.flush()).expect("the gateway reads");
    }

    /// Sends bytes of the body.
    pub fn send(&mut self, bytes: &[u8]) {
        self.write(format!("{:x}\r\n", bytes.len()).as_bytes());
        self.write(bytes);
        self.write(b"\r\n");
    }

    /// Says that these were all.
    pub fn end(&mut self) {
        self.write(b"0\r\n\r\n");
    }

    /// Goes away without a word.
    pub fn cut(self) {
        self.0.sock.shutdown(Shutdown::Both).expect("a connection");
    }

    /// The head and what of the body comes with it, whether or not all was sent.
    pub fn answer(&mut self) -> String {
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let head = answer.windows(4).position(|window| window == b"\r\n\r\n");
            let text = String::from_utf8_lossy(&answer).to_ascii_lowercase();
            let length =
                text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
            if head.is_some_and(|head| answer.len() >= head + 4 + length.unwrap_or(0)) {
                return String::from_utf8(answer).expect("UTF-8");
            }
            match self.0.read(&mut buffer) {
                Ok(read) if read > 0 => answer.extend_from_slice(&buffer[..read]),
                ended => panic!("no answer, but {ended:?} after {text:?}"),
            }
        }
    }
}
