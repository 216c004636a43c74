//! Writers that are killed, cancelled and cut off while they write the same things, and that try again until their
//! dumps are stored: what is there afterwards is what one writer would have made of the same dumps.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fastrand::Rng;
use heimdall_tests::{Database, backend, eventually, ingest, send};
use postgres::Client;

const WRITERS: usize = 8;
const ROUNDS: usize = 6;
const SMALL_ROWS: usize = 150;
/// More vertices than a statement takes, so that these uploads do not share the store as small ones do.
const LARGE_ROWS: usize = 17_000;
/// Signals in all. A dump that is hit again and again is stored in the end.
const SIGNALS: usize = 150;
/// More attempts than there are signals: whoever needs them fails for another reason.
const ATTEMPTS: usize = SIGNALS + 10;

/// Two sources that relate the same accounts, addresses and hosts, one whose rows are vertices, one in NDJSON.
/// Each has a mark of its own, and says things of them that no other says.
const SOURCES: [(&str, &str, &str); 4] = [
    (
        "login",
        "csv",
        r#"{"columns": ["time", "user", "src", "host", "role", "city"],
            "entities": {"who": {"label": "User", "key": "user", "properties": {"role": "role"}},
                         "src": {"label": "Ip", "key": "src", "properties": {"city": "city"}},
                         "host": {"label": "Domain", "key": "host"}},
            "relations": [{"from": "who", "type": "LOGIN_FROM", "to": "src", "properties": {"by": "city"}},
                          {"from": "src", "type": "REACHED", "to": "host"}],
            "time": "time", "tlp": "green", "fields": {"city": {"rule": "keep"}}}"#,
    ),
    (
        "vpn",
        "csv",
        r#"{"columns": ["time", "user", "src", "host", "role", "city"],
            "entities": {"who": {"label": "User", "key": "user", "properties": {"group": "role"}},
                         "src": {"label": "Ip", "key": "src", "properties": {"site": "city", "zone": "role"}},
                         "host": {"label": "Domain", "key": "host", "properties": {"owner": "role"}}},
            "relations": [{"from": "who", "type": "LOGIN_FROM", "to": "src", "properties": {"through": "role"}},
                          {"from": "src", "type": "REACHED", "to": "host", "properties": {"over": "city"}}],
            "time": "time", "tlp": "red", "fields": {"city": {"rule": "keep"}, "role": {"rule": "hash"}}}"#,
    ),
    (
        "scan",
        "csv",
        r#"{"columns": ["time", "user", "src", "host", "role", "city"],
            "entities": {"src": {"label": "Ip", "key": "src", "properties": {"scanned": "city"}},
                         "host": {"label": "Domain", "key": "host", "properties": {"rank": "role"}}},
            "time": "time", "tlp": "amber",
            "fields": {"city": {"rule": "keep"}, "role": {"rule": "keep"}, "user": {"rule": "drop"}}}"#,
    ),
    (
        "sensor",
        "ndjson",
        r#"{"entities": {"src": {"label": "Ip", "key": "src", "properties": {"sensor": "role"}},
                         "host": {"label": "Domain", "key": "host", "properties": {"place": "city"}}},
            "relations": [{"from": "src", "type": "REACHED", "to": "host", "properties": {"seen by": "role"}}],
            "time": "time", "tlp": "clear",
            "fields": {"role": {"rule": "keep"}, "user": {"rule": "drop"}}}"#,
    ),
];

struct Dump {
    source: &'static str,
    content: String,
    by_inbox: bool,
}

/// What a source says of a thing is the same in every dump: the order of the dumps decides nothing.
fn row(number: usize, [user, src, host]: [usize; 3], dump: &str) -> [String; 6] {
    [
        format!("2026-01-{:02}T{:02}:{:02}:{dump}Z", 1 + number % 28, number % 24, number % 60),
        format!("user{user}"),
        format!("10.{}.{}.{}", src / 40_000, src / 200 % 200, src % 200),
        format!("h{host}.example"),
        // Of a relation it says what is said of all.
        "member".to_owned(),
        "Trondheim".to_owned(),
    ]
}

fn dump(writer: usize, round: usize, random: &mut Rng) -> Dump {
    let (source, format, _) = SOURCES[(writer + round) % SOURCES.len()];
    // Four of them: two at the beginning, two while others write small ones.
    let is_large = ["login", "vpn"].contains(&source) && round == writer / 2;
    let mut content = String::new();
    if format == "csv" {
        content.push_str("time,user,src,host,role,city\n");
    }
    for number in 0..if is_large { LARGE_ROWS } else { SMALL_ROWS } {
        // Half of the things are those that all dumps share, half are new in this round: what is lost of them when
        // their writers meet, no later dump makes good. Large dumps go on with things that only they share.
        let new = if random.bool() { 20_000 + 1_000 * round } else { 0 };
        let ends = if number < SMALL_ROWS {
            [new + random.usize(..60), new + random.usize(..120), new + random.usize(..90)]
        } else {
            [number % 60, number, number % 90]
        };
        // The seconds tell the dumps apart.
        let mut fields = row(number, ends, &format!("{:02}", writer * ROUNDS + round));
        if number % 40 == 39 {
            fields[2] = "nowhere".to_owned();
        }
        if format == "csv" {
            writeln!(content, "{}", fields.join(",")).expect("a string");
        } else {
            let [time, user, src, host, role, city] = fields;
            writeln!(
                content,
                r#"{{"time":"{time}","user":"{user}","src":"{src}","host":"{host}","role":"{role}","city":"{city}"}}"#
            )
            .expect("a string");
        }
    }
    Dump { source, content, by_inbox: format == "csv" && random.bool() }
}

/// A writer as those see it who interrupt it: the backend that works for it now, and how often it was hit.
#[derive(Default)]
struct Target {
    pid: Option<i32>,
    hits: usize,
}

/// Signals writers at random moments until all are done or there are no signals left.
fn interrupt(database: &Database, targets: &[Mutex<Target>], done: &AtomicUsize) {
    let (mut random, mut client) = (Rng::with_seed(1), database.connect());
    let mut signals = 0;
    while signals < SIGNALS && done.load(Ordering::Relaxed) < WRITERS {
        std::thread::sleep(Duration::from_micros(random.u64(..40_000)));
        let mut target = targets[random.usize(..WRITERS)].lock().expect("no panic");
        let Some(pid) = target.pid else { continue };
        let call = if random.bool() { "pg_terminate_backend" } else { "pg_cancel_backend" };
        client.execute(&format!("SELECT {call}($1)"), &[&pid]).expect("a signal");
        target.hits += 1;
        signals += 1;
    }
}

/// A client that is gone in the middle: what it was about to send, or to hear, is lost.
fn cut_off(database: &Database, dump: &Dump, random: &mut Rng) {
    let copy = format!("\\copy heimdall_in.{} from pstdin (format csv, header)", dump.source);
    let mut psql = database
        .server()
        .program("psql", database.name())
        .args(["-X", "-q", "-c", &copy])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("psql");
    let mut input = psql.stdin.take().expect("a pipe");
    std::thread::scope(|scope| {
        // It fails once psql is gone.
        scope.spawn(move || input.write_all(dump.content.as_bytes()));
        std::thread::sleep(Duration::from_micros(random.u64(..200_000)));
        psql.kill().expect("psql is killed");
        psql.wait().expect("psql ends");
    });
}

fn attempt(client: &mut Client, dump: &Dump) -> Result<(), postgres::Error> {
    if dump.by_inbox {
        let copy = format!("COPY heimdall_in.{} FROM STDIN (FORMAT csv, HEADER)", dump.source);
        send(client, &copy, dump.content.as_bytes()).map(|_| ())
    } else {
        let content = dump.content.as_bytes();
        client.execute("SELECT heimdall.ingest($1, $2)", &[&dump.source, &content]).map(|_| ())
    }
}

/// What a signal does to an attempt, or to the connection.
fn is_interruption(error: &postgres::Error) -> bool {
    error.code().is_none_or(|code| ["57014", "57P01"].contains(&code.code()))
}

/// Tries until the dump is stored. Gives how often it was interrupted, and every error that no signal explains.
fn store(database: &Database, dump: &Dump, target: &Mutex<Target>, random: &mut Rng) -> (usize, Vec<String>) {
    let (mut interruptions, mut unexpected) = (0, Vec::new());
    if dump.by_inbox && random.u8(..4) == 0 {
        cut_off(database, dump, random);
    }
    for _ in 0..ATTEMPTS {
        let mut client = database.connect();
        *target.lock().expect("no panic") = Target { pid: Some(backend(&mut client)), hits: 0 };
        let done = attempt(&mut client, dump);
        let was_hit = std::mem::take(&mut *target.lock().expect("no panic")).hits > 0;
        match done {
            Ok(()) => return (interruptions, unexpected),
            Err(error) if was_hit && is_interruption(&error) => interruptions += 1,
            Err(error) => unexpected.push(format!("{}: {error:?}", dump.source)),
        }
    }
    unexpected.push(format!("{}: not stored after {ATTEMPTS} attempts", dump.source));
    (interruptions, unexpected)
}

fn database() -> Database {
    let database = Database::new();
    for (name, format, mapping) in SOURCES {
        database.source(name, format, mapping);
    }
    database
}

#[test]
fn writers_that_are_interrupted_leave_what_one_alone_would_leave() {
    let mut random = Rng::with_seed(2);
    let dumps: Vec<Vec<Dump>> = (0..WRITERS)
        .map(|writer| (0..ROUNDS).map(|round| dump(writer, round, &mut random)).collect())
        .collect();
    let database = database();
    let targets: Vec<Mutex<Target>> = (0..WRITERS).map(|_| Mutex::default()).collect();
    let (done, interruptions) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let unexpected = std::thread::scope(|scope| {
        scope.spawn(|| interrupt(&database, &targets, &done));
        let writers: Vec<_> = dumps
            .iter()
            .zip(&targets)
            .enumerate()
            .map(|(writer, (dumps, target))| {
                let (database, done, interruptions) = (&database, &done, &interruptions);
                scope.spawn(move || {
                    let mut random = Rng::with_seed(100 + writer as u64);
                    let unexpected: Vec<String> = dumps
                        .iter()
                        .flat_map(|dump| {
                            let (interrupted, unexpected) = store(database, dump, target, &mut random);
                            interruptions.fetch_add(interrupted, Ordering::Relaxed);
                            unexpected
                        })
                        .collect();
                    done.fetch_add(1, Ordering::Relaxed);
                    unexpected
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().expect("no panic")).collect::<Vec<String>>()
    });
    assert_eq!(unexpected, Vec::<String>::new());
    assert_ne!(interruptions.into_inner(), 0, "nobody was interrupted");
    // Backends whose clients are gone finish or notice it.
    eventually("nobody writes any more", || {
        let others = "SELECT count(*) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
        database.value(others) == "0"
    });

    let expected = serial(&dumps);
    assert_eq!(broken(&database), Vec::<Vec<String>>::new());
    assert_eq!(database.content().differences(&expected.content()), Vec::<String>::new());
    // Every record was made by one batch, and no batch says that it made what is not there.
    assert_eq!(created(&database), created(&expected));
}

/// What one writer makes of the same dumps.
fn serial(dumps: &[Vec<Dump>]) -> Database {
    let database = self::database();
    let mut client = database.connect();
    let mut rows = BTreeMap::new();
    for dump in dumps.iter().flatten() {
        let report = ingest(&mut client, dump.source, dump.content.as_bytes()).expect("no error");
        assert!(!report.duplicate, "each dump is another one");
        *rows.entry(dump.source).or_insert(0) += report.rejected;
    }
    assert!(
        rows.values().all(|rejected| *rejected > 0),
        "every source has rows that are put aside: {rows:?}"
    );
    assert_eq!(broken(&database), Vec::<Vec<String>>::new());
    database
}

fn broken(database: &Database) -> Vec<Vec<String>> {
    database.rows("SELECT invariant, violations, example FROM heimdall.check() WHERE violations > 0")
}

fn created(database: &Database) -> Vec<Vec<String>> {
    database.rows("SELECT sum(vertices_created), sum(edges_created) FROM heimdall.batch")
}
