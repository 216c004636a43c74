//! Whether connections go straight to PostgreSQL, which alone makes it safe that they keep statements: a pooler may give the
//! next transaction another session, with statements of its own by the same names.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use procfs::ProcResult;
use procfs::process::{FDTarget, Process};
use tokio_postgres::{Client, Error};

use crate::config::Prepared;

/// The two ends of a connection: whoever asks, and whoever answers.
type Ends = [SocketAddr; 2];

/// Whether the connections to one address keep statements.
#[derive(Clone)]
pub struct Statements {
    setting: Prepared,
    kept: Arc<AtomicBool>,
}

impl Statements {
    /// With [`Prepared::Auto`], until a connection is made that does not prove to be direct.
    pub fn new(setting: Prepared) -> Statements {
        Statements { setting, kept: Arc::new(AtomicBool::new(setting != Prepared::Off)) }
    }

    /// Whether they do.
    pub fn are_kept(&self) -> bool {
        self.kept.load(Ordering::Relaxed)
    }

    /// Looks at a connection before anybody has it. One that is not direct counts for all: an address that leads through
    /// something else sometimes is not relied on.
    ///
    /// # Errors
    /// Where the server does not say whom it sees.
    pub async fn look(&self, client: &Client) -> Result<(), Error> {
        if self.setting != Prepared::Auto || !self.are_kept() {
            return Ok(());
        }
        let ends = ends(client).await?;
        if !are_ours(ends).await && self.kept.swap(false, Ordering::Relaxed) {
            tracing::info!(
                "statements are not kept: connections to the database do not prove to be direct; \
                 see HMD_DATABASE_PREPARED"
            );
        }
        Ok(())
    }
}

/// The ends as the server sees them. A Unix socket has none.
async fn ends(client: &Client) -> Result<Option<Ends>, Error> {
    const SQL: &str = "SELECT pg_catalog.inet_client_addr(), pg_catalog.inet_client_port(), \
        pg_catalog.inet_server_addr(), pg_catalog.inet_server_port()";
    let row = client.query_typed_one(SQL, &[]).await?;
    let end = |at: usize| -> Result<Option<SocketAddr>, Error> {
        let address: Option<IpAddr> = row.try_get(at)?;
        let port: Option<i32> = row.try_get(at + 1)?;
        let port = port.and_then(|port| u16::try_from(port).ok());
        Ok(address.zip(port).map(|(address, port)| SocketAddr::new(address.to_canonical(), port)))
    };
    Ok(end(0)?.zip(end(2)?).map(|(client, server)| [client, server]))
}

/// Whether they are those of a socket that this process has open. Whatever is in between, a pooler, a proxy, translation of
/// addresses, has other ends towards the server.
async fn are_ours(ends: Option<Ends>) -> bool {
    let Some(ends) = ends else { return false };
    let open = tokio::task::spawn_blocking(move || has_open(ends)).await;
    // What cannot be seen is not proven.
    matches!(open, Ok(Ok(true)))
}

/// Whether one of this process's own sockets has these ends. What other processes of this machine have open, a pooler for
/// one, is in the same table of the kernel.
fn has_open(ends: Ends) -> ProcResult<bool> {
    let process = Process::myself()?;
    let mut table = process.tcp()?;
    table.extend(process.tcp6().unwrap_or_default());
    let sockets: HashSet<u64> = table
        .into_iter()
        .filter(|entry| [entry.local_address, entry.remote_address].map(canonical) == ends)
        .map(|entry| entry.inode)
        .collect();
    if sockets.is_empty() {
        return Ok(false);
    }
    // A file that was closed meanwhile is none of those.
    let mut files = process.fd()?.flatten();
    Ok(files.any(|file| matches!(file.target, FDTarget::Socket(inode) if sockets.contains(&inode))))
}

fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::process::{Command, Stdio};

    use super::{canonical, has_open};

    #[test]
    fn a_socket_of_ours_is_found_by_its_ends() {
        for address in ["127.0.0.1:0", "[::1]:0", "[::ffff:127.0.0.1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else { continue };
            let ours = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
            let ends = [ours.local_addr(), ours.peer_addr()].map(|end| canonical(end.expect("an address")));
            assert!(has_open(ends).expect("a table"), "{address}");
            let [client, mut server] = ends;
            server.set_port(server.port() ^ 1);
            assert!(!has_open([client, server]).expect("a table"), "another port");
        }
    }

    /// As a pooler's are, beside us on the same machine.
    #[test]
    fn a_socket_of_another_process_is_not_ours() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = listener.local_addr().expect("an address");
        let script = format!("exec 3<>/dev/tcp/127.0.0.1/{}; read -r line", server.port());
        let mut other =
            Command::new("bash").args(["-c", &script]).stdin(Stdio::piped()).spawn().expect("a shell");
        let (accepted, client) = listener.accept().expect("a connection");
        assert!(!has_open([client, server]).expect("a table"));
        assert!(has_open([server, client]).expect("a table"), "its other end is ours");
        drop((other.stdin.take(), accepted));
        other.wait().expect("the shell ends");
    }
}
