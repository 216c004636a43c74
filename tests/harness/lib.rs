//! The harness of the tests that need a server: a database for each test, over the wire, as users do it.
//!
//! The server is started around the whole run (`make test`, `make bench`); its address comes in the
//! environment variables of libpq, and what a test needs beside that in `HEIMDALL_TEST_…`.

mod catalogue;
mod content;
mod copy_of_server;
mod corpora;
mod database;
mod dump;
mod gateway;
mod graph;
mod ingest;
mod search;
mod server;
mod tcp_server;
mod wait;

pub use catalogue::Catalogue;
pub use content::Content;
pub use copy_of_server::ServerCopy;
pub use corpora::corpora;
pub use database::{Database, Failure, text_rows};
pub use dump::Sql;
pub use gateway::{
    Answer, Authority, Browser, DevIdentity, Fault, Gateway, IdentityProvider, Issuer, PgBouncer, Proxy,
    Settings, Towards, write_key,
};
pub use graph::Snapshot;
pub use ingest::{Report, copy, ingest, report, send};
pub use search::Needles;
pub use server::{Server, ServerFile};
pub use tcp_server::TcpServer;
pub use wait::{backend, eventually};
