//! Whether connections keep statements, as it is by itself: where they go straight to PostgreSQL.

use std::fs::read_to_string;
use std::net::{TcpListener, TcpStream};
use std::thread::spawn;

use heimdall_tests::{Database, Gateway, PgBouncer, Settings, TcpServer, eventually};

const LOOKUP: &str = "/v1/observables/lookup?kind=ip&value=192.0.2.1";

/// Lookups that a connection would keep.
const LOOKUPS: usize = 3;

/// One that writes down what is executed.
fn server() -> TcpServer {
    TcpServer::start("log_statement = 'all'\n", "host all all 127.0.0.1/32 trust\nlocal all all trust")
}

/// The names of the statements that lookups through that gateway have had at the server.
fn names(database: &Database, change: impl FnOnce(&mut Settings)) -> Vec<String> {
    let gateway = Gateway::start_with(database, |settings| {
        settings.insert("HMD_DATABASE_CONNECTIONS".into(), "2".into());
        settings.insert("HMD_UPLOADS".into(), "1".into());
        settings.insert("HMD_DATABASE_WAIT".into(), "30".into());
        change(settings);
    });
    for _ in 0..LOOKUPS {
        let answer = gateway.get_as(&["analyst"], LOOKUP);
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let user = format!("{}_gateway@", database.name());
    let mut names = Vec::new();
    eventually("the server has written them down", || {
        let log = read_to_string(&database.server().log).expect("the log");
        let executed = log.lines().filter(|line| line.contains(&user));
        let executed = executed.filter_map(|line| line.split_once("LOG:  execute ")?.1.split(':').next());
        names = executed.map(str::to_owned).collect();
        names.len() >= LOOKUPS
    });
    names.dedup();
    names
}

fn is_kept(name: &str) -> bool {
    name.starts_with('s')
}

#[test]
fn statements_are_kept_where_connections_go_straight_to_the_server() {
    let server = server();
    let names = names(server.database(), |_| {});
    assert!(names.iter().any(|name| is_kept(name)), "{names:?}");
}

#[test]
fn they_are_not_behind_a_pooler() {
    let server = server();
    // Over TCP both times: the server sees addresses, and they are the pooler's.
    let bouncer = PgBouncer::start(server.database());
    let names = names(server.database(), |settings| bouncer.lead(settings));
    assert!(!names.iter().any(|name| is_kept(name)), "{names:?}");
}

#[test]
fn they_are_not_where_something_else_is_in_between() {
    let server = server();
    let [from, to] = [server.database().server().port, forward_to(server.database().server().port)]
        .map(|port| format!("@127.0.0.1:{port}/"));
    let names = names(server.database(), |settings| {
        let address = settings.get_mut("HMD_DATABASE_URL").expect("an address");
        *address = address.replace(&from, &to);
    });
    assert!(!names.iter().any(|name| is_kept(name)), "{names:?}");
}

/// Everything goes on to that port of this machine. Gives the port where it comes in.
fn forward_to(port: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let own = listener.local_addr().expect("an address").port();
    spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(("127.0.0.1", port)).expect("the server");
            let back = (server.try_clone().expect("a handle"), client.try_clone().expect("a handle"));
            for (mut from, mut to) in [(client, server), back] {
                spawn(move || {
                    std::io::copy(&mut from, &mut to).map(|_| to.shutdown(std::net::Shutdown::Both))
                });
            }
        }
    });
    own
}
