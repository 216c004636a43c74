//! Authenticated lookups, each on a connection of many that stay open, the next once the last was answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use heimdall_tests::{Authority, Gateway, TcpServer};
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::unlimited;
use crate::contender::Contender;
use crate::log::{self, Random, Shape};
use crate::options::Options;
use crate::table::{Table, count, round};
use crate::timing::percentile;

/// Connections at a time.
const CLIENTS: [usize; 4] = [1, 8, 16, 32];
const ROWS: u32 = 200_000;
const SECONDS: f64 = 20.0;

/// Lookups of values that are there, by each number of clients.
pub fn run(options: &Options) -> String {
    // Over TCP, where the gateway finds by itself that it may keep statements.
    let server = TcpServer::start("", "host all all 127.0.0.1/32 trust");
    let database = server.database();
    Contender::Heimdall.prepare(database);
    let entries = log::entries(Shape::Repeating, 0, options.scaled(ROWS));
    Contender::Heimdall.ingest(&mut database.connect(), &log::csv(&entries));
    Contender::settle(database);
    let values = database.rows("SELECT split_part(key, ':', 2) FROM heimdall.node WHERE key LIKE 'Domain:%' ORDER BY key LIMIT 20000");
    let values: Arc<Vec<String>> = Arc::new(values.into_iter().flatten().collect());
    let gateway = unlimited(database);
    let mut table = Table::new(&["clients", ">lookups/s", ">p50, ms", ">p95", ">p99"]);
    for clients in CLIENTS {
        let time = options.limit(SECONDS);
        let (seconds, latencies) = ask(&gateway, &values, clients, time);
        let at = |share| round(percentile(&latencies, share));
        table.row([
            count(clients),
            count((latencies.len() as f64 / seconds) as u64),
            at(0.5),
            at(0.95),
            at(0.99),
        ]);
    }
    table.to_string()
}

/// Seconds, and the milliseconds of each lookup. One thread asks: it shares two cores with gateway and database.
fn ask(gateway: &Gateway, values: &Arc<Vec<String>>, clients: usize, time: Duration) -> (f64, Vec<f64>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let token = gateway.issuer.token("ada", &["analyst"]);
    runtime.block_on(async {
        let tls = Arc::new(tls());
        let mut connected = Vec::new();
        for _ in 0..clients {
            connected.push(connect(&gateway.url, Arc::clone(&tls)).await);
        }
        let start = Instant::now();
        let tasks: Vec<_> = (0u64..)
            .zip(connected)
            .map(|(number, mut sender)| {
                let (values, token) = (Arc::clone(values), token.clone());
                tokio::spawn(async move {
                    let mut random = Random::new(number);
                    let mut latencies = Vec::new();
                    while start.elapsed() < time {
                        let value = &values[(random.next() % values.len() as u64) as usize];
                        let request =
                            Request::get(format!("/v1/observables/lookup?kind=domain&value={value}"))
                                .header("host", "localhost")
                                .header("authorization", format!("Bearer {token}"))
                                .body(Empty::<Bytes>::new())
                                .expect("a request");
                        let began = Instant::now();
                        let answer = sender.send_request(request).await.expect("an answer");
                        assert_eq!(answer.status(), 200);
                        let body = answer.into_body().collect().await.expect("a body").to_bytes();
                        latencies.push(began.elapsed().as_secs_f64() * 1000.0);
                        assert!(body.len() > 50, "a value that is there");
                    }
                    latencies
                })
            })
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.expect("no panic"));
        }
        (start.elapsed().as_secs_f64(), all)
    })
}

async fn connect(
    url: &str,
    tls: Arc<rustls::ClientConfig>,
) -> hyper::client::conn::http1::SendRequest<Empty<Bytes>> {
    let port = url.rsplit_once(':').expect("a port").1;
    let stream = TcpStream::connect(format!("127.0.0.1:{port}")).await.expect("a connection");
    stream.set_nodelay(true).expect("an option of TCP");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TlsConnector::from(tls).connect(name, stream).await.expect("TLS");
    let (sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(connection);
    sender
}

fn tls() -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    let authority = CertificateDer::from_pem_slice(Authority::of_the_run().pem().as_bytes()).expect("PEM");
    roots.add(authority).expect("an authority");
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
