//! Search by value, beginning, end, network and time; and that it reads ranges of indexes, whatever the size of the graph.

use heimdall_tests::{Database, text_rows};

use crate::dumps::{ADDRESSES, with_logins};

const ROWS: &str = "time,user,src,host,bytes\n\
    2026-01-01T01:00:00Z,ada,192.0.2.1,www.example.org,\n\
    2026-01-02T01:00:00Z,ada,192.0.2.130,mail.example.org,\n\
    2026-01-03T01:00:00Z,grace,198.51.100.7,a.b.example.org,\n\
    2026-01-04T01:00:00Z,grace,2001:db8::7,badexample.org,\n\
    ,-,2001:db8:1::7,example.org,\n";

fn graph() -> Database {
    let database = with_logins();
    database.ingest("logins", ROWS);
    database
}

/// The keys that a search finds; the digest of a user is left out.
fn keys(database: &Database, arguments: &str) -> Vec<String> {
    let sql = format!("SELECT regexp_replace(key, '[0-9a-f]{{64}}', '…') FROM heimdall.search({arguments})");
    database.rows(&sql).into_iter().flatten().collect()
}

#[test]
fn search_finds_an_exact_value_however_it_is_spelled() {
    let database = graph();
    assert_eq!(
        database.rows(
            "SELECT key, label, value, tlp, sightings, first_seen, last_seen FROM heimdall.search('::ffff:192[.]0.2.1')"
        ),
        [[
            "Ip:192.0.2.1",
            "Ip",
            "192.0.2.1",
            "amber",
            "1",
            "2026-01-01 01:00:00+00",
            "2026-01-01 01:00:00+00"
        ]]
    );
    assert_eq!(keys(&database, "'WWW[.]Example.org.'"), ["Domain:www.example.org"]);
    assert_eq!(keys(&database, "'192.0.2.1', 'IP'"), ["Ip:192.0.2.1"]);
    assert_eq!(
        database.value("SELECT gid FROM heimdall.search('192.0.2.1')"),
        database.value("SELECT gid FROM heimdall.lookup('ip', '192.0.2.1')")
    );
    for nothing in ["'192.0.2.99'", "''", "NULL", "'192.0.2.1', 'Unheard'"] {
        assert!(keys(&database, nothing).is_empty(), "{nothing}");
    }
    assert_eq!(database.failure("SELECT * FROM heimdall.search('not one', 'ip')").code, "22P02");
}

#[test]
fn search_finds_a_personal_value_by_its_digest_and_shows_no_more() {
    let database = graph();
    for query in ["'ada'", "'ADA', 'user'"] {
        assert_eq!(keys(&database, query), ["User:…"], "{query}");
    }
    let found = database.rows("SELECT * FROM heimdall.search('ada')");
    // Its letters are digits of a digest too: what is left beside that is "User:" and times.
    let digest = &found[0][2];
    assert!(!found[0].iter().any(|column| column.replace(digest, "").contains("ada")), "{found:?}");
    assert_eq!(database.rows(&format!("SELECT * FROM heimdall.search('{digest}')")), found);
    assert_eq!(database.rows(&format!("SELECT * FROM heimdall.search('{}*', 'user')", &digest[..12])), found);
    // Its beginning is not in the graph: no digest has a letter g.
    assert_eq!(keys(&database, "'grace', 'user'"), ["User:…"]);
    assert!(keys(&database, "'g*', 'user'").is_empty());
}

#[test]
fn search_finds_values_by_their_beginning() {
    let database = graph();
    assert_eq!(keys(&database, "'WWW[.]ex*'"), ["Domain:www.example.org"]);
    assert_eq!(keys(&database, "'192.0.2.1*', 'ip'"), ["Ip:192.0.2.1", "Ip:192.0.2.130"]);
    assert_eq!(keys(&database, "'*', 'user'"), ["User:…", "User:…"]);
    assert_eq!(keys(&database, "'*'").len(), 12);
    assert_eq!(keys(&database, "'*', max_rows => 3").len(), 3);
}

#[test]
fn search_finds_domains_by_their_end() {
    let database = graph();
    let below = ["Domain:a.b.example.org", "Domain:mail.example.org", "Domain:www.example.org"];
    assert_eq!(keys(&database, "'*.Example[.]org.'"), below);
    assert_eq!(keys(&database, "'*.example.org', 'domain'"), below);
    assert_eq!(keys(&database, "'*dexample.org'"), ["Domain:badexample.org"]);
    assert_eq!(keys(&database, "'*.b.example.org'"), ["Domain:a.b.example.org"]);
    assert!(keys(&database, "'*.org.example'").is_empty());
}

#[test]
fn search_finds_domains_and_urls_by_what_stands_in_their_midst() {
    let database = graph();
    database.source(
        "links",
        "csv",
        r#"{"columns": ["url"], "entities": {"url": {"label": "Url", "key": "url"}}, "derive": "none"}"#,
    );
    database.ingest("links", "url\nhttps://example.net/Login.php?next=org\n");
    let found =
        ["Domain:a.b.example.org", "Domain:badexample.org", "Domain:example.org", "Domain:mail.example.org"];
    let check = || {
        let mut all = found.to_vec();
        all.extend(["Domain:www.example.org", "Url:https://example.net/Login.php?next=org"]);
        assert_eq!(keys(&database, "'*xAmple*'"), all);
        assert_eq!(keys(&database, "' *example[.]o* ', 'domain'"), &all[..5]);
        assert_eq!(keys(&database, "'*login.php*'"), &all[5..]);
        assert_eq!(keys(&database, "'*example*', 'url'"), &all[5..]);
        assert_eq!(keys(&database, "'*example*', max_rows => 2"), &all[..2]);
        assert_eq!(keys(&database, "'*example*', since => '2026-01-04'"), ["Domain:badexample.org"]);
        // The label is not the value, and the letters have to stand in one place.
        for nothing in ["'*omain:*'", "'*exaample*'", "'*ple.example*'"] {
            assert!(keys(&database, nothing).is_empty(), "{nothing}");
        }
    };
    check();
    // Before they are indexed, and after.
    heimdall_tests::eventually("all of it is indexed", || {
        database.run("SELECT heimdall.refresh_similar()");
        database.value("SELECT count(*) FROM heimdall.look_alike") == "6"
    });
    check();
}

#[test]
fn search_says_what_it_cannot_find() {
    let database = graph();
    for (arguments, code) in [
        ("'*192*', 'ip'", "0A000"),
        ("'*ex*'", "22023"),
        ("'*.7', 'ip'", "22023"),
        ("'*.a b'", "22P02"),
        ("'192.0.2.0/99', 'ip'", "22P02"),
        ("'*', max_rows => 0", "22023"),
        ("'*', max_rows => NULL", "22023"),
    ] {
        let failure = database.failure(&format!("SELECT * FROM heimdall.search({arguments})"));
        assert_eq!(failure.code, code, "{arguments}: {failure:?}");
        assert!(code == "22P02" || code == "22023" || !failure.hint.is_empty(), "{failure:?}");
    }
}

#[test]
fn search_finds_the_addresses_of_a_network() {
    let database = graph();
    assert_eq!(keys(&database, "'192[.]0.2.0/24'"), ["Ip:192.0.2.1", "Ip:192.0.2.130"]);
    assert_eq!(keys(&database, "'192.0.2.128/25', 'ip'"), ["Ip:192.0.2.130"]);
    assert_eq!(keys(&database, "'192.0.0.0/5'"), ["Ip:192.0.2.1", "Ip:192.0.2.130", "Ip:198.51.100.7"]);
    assert_eq!(keys(&database, "'2001:db8::/48'"), ["Ip:2001:db8::7"]);
    assert_eq!(keys(&database, "'::/0'"), ["Ip:2001:db8:1::7", "Ip:2001:db8::7"]);
}

/// Addresses whose texts leave out zeros in every place, and every length of a network around them.
#[test]
fn a_network_has_the_addresses_that_postgres_says() {
    let database = Database::new();
    database.source("hosts", "csv", ADDRESSES);
    let mut state = 7u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let groups = ["0", "0", "0", "1", "db8", "2001", "fc00", "fd12", "abc", "ffff"];
    let mut dump = "ip\nfe80::1%eth0\n".to_owned();
    for _ in 0..600 {
        let address: Vec<&str> = (0..8).map(|_| groups[random(10) as usize]).collect();
        dump += &format!("{}\n", address.join(":"));
        let octets = [0, 1, 10, 99, 100, 127, 128, 255];
        let octet: Vec<String> = (0..4).map(|_| octets[random(8) as usize].to_string()).collect();
        dump += &format!("{}\n", octet.join("."));
    }
    database.ingest("hosts", dump);
    let wrong = "
        WITH address AS MATERIALIZED (
            SELECT n.key, split_part(substr(n.key, 4), '%', 1)::inet AS ip
            FROM heimdall.node AS n WHERE n.key LIKE 'Ip:%'
        ), network AS (
            SELECT DISTINCT network(set_masklen(a.ip, CASE family(a.ip) WHEN 4 THEN i % 33 ELSE i % 129 END::integer)) AS of
            FROM (SELECT ip, row_number() OVER (ORDER BY key) AS i FROM address) AS a
        )
        SELECT n.of FROM network AS n
        WHERE ARRAY(SELECT s.key FROM heimdall.search(n.of::text, 'ip', 100000) AS s ORDER BY 1)
            <> ARRAY(SELECT a.key FROM address AS a WHERE a.ip <<= n.of ORDER BY 1)";
    assert_eq!(database.rows(wrong), Vec::<Vec<String>>::new());
}

#[test]
fn search_takes_what_was_seen_in_a_time() {
    let database = graph();
    assert_eq!(
        keys(&database, "'*', 'ip', since => '2026-01-02', until => '2026-01-03 01:00Z'"),
        ["Ip:192.0.2.130", "Ip:198.51.100.7"]
    );
    assert_eq!(keys(&database, "'*', 'ip', until => '2026-01-01 12:00Z'"), ["Ip:192.0.2.1"]);
    assert_eq!(
        keys(&database, "'*.org', since => '2026-01-03'"),
        ["Domain:a.b.example.org", "Domain:badexample.org"]
    );
    // What has no time was not seen in any.
    assert_eq!(keys(&database, "'*', 'ip', since => '-infinity'").len(), 4);
    assert_eq!(keys(&database, "'*', 'ip', until => 'infinity'").len(), 4);
}

/// The functions are not inlined, so that EXPLAIN shows nothing of them: what they have read is counted instead.
#[test]
fn search_reads_ranges_of_indexes() {
    let database = graph();
    database.run(
        "INSERT INTO heimdall.node (key, gid, tlp)
         SELECT v.key, ag_catalog._graphid(900, row_number() OVER ()), 2
         FROM (SELECT format('Ip:10.%s.%s.%s', i / 65536, i / 256 % 256, i % 256) FROM generate_series(1, 100000) AS i
               UNION ALL
               SELECT format('Domain:host%s.zone%s.example', i, i % 1000) FROM generate_series(1, 100000) AS i) AS v (key)
         ORDER BY v.key COLLATE \"C\"",
    );
    database.run(
        "INSERT INTO heimdall.sighting (gid, batch, sightings, first_seen, last_seen, first_row)
         SELECT gid, 1, 1, '2026-02-01', '2026-02-01', 1 FROM heimdall.node
         WHERE ag_catalog._extract_label_id(gid) = 900",
    );
    let mut client = database.connect();
    // What a worker reads is not counted.
    text_rows(&mut client, "SET max_parallel_workers_per_gather = 0").expect("SET");
    for (arguments, found) in [
        ("'10.0.0.9'", 1),
        ("'10.0.0.9', 'ip'", 1),
        ("'host77.*'", 1),
        ("'host77*', 'domain', 100", 100),
        ("'*.zone7.example'", 100),
        ("'*.zone7.example', since => '2026-01-31'", 100),
        ("'*', max_rows => 100", 100),
        ("'10.0.7.0/24', max_rows => 1000", 256),
        ("'10.0.0.0/8', since => '2026-01-31'", 100),
        ("'10.0.0.0/8', after => 'Ip:10.1.9.9'", 100),
        ("'*.zone7.example', max_rows => 10, after => 'Domain:host55007.zone7.example'", 10),
        ("'10.0.7.64/26', until => '2026-03-01'", 64),
    ] {
        // The sixth time and later, a plan is made for any argument.
        for _ in 0..7 {
            let sql = format!(
                "BEGIN; {COUNTERS}; SELECT count(*) FROM heimdall.search({arguments}); {COUNTERS}; COMMIT"
            );
            let rows = text_rows(&mut client, &sql).expect("search");
            let number = |row: usize, column: usize| rows[row][column].parse::<i64>().expect("a number");
            assert_eq!(number(1, 0), found, "{arguments}");
            assert_eq!(number(2, 0) - number(0, 0), 0, "{arguments}: scans of a whole table");
            let read = number(2, 1) - number(0, 1);
            assert!(read <= 3 * found + 10, "{arguments}: {read} rows were read for {found}");
        }
    }
}

const COUNTERS: &str = "SELECT coalesce(sum(seq_scan), 0), coalesce(sum(idx_tup_fetch), 0) \
    FROM pg_stat_xact_user_tables WHERE relid IN ('heimdall.node'::regclass, 'heimdall.sighting'::regclass, 'heimdall.sighting_run'::regclass)";

/// All pages of so many rows, each begun behind the last key of the one before.
fn paged(database: &Database, arguments: &str, size: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    loop {
        let after = all.last().map_or("NULL".to_owned(), |key| format!("'{key}'"));
        let page =
            format!("SELECT key FROM heimdall.search({arguments}, max_rows => {size}, after => {after})");
        let page: Vec<String> = database.rows(&page).into_iter().flatten().collect();
        if page.is_empty() {
            return all;
        }
        assert!(page.len() <= size, "{page:?}");
        all.extend(page);
    }
}

#[test]
fn pages_have_together_what_the_whole_has_in_its_order() {
    let database = graph();
    for (arguments, rows) in [
        ("'*'", 12),
        ("'*', 'ip'", 5),
        ("'192.0.2.0/24'", 2),
        ("'2001:db8::/32'", 2),
        ("'*.example.org'", 3),
        ("'*example.org'", 5),
        ("'*example*'", 5),
        ("'*.org', since => '2026-01-02', until => '2026-01-04 12:00Z'", 3),
        ("'192.0.2.1'", 1),
    ] {
        let whole = format!("SELECT key FROM heimdall.search({arguments}, max_rows => 1000)");
        let whole: Vec<String> = database.rows(&whole).into_iter().flatten().collect();
        assert_eq!(whole.len(), rows, "{arguments}");
        for size in [1, 2, 5] {
            assert_eq!(paged(&database, arguments, size), whole, "{arguments}, {size} a page");
        }
    }
}

#[test]
fn what_ends_so_comes_in_the_order_of_its_ends() {
    let database = graph();
    assert_eq!(
        keys(&database, "'*example.org'"),
        [
            "Domain:a.b.example.org",
            "Domain:mail.example.org",
            "Domain:www.example.org",
            "Domain:example.org",
            "Domain:badexample.org"
        ]
    );
}
