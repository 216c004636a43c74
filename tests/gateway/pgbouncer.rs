//! PgBouncer in transaction mode between gateway and database: many clients, two connections to the server, in which each
//! transaction is somebody else's.

use heimdall_tests::{Answer, Database, Gateway, PgBouncer, text_rows};
use reqwest::Method;

const LIST: &str = r#"{"columns": ["ip"], "entities": {"ip": {"label": "Ip", "key": "ip"}}, "tlp": "amber"}"#;

const LOOKUP: &str = "/v1/observables/lookup?kind=ip&value=192.0.2.1";

/// Connections that the gateway takes, of which the server has two.
const CLIENTS: usize = 12;

/// The machine's, which may be older than 1.21 and know no statements, and one that follows them.
const VERSIONS: [fn(&Database) -> PgBouncer; 2] = [PgBouncer::start, PgBouncer::start_newer];

/// What the gateway sets, as whoever comes next finds it.
const SETTINGS: &str = "SELECT current_user, current_setting('role'), coalesce(current_setting('heimdall.actor', true), ''), \
    coalesce(current_setting('heimdall.request_id', true), ''), current_setting('statement_timeout')";

/// Statements in a connection of the server by a name that a client gave. One that follows statements names them itself.
const LEFT: &str = r"SELECT name FROM pg_prepared_statements WHERE name NOT LIKE 'PGBOUNCER\_%'";

fn with_list() -> Database {
    let database = Database::new();
    database.source("list", "csv", LIST);
    database.ingest("list", "ip\n192.0.2.1\n");
    database
}

fn behind(database: &Database, bouncer: &PgBouncer) -> Gateway {
    behind_with(database, bouncer, "auto")
}

fn behind_with(database: &Database, bouncer: &PgBouncer, prepared: &str) -> Gateway {
    Gateway::start_with(database, |settings| {
        bouncer.lead(settings);
        settings.insert("HMD_DATABASE_PREPARED".into(), prepared.into());
        settings.insert("HMD_DATABASE_CONNECTIONS".into(), CLIENTS.to_string());
        settings.insert("HMD_DATABASE_WAIT".into(), "30".into());
    })
}

/// What each of those groups is to get, whatever the others ask meanwhile.
fn is_own(group: &str, answer: &Answer) {
    match group {
        "analyst" => assert_eq!(answer.json()["items"][0]["key"], "Ip:192.0.2.1", "{answer:?}"),
        "uncleared" => assert_eq!(answer.json()["items"], serde_json::json!([]), "{answer:?}"),
        _ => assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("42501")), "{answer:?}"),
    }
}

/// Many at a time, who may see different things.
fn everybody_gets_their_own(gateways: &[Gateway; 2]) {
    std::thread::scope(|scope| {
        for thread in 0..CLIENTS {
            let gateway = &gateways[thread % 2];
            scope.spawn(move || {
                for round in 0..20 {
                    let group = ["analyst", "uncleared", "auditor"][(thread + round) % 3];
                    is_own(group, &gateway.get_as(&[group], LOOKUP));
                }
            });
        }
    });
}

#[test]
fn each_transaction_is_that_of_its_caller() {
    for start in VERSIONS {
        let database = with_list();
        let bouncer = start(&database);
        // Two gateways: what one calls a statement, the other may call so too.
        let gateways = [behind(&database, &bouncer), behind(&database, &bouncer)];
        everybody_gets_their_own(&gateways);
        let connections = format!(
            "SELECT count(*) BETWEEN 1 AND 2 FROM pg_stat_activity WHERE datname = '{}' AND usename = '{0}_gateway'",
            database.name()
        );
        assert_eq!(database.value(&connections), "t", "they have shared the server's connections");
    }
}

/// Whoever comes next in a connection of the server finds nothing of whom it served before.
#[test]
fn nothing_of_a_transaction_stays_in_the_connection() {
    for start in VERSIONS {
        let database = with_list();
        let bouncer = start(&database);
        let gateway = behind(&database, &bouncer);
        for group in ["analyst", "auditor", "uncleared"] {
            is_own(group, &gateway.get_as(&[group], LOOKUP));
        }
        let mut client = bouncer.connect(&database);
        let own = format!("{}_gateway", database.name());
        for _ in 0..4 {
            let settings = text_rows(&mut client, SETTINGS).expect("settings");
            assert_eq!(settings, [[own.as_str(), "none", "", "", "0"]]);
        }
    }
}

#[test]
fn a_connection_that_the_server_has_ended_is_no_failure_of_a_read() {
    for start in VERSIONS {
        let database = with_list();
        let bouncer = start(&database);
        let gateway = behind(&database, &bouncer);
        is_own("analyst", &gateway.get_as(&["analyst"], LOOKUP));
        database.run(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{}_gateway'",
            database.name()
        ));
        is_own("analyst", &gateway.get_as(&["analyst"], LOOKUP));
        assert_eq!(gateway.answer(gateway.request(Method::GET, "/health")).status, 200);
    }
}

#[test]
fn uploads_share_the_connections_with_everybody() {
    for start in VERSIONS {
        let database = with_list();
        let bouncer = start(&database);
        let gateways = [behind(&database, &bouncer), behind(&database, &bouncer)];
        std::thread::scope(|scope| {
            for thread in 0..6_usize {
                let gateway = &gateways[thread % 2];
                scope.spawn(move || {
                    for round in 0..5_usize {
                        let rows = (0..50).map(|row| format!("10.{thread}.{round}.{row}\n"));
                        let dump = "ip\n".to_owned() + &rows.collect::<String>();
                        let token = gateway.issuer.token(&format!("user-{thread}"), &["ingest"]);
                        let request =
                            gateway.request(Method::POST, "/v1/sources/list/ingest").bearer_auth(token);
                        let answer = gateway.answer(request.body(dump));
                        assert_eq!(answer.status, 201, "{answer:?}");
                        is_own("uncleared", &gateway.get_as(&["uncleared"], LOOKUP));
                    }
                });
            }
        });
        let by_actor = "SELECT actor, count(*), sum(rows_accepted) FROM heimdall.batch WHERE actor LIKE 'user-%' GROUP BY 1 ORDER BY 1";
        let expected: Vec<Vec<String>> =
            (0..6).map(|thread| vec![format!("user-{thread}"), "5".to_owned(), "250".to_owned()]).collect();
        assert_eq!(database.rows(by_actor), expected);
        let mut client = bouncer.connect(&database);
        for _ in 0..4 {
            let left = text_rows(&mut client, LEFT).expect("a view");
            assert_eq!(left, Vec::<Vec<String>>::new(), "a statement was left for the next");
        }
    }
}

#[test]
fn statements_may_be_kept_where_pgbouncer_follows_them() {
    let database = with_list();
    let bouncer = PgBouncer::start_newer(&database);
    let first = behind_with(&database, &bouncer, "on");
    // Other questions first: what one gateway calls a statement is another statement of the other.
    let second = first.another(|_| {});
    for path in ["/v1/sources", "/v1/search?query=192.0.2.1"] {
        let answer = second.get_as(&["analyst"], path);
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    everybody_gets_their_own(&[first, second]);
    let mut client = bouncer.connect(&database);
    let kept = text_rows(&mut client, "SELECT name FROM pg_prepared_statements").expect("a view");
    assert!(!kept.is_empty(), "connections of the server keep none");
}
