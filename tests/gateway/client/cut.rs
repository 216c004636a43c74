//! A line between client and server that is cut after so many bytes.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// It leads to a server of this machine.
pub struct Line {
    /// Its own end.
    pub port: u16,
    cuts: Arc<AtomicUsize>,
}

impl Line {
    /// To that port. Each of as many connections as there are numbers is cut when the client has sent so many bytes; those that
    /// follow are not.
    pub fn to(port: u16, after: &[usize]) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let own = listener.local_addr().expect("an address").port();
        let (cuts, counted) = (Arc::new(AtomicUsize::new(0)), after.to_vec());
        let made = Arc::clone(&cuts);
        std::thread::spawn(move || {
            let mut after = counted.into_iter();
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { return };
                let (most, made) = (after.next().unwrap_or(usize::MAX), Arc::clone(&made));
                let (from, to) =
                    (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
                std::thread::spawn(move || hand_on(from, &to, usize::MAX));
                std::thread::spawn(move || {
                    if hand_on(client, &server, most) {
                        made.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        Line { port: own, cuts }
    }

    /// How often it was cut.
    pub fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }
}

/// Whether it was cut, and did not end by itself.
fn hand_on(mut from: TcpStream, mut to: &TcpStream, mut left: usize) -> bool {
    let mut buffer = vec![0; 16 << 10];
    while left > 0 {
        let room = left.min(buffer.len());
        match from.read(&mut buffer[..room]) {
            Ok(read @ 1..) if to.write_all(&buffer[..read]).is_ok() => left -= read,
            _ => break,
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    left == 0
}
