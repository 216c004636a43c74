//! A connection of the pool, and what the database says on it besides answers: a task reads both, in their order, so that what
//! belongs to a statement is known when its answer is.

use std::future::poll_fn;
use std::ops::Deref;
use std::sync::Arc;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use deadpool_postgres::ClientWrapper;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::{AsyncMessage, Config, Error};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::direct::Statements;
use super::notice::{Notice, Notices};

/// A connection that is somebody's for a while.
pub type Object = deadpool::managed::Object<Connections>;

/// Those that are there, and that are made when they are asked for.
pub type Pool = deadpool::managed::Pool<Connections>;

/// How connections to one database are made.
pub struct Connections {
    address: Config,
    tls: MakeRustlsConnect,
    statements: Statements,
}

/// A connection.
pub struct Connection {
    client: ClientWrapper,
    notices: Arc<Notices>,
}

impl Connections {
    /// To that address.
    pub fn new(address: Config, tls: MakeRustlsConnect, statements: Statements) -> Connections {
        Connections { address, tls, statements }
    }
}

impl Manager for Connections {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection, Error> {
        let (client, connection) = self.address.connect(self.tls.clone()).await?;
        let notices = Arc::new(Notices::default());
        let task = tokio::spawn(read(connection, Arc::clone(&notices)));
        self.statements.look(&client).await?;
        Ok(Connection { client: ClientWrapper::new(client, task), notices })
    }

    /// Whether it is alive shows with its first statement, which costs a round trip less than asking.
    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<Error> {
        // Nobody hears what was said to another.
        drop(connection.notices.take());
        if connection.is_closed() { Err(RecycleError::message("it is closed")) } else { Ok(()) }
    }
}

impl Connection {
    /// What the database has said since this was last asked.
    pub fn notices(&self) -> Vec<Notice> {
        self.notices.take()
    }
}

impl Deref for Connection {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.client
    }
}

async fn read<S, T>(mut connection: tokio_postgres::Connection<S, T>, notices: Arc<Notices>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        match message {
            Ok(AsyncMessage::Notice(said)) => notices.hear(&said),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection to the database has ended");
                return;
            }
        }
    }
}
