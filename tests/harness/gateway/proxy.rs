//! A way to the database that breaks when it is told to: forwards TCP to the server's socket.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::spawn;
use std::time::Duration;

use super::Settings;
use crate::Database;

/// A proxy. What goes through it is cut when it is dropped.
pub struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

/// What becomes of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is cut.
    Cut,
    /// The connection stays, and nothing comes through any more.
    Hole,
}

/// Where bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// From gateway to database.
    Database,
    /// From database to gateway.
    Gateway,
}

#[derive(Default)]
struct State {
    /// New connections are cut at once.
    is_away: bool,
    delay: Duration,
    fault: Option<Planned>,
    /// Bytes that have come through, towards the database and towards the gateway.
    seen: [usize; 2],
    open: Vec<(TcpStream, UnixStream)>,
}

#[derive(Clone, Copy)]
struct Planned {
    towards: Towards,
    left: usize,
    then: Fault,
    /// Bytes after which it happens to the next connection too.
    again: Option<usize>,
}

impl Proxy {
    /// In front of that database's server.
    ///
    /// # Panics
    /// Where no port is free.
    pub fn start(database: &Database) -> Proxy {
        let server = database.server();
        let socket = format!("{}/.s.PGSQL.{}", server.host, server.port);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if lock(&shared).is_away {
                    continue;
                }
                let Ok(server) = UnixStream::connect(&socket) else { continue };
                forward(&shared, &client, &server);
            }
        });
        Proxy { port, state }
    }

    /// Has a gateway go this way.
    pub fn lead(&self, settings: &mut Settings) {
        over_tcp(settings, self.port);
    }

    /// Cuts what goes through, and until it is [`back`](Proxy::back) whatever comes.
    pub fn away(&self) {
        lock(&self.state).is_away = true;
        self.cut();
    }

    /// Everything goes through again.
    pub fn back(&self) {
        let mut state = lock(&self.state);
        (state.is_away, state.delay, state.fault) = (false, Duration::ZERO, None);
    }

    /// Cuts the connections that are open.
    pub fn cut(&self) {
        lock(&self.state).open.drain(..).for_each(|pair| cut(&pair));
    }

    /// Everything is late.
    pub fn delay(&self, delay: Duration) {
        lock(&self.state).delay = delay;
    }

    /// Bytes that have come through in that direction.
    pub fn seen(&self, towards: Towards) -> usize {
        lock(&self.state).seen[towards as usize]
    }

    /// After so many bytes more in that direction, that happens, once.
    pub fn once(&self, towards: Towards, bytes: usize, then: Fault) {
        lock(&self.state).fault = Some(Planned { towards, left: bytes, then, again: None });
    }

    /// Each connection comes so far in that direction, and no further.
    pub fn each(&self, towards: Towards, bytes: usize, then: Fault) {
        self.cut();
        lock(&self.state).fault = Some(Planned { towards, left: bytes, then, again: Some(bytes) });
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.away();
    }
}

/// Has a gateway reach its database at that port of this machine.
pub fn over_tcp(settings: &mut Settings, port: u16) {
    let address = settings.get_mut("HMD_DATABASE_URL").expect("an address");
    let (login, rest) = address.split_once('@').expect("a role");
    let (_, database) = rest.rsplit_once('/').expect("a database");
    *address = format!("{login}@127.0.0.1:{port}/{database}");
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no panic")
}

fn cut((client, server): &(TcpStream, UnixStream)) {
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn forward(state: &Arc<Mutex<State>>, client: &TcpStream, server: &UnixStream) {
    let _ = client.set_nodelay(true);
    let pair = || Some((client.try_clone().ok()?, server.try_clone().ok()?));
    let (Some(open), Some(there), Some(back)) = (pair(), pair(), pair()) else { return };
    lock(state).open.push(open);
    let (one, other) = (Arc::clone(state), Arc::clone(state));
    spawn(move || {
        pump(&one, Towards::Database, &there.0, &there.1);
        cut(&there);
    });
    spawn(move || {
        pump(&other, Towards::Gateway, &back.1, &back.0);
        cut(&back);
    });
}

fn pump<'a, From, To>(state: &Mutex<State>, towards: Towards, mut from: &'a From, mut to: &'a To)
where
    &'a From: Read,
    &'a To: Write,
{
    let mut buffer = [0; 16 * 1024];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 {
            return;
        }
        let (allowed, fault, delay) = allow(&mut lock(state), towards, read);
        std::thread::sleep(delay);
        if to.write_all(&buffer[..allowed]).is_err() {
            return;
        }
        match fault {
            None => {}
            Some(Fault::Cut) => return,
            // Swallows what comes until somebody cuts it.
            Some(Fault::Hole) => while from.read(&mut buffer).is_ok_and(|read| read > 0) {},
        }
    }
}

/// How many of these bytes come through, and what happens then.
fn allow(state: &mut State, towards: Towards, bytes: usize) -> (usize, Option<Fault>, Duration) {
    let delay = state.delay;
    state.seen[towards as usize] += bytes;
    match &mut state.fault {
        Some(planned) if planned.towards == towards && planned.left < bytes => {
            let (allowed, then) = (planned.left, planned.then);
            match planned.again {
                Some(again) => planned.left = again,
                None => state.fault = None,
            }
            (allowed, Some(then), delay)
        }
        Some(planned) if planned.towards == towards => {
            planned.left -= bytes;
            (bytes, None, delay)
        }
        _ => (bytes, None, delay),
    }
}
