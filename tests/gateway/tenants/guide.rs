//! What docs/guides/tenants.md says, works as written.

use heimdall_tests::{Database, Gateway};
use reqwest::Method;

const GUIDE: &str = include_str!("../../../docs/guides/tenants.md");

/// The blocks of that language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fenced = GUIDE.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    fenced.filter(|(marked, _)| *marked == language).map(|(_, text)| text).collect()
}

/// As its superuser does.
fn psql(database: &Database, text: &str) {
    let file = std::env::temp_dir().join(format!("{}.sql", database.name()));
    std::fs::write(&file, text).expect("written");
    let mut psql = database.server().program("psql", database.name());
    let done = psql.args(["-X", "-v", "ON_ERROR_STOP=1", "-f"]).arg(&file).output().expect("psql");
    std::fs::remove_file(&file).expect("it goes");
    assert!(done.status.success(), "{}\nof {text}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_second_tenant_is_made_as_it_says() {
    let acme = Database::new();
    let settings = blocks("sh")[0];
    // Roles and databases are the server's, and other tests run on it.
    let name = acme.name();
    let own = |text: &str| {
        [
            ("heimdall_globex", format!("{name}_of_globex")),
            ("heimdall_gateway_login", format!("{name}_gateway")),
            ("globex_analyst", format!("{name}_globex_analyst")),
            ("soc_analyst", format!("{name}_analyst")),
            ("DATABASE heimdall ", format!("DATABASE {name} ")),
            ("=heimdall,", format!("={name},")),
        ]
        .iter()
        .fold(text.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
    };
    // With the roles that the gateway has before.
    let of_acme = Gateway::start(&acme);
    for block in blocks("sql") {
        psql(&acme, &own(block));
    }
    let globex = Database::existing(acme.server().clone(), &own("heimdall_globex"));
    let gateway = of_acme.another(|all| {
        let lines = settings.lines().filter_map(|line| line.split_once('='));
        all.extend(lines.map(|(name, value)| (name.to_owned(), own(value))));
    });
    let ready = gateway.answer(gateway.request(Method::GET, "/ready"));
    assert!(ready.status == 200 && !ready.body.contains(r#""up":false"#), "{ready:?}");
    for (tenant, group, clearance) in [("acme", "soc", 4), ("globex", "globex-soc", 1)] {
        let mut claims = gateway.issuer.claims("ada", &[group]);
        claims["org"] = tenant.into();
        let request = gateway.request(Method::GET, "/v1/whoami").bearer_auth(gateway.issuer.sign(&claims));
        let me = gateway.answer(request).json();
        assert_eq!(
            (&me["tenant"], &me["database"]["clearance"]),
            (&tenant.into(), &clearance.into()),
            "{me}"
        );
    }
    drop(gateway);
    drop(globex);
    acme.run(&own("DROP ROLE globex_analyst"));
}
