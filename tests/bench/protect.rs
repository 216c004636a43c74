//! Protection of single values beside pgcrypto, and scrubbing beside a chain of regular expressions, on one core.

use heimdall_tests::Database;
use postgres::Client;

use crate::options::Options;
use crate::table::{Table, round};
use crate::timing::timed;

/// Values of one statement.
const VALUES: u32 = 1_000_000;
/// Those of a rival that takes long.
const FEW: u32 = 20_000;
/// Lines of the log that is scrubbed.
const LINES: u32 = 100_000;
/// Each statement is run so often, in turn with its rival; the best time counts.
const RUNS: u32 = 5;

/// One function, its rival, and how many times its speed ours has to be.
struct Contest {
    name: &'static str,
    ours: &'static str,
    rival: &'static str,
    rival_values: u32,
    least: f64,
}

/// A key of the rival's: 32 bytes, made once.
const KEY: &str = "'\\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'::bytea";

const CONTESTS: [Contest; 3] = [
    Contest {
        name: "pii_hash",
        ours: "heimdall.pii_hash('email', v)",
        rival: "encode(hmac(v::bytea, KEY, 'sha256'), 'hex')",
        rival_values: VALUES,
        least: 1.5,
    },
    Contest {
        name: "pii_encrypt",
        ours: "heimdall.pii_encrypt('log', 'Email:1', 'value', v)",
        rival: "pgp_sym_encrypt(v, 'a passphrase of some length')",
        rival_values: FEW,
        least: 20.0,
    },
    Contest {
        name: "pii_encrypt",
        ours: "heimdall.pii_encrypt('log', 'Email:1', 'value', v)",
        rival: "encode(encrypt_iv(v::bytea, KEY, gen_random_bytes(16), 'aes-cbc'), 'base64')",
        rival_values: VALUES,
        least: 1.0,
    },
];

/// What is written by hand without the extension: the kinds that a regular expression can tell.
const CHAIN: [(&str, &str); 8] = [
    (r"[[:alnum:]._%+-]+@[[:alnum:].-]+\.[[:alpha:]]{2,}", "[EMAIL]"),
    (r"\m(\d{4}[ -]?){3}\d{4}\M", "[CARD]"),
    (r"\m[A-Z]{2}\d{2}[ ]?([A-Z0-9]{4}[ ]?){3,7}\M", "[IBAN]"),
    (r"\m\d{3}-\d{2}-\d{4}\M", "[US_SSN]"),
    (r"(\+\d{1,3}[ .-]?)?\(?\m\d{3}\)?[ .-]\d{3}[ .-]\d{4}\M", "[PHONE]"),
    (r"\m(AKIA|ASIA)[A-Z0-9]{16}\M", "[CREDENTIAL]"),
    (r"(password|passwd|pwd|token|secret)=[^\s&;,]+", "[CREDENTIAL]"),
    (r"://[^/\s:@]+:[^/\s@]+@", "://[CREDENTIAL]@"),
];

/// Measures all of them.
pub fn run(options: &Options) -> String {
    let database = Database::new();
    database.run("CREATE EXTENSION pgcrypto SCHEMA public");
    database.run("SELECT heimdall.create_source('log', 'csv')");
    let mut client = database.connect();
    client.batch_execute("SET jit = off; SET max_parallel_workers_per_gather = 0").expect("settings");
    let values = options.scaled(VALUES);
    let fill = format!(
        "CREATE UNLOGGED TABLE v AS SELECT format('user%s@mail%s.example.org', i, i % 5000) AS v FROM generate_series(1, {values}) AS i"
    );
    client.batch_execute(&fill).expect("values");
    let mut table =
        Table::new(&["function", "against", ">values/s", ">rival's", ">times its speed", ">has to be"]);
    for Contest { name, ours, rival, rival_values, least } in &CONTESTS {
        let rival = rival.replace("KEY", KEY);
        let (mut own, mut other) = (f64::INFINITY, f64::INFINITY);
        let few = options.scaled(*rival_values).min(values);
        for _ in 0..RUNS {
            own = own.min(seconds(&mut client, &format!("SELECT count({ours}) FROM v")));
            other = other.min(seconds(
                &mut client,
                &format!("SELECT count({rival}) FROM (SELECT v FROM v LIMIT {few}) AS v"),
            ));
        }
        let (own, other) = (f64::from(values) / own, f64::from(few) / other);
        let function = rival.split('(').find(|part| *part != "encode").unwrap_or_default();
        table.row([
            (*name).to_owned(),
            format!("`{function}`"),
            round(own),
            round(other),
            format!("{:.1}", own / other),
            format!("{least:.1}"),
        ]);
    }
    format!("{table}\n{}", scrubbing(&mut client, options.scaled(LINES)))
}

/// A log with something personal in every tenth line.
fn scrubbing(client: &mut Client, lines: u32) -> String {
    let fill = format!(
        "CREATE UNLOGGED TABLE l AS SELECT to_char('2026-01-01'::timestamp + i * interval '7 s', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS') \
         || format(' web-%s nginx[%s]: 192.0.2.%s \"GET /v2/item/%s?page=%s HTTP/1.1\" status: 200 len: %s time: 0.2477829 ', \
                   i % 16, 1000 + i % 5000, i % 256, md5(i::text), i % 100, 1893 + i) \
         || CASE i % 30 WHEN 0 THEN format('user%s@mail.example.org logged in', i) WHEN 10 THEN 'called +1 415 555 0132' \
            WHEN 20 THEN format('password=hunter%s', i) ELSE 'upstream timed out while reading response header' END AS v \
         FROM generate_series(1, {lines}) AS i"
    );
    client.batch_execute(&fill).expect("lines");
    let bytes: i64 = client.query_one("SELECT sum(octet_length(v)) FROM l", &[]).expect("a sum").get(0);
    let chain = CHAIN.iter().fold("v".to_owned(), |inner, (pattern, token)| {
        format!("regexp_replace({inner}, '{pattern}', '{token}', 'g')")
    });
    let (mut own, mut other) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..RUNS {
        own = own.min(seconds(client, "SELECT count(heimdall.scrub(v)) FROM l"));
        other = other.min(seconds(client, &format!("SELECT count({chain}) FROM l")));
    }
    let rate = |seconds: f64| bytes as f64 / 1e6 / seconds;
    format!(
        "`scrub` reads {:.0} MB/s of a log with something personal in every tenth line (at least 50), a chain of {} \
         `regexp_replace` {:.1} MB/s: {:.1} times its speed.\n",
        rate(own),
        CHAIN.len(),
        rate(other),
        other / own,
    )
}

fn seconds(client: &mut Client, statement: &str) -> f64 {
    timed(|| client.simple_query(statement).expect("a result")).0
}
