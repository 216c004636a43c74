//! Canonicalisers beside what Postgres has for the same values: a million of them in one statement, on one core.

use heimdall_tests::{Database, backend, corpora};
use postgres::Client;

use crate::memory::Watch;
use crate::options::Options;
use crate::table::{Table, round};
use crate::timing::timed;

/// Values of one statement.
const VALUES: u32 = 1_000_000;

/// Each statement is run so often, in turn with its rival; the best time counts.
const RUNS: u32 = 5;

/// One canonicaliser, what it is measured on and against.
struct Contest {
    name: &'static str,
    /// The value with the number `i`, an expression of SQL.
    value: &'static str,
    ours: &'static str,
    rival: &'static str,
    /// The most that our time may be of the rival's.
    most: f64,
}

const CONTESTS: [Contest; 5] = [
    Contest {
        name: "canonical_ip, IPv4",
        value: "format('%s.%s.%s.%s', 1 + i % 223, i / 65536 % 256, i / 256 % 256, i % 256)",
        ours: "heimdall.canonical_ip(v)",
        rival: "v::inet::text",
        most: 2.0,
    },
    Contest {
        name: "canonical_ip, IPv6",
        value: "format('2001:DB8:%s::%s:%s', to_hex(i / 65536), upper(to_hex(i % 65536)), to_hex(i % 4096))",
        ours: "heimdall.canonical_ip(v)",
        rival: "v::inet::text",
        most: 2.0,
    },
    Contest {
        name: "canonical_domain",
        value: "format('Host%s.Zone%s.Example.COM', i, i % 5000)",
        ours: "heimdall.canonical_domain(v)",
        rival: "lower(v)",
        most: 2.0,
    },
    Contest {
        name: "canonical_timestamp",
        value: "to_char('2026-01-01'::timestamp + i * interval '7.013 s', \
                'YYYY-MM-DD\"T\"HH24:MI:SS.MS') || CASE i % 2 WHEN 0 THEN 'Z' ELSE '+02:00' END",
        ours: "heimdall.canonical_timestamp(v)",
        rival: "v::timestamptz",
        most: 1.0,
    },
    Contest {
        name: "canonical_url",
        value: "format(CASE i % 4 WHEN 0 THEN 'HTTP://WWW.Host%s.example.com:80/a/%s/index.html?id=%s&q=a+b' \
                WHEN 1 THEN 'https://cdn%s.example.net/static/%s/app.js#%s' \
                ELSE 'https://www.host%s.example.com/path/%s?session=%s' END, i % 5000, i, i)",
        ours: "heimdall.canonical_url(v)",
        rival: "lower(v)",
        most: f64::INFINITY,
    },
];

/// Measures all of them.
pub fn run(options: &Options) -> String {
    let values = options.scaled(VALUES);
    let database = Database::new();
    let mut client = database.connect();
    let pid = backend(&mut client);
    // One core, and neither side compiled while it runs.
    client.batch_execute("SET jit = off; SET max_parallel_workers_per_gather = 0").expect("settings");
    let mut table = Table::new(&[
        "function",
        "against",
        ">values/s",
        ">rival's",
        ">times its time",
        ">may be",
        ">peak MB",
    ]);
    for contest in &CONTESTS {
        let Contest { name, value, ours, rival, most } = contest;
        let fill = format!(
            "DROP TABLE IF EXISTS v; CREATE UNLOGGED TABLE v AS SELECT {value} AS v FROM generate_series(1, {values}) AS i"
        );
        client.batch_execute(&fill).expect("values");
        let watch = Watch::start(pid);
        let (mut own, mut other) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..RUNS {
            own = own.min(seconds(&mut client, &format!("SELECT count({ours}) FROM v")));
            other = other.min(seconds(&mut client, &format!("SELECT count({rival}) FROM v")));
        }
        let peak = watch.stop();
        table.row([
            (*name).to_owned(),
            format!("`{rival}`"),
            round(f64::from(values) / own),
            round(f64::from(values) / other),
            format!("{:.2}", own / other),
            if most.is_finite() { format!("{most:.1}") } else { "1,000,000/s".to_owned() },
            format!("{peak:.0}"),
        ]);
    }
    format!("{table}\n{}", extraction(&mut client, pid))
}

/// Reports in a table, a row a report, and how many bytes of them are read in a second.
fn extraction(client: &mut Client, pid: i32) -> String {
    let (reports, origin) = reports();
    // Not compressed: it is the function that is measured.
    let table = "DROP TABLE IF EXISTS v; CREATE UNLOGGED TABLE v (v text STORAGE EXTERNAL)";
    client.batch_execute(table).expect("a table");
    let insert = client.prepare("INSERT INTO v VALUES ($1)").expect("a statement");
    for report in &reports {
        client.execute(&insert, &[report]).expect("a report");
    }
    let bytes: usize = reports.iter().map(String::len).sum();
    let watch = Watch::start(pid);
    let query = "SELECT count(*) FROM v, heimdall.extract_observables(v)";
    let best = (0..4 * RUNS).map(|_| seconds(client, query)).fold(f64::INFINITY, f64::min);
    let peak = watch.stop();
    let found: i64 = client.query_one(query, &[]).expect("a count").get(0);
    format!(
        "`extract_observables` reads {:.0} MB/s on {:.1} MB of {origin}, an observable in every {} bytes, the rows of \
         its result included; peak {peak:.0} MB.\n",
        bytes as f64 / best / 1e6,
        bytes as f64 / 1e6,
        bytes / usize::try_from(found).unwrap_or(1).max(1),
    )
}

/// The reports of c23 where they are on this machine, else one of our own, repeated.
fn reports() -> (Vec<String>, &'static str) {
    let mut reports = Vec::new();
    let folder = corpora().map(|root| std::fs::read_dir(root.join("c23_eset_text_iocs")));
    let campaigns = folder.into_iter().flatten().flatten().flatten();
    for entry in campaigns.flat_map(|campaign| std::fs::read_dir(campaign.path())).flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "adoc") {
            reports.extend(std::fs::read_to_string(entry.path()));
        }
    }
    if reports.is_empty() {
        const REPORT: &str = "The loader (SHA-1 DA39A3EE5E6B4B0D3255BFEF95601890AFD80709) was fetched from \
            hxxps://cdn[.]example[.]net/update/stage2.bin on the second day, and the operators returned to the hosts \
            192[.]0[.]2[.]17 and 2001:db8::17 in the weeks that followed, as the earlier reports on this group say.\n";
        return (vec![REPORT.repeat(4000)], "a report of our own (c23 is not on this machine)");
    }
    (reports, "the reports of c23")
}

fn seconds(client: &mut Client, statement: &str) -> f64 {
    timed(|| client.simple_query(statement).expect("a result")).0
}
