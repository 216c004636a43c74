//! What docs/guides/identity.md says, works as written.

use heimdall_tests::{Database, Gateway};
use serde_json::json;

const GUIDE: &str = include_str!("../../docs/guides/identity.md");

fn block(language: &str) -> &'static str {
    let start = GUIDE.split_once(&format!("```{language}\n")).expect("a block").1;
    start.split_once("\n```").expect("its end").0
}

#[test]
fn its_roles_and_rules_are_what_it_says() {
    let database = Database::new();
    // Roles are the server's, and other tests run on it.
    let own = |text: &str| {
        ["gateway_login", "soc_analyst", "soc_feeds"]
            .iter()
            .fold(text.to_owned(), |text, role| text.replace(role, &format!("{}_{role}", database.name())))
    };
    database.run(&own(block("sql")));
    let gateway = Gateway::start_with(&database, |settings| {
        let address = &settings["HMD_DATABASE_URL"];
        let rest = address.split_once('@').expect("a user").1;
        settings.insert("HMD_DATABASE_URL".into(), own(&format!("postgresql://gateway_login@{rest}")));
        let rules = block("sh").split('\'').nth(1).expect("rules");
        settings.insert("HMD_ROLE_MAP".into(), own(rules));
    });
    let analyst = gateway.get_as(&["soc"], "/v1/whoami").json();
    assert_eq!(analyst["role"], own("soc_analyst"));
    let rights = json!({"member_of": ["heimdall_analyst", "heimdall_tlp_amber"], "clearance": 2});
    assert_eq!(analyst["database"], rights);

    let mut claims = gateway.issuer.claims("feeds", &[]);
    claims["realm_access"] = json!({"roles": ["heimdall-feeds"]});
    let request = gateway.request(reqwest::Method::GET, "/v1/whoami");
    let feeds = gateway.answer(request.bearer_auth(gateway.issuer.sign(&claims))).json();
    assert_eq!(feeds["database"], json!({"member_of": ["heimdall_ingest"], "clearance": -1}));

    drop(gateway);
    database.run(&own("DROP ROLE gateway_login, soc_analyst, soc_feeds"));
}
