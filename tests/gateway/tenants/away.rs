//! A tenant whose database is away.

use heimdall_tests::{Database, Gateway, eventually};
use reqwest::Method;
use serde_json::{Value, json};

use super::Site;

/// Lets nobody in any more, or everybody again.
fn open(database: &Database, is_open: bool) {
    let name = database.name();
    database.reconnect();
    let mut server = database.connect_to("postgres");
    server.batch_execute(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {is_open}")).expect("done");
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'";
    if !is_open {
        server.query(end, &[&name]).expect("sessions end");
    }
}

/// Status, and of each tenant's database whether it is there.
fn ready(gateway: &Gateway) -> (u16, Vec<(Value, Value)>) {
    let answer = gateway.answer(gateway.request(Method::GET, "/ready"));
    let dependencies = answer.json()["dependencies"].as_array().expect("a list").clone();
    let databases = dependencies.iter().filter(|one| one["name"] == "database");
    (answer.status, databases.map(|one| (one["tenant"].clone(), one["up"].clone())).collect())
}

#[test]
fn the_others_go_on() {
    let site = Site::start();
    let ask = |tenant| site.get(tenant, "/v1/sources").status;
    assert_eq!((ask("acme"), ask("globex")), (200, 200));
    open(&site.globex, false);
    eventually("the gateway is let in no more", || ask("globex") == 503);
    assert_eq!((ask("globex"), ask("acme")), (503, 200));
    let both = |up: bool| vec![(json!("acme"), json!(true)), (json!("globex"), json!(up))];
    // What it saw a moment ago, it shows for a second.
    eventually("it is known", || ready(&site.gateway).1 == both(false));
    assert_eq!(ready(&site.gateway).0, 200, "who is sent elsewhere is sent there with acme");
    let numbers = site.numbers();
    for line in [r#"heimdall_database_up{tenant="acme"} 1"#, r#"heimdall_database_up{tenant="globex"} 0"#] {
        assert!(numbers.iter().any(|number| number == line), "{numbers:?}");
    }
    open(&site.globex, true);
    eventually("it is back by itself", || ask("globex") == 200);
    eventually("that is known", || ready(&site.gateway) == (200, both(true)));
}

#[test]
fn no_tenant_is_ready_where_none_has_a_database() {
    let site = Site::start_with(|settings| {
        settings.insert("HMD_TENANTS".into(), "acme=heimdall_of_nobody,globex=nobody_s_heimdall".into());
    });
    let (status, databases) = ready(&site.gateway);
    assert_eq!(status, 503);
    assert_eq!(databases, [(json!("acme"), json!(false)), (json!("globex"), json!(false))]);
    assert_eq!(site.get("acme", "/v1/sources").status, 503, "there is no such database");
}

#[test]
fn who_may_not_see_numbers_sees_no_names_of_tenants() {
    let site = Site::start_with(|settings| {
        settings.insert("HMD_METRICS_NETWORKS".into(), "192.0.2.0/24".into());
    });
    let (status, databases) = ready(&site.gateway);
    assert_eq!((status, databases), (200, vec![(Value::Null, json!(true)), (Value::Null, json!(true))]));
}
