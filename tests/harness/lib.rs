//! The harness of the tests that need a server: a database for each test, over the wire, as users do it.
//!
//! The server is started around the whole run (`make test`, `make bench`); its address comes in the
//! environment variables of libpq, and what a test needs beside that in `HEIMDALL_TEST_…`.

mod database;
mod server;

pub use database::{Database, Failure, text_rows};
pub use server::Server;
