//! Two tenants at one gateway: each has a database, and nothing of the other.

mod apart;
mod away;
mod guide;
mod people;
mod refused;

use heimdall_tests::{Answer, Database, Gateway, Settings};
use reqwest::Method;
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

const LIST: &str = r#"{"columns": ["ip"], "entities": {"ip": {"label": "Ip", "key": "ip"}}, "tlp": "amber"}"#;

/// A gateway for the tenants `acme` and `globex`. Both have a source `list`.
struct Site {
    gateway: Gateway,
    globex: Database,
    // Whose roles both databases' callers take on: dropped last.
    acme: Database,
}

impl Site {
    fn start() -> Site {
        Site::start_with(|_| {})
    }

    fn start_with(change: impl FnOnce(&mut Settings)) -> Site {
        let (acme, globex) = databases();
        let gateway = Gateway::start_with(&acme, |settings| {
            settings.extend(tenants(&acme, &globex));
            change(settings);
        });
        Site { gateway, globex, acme }
    }

    /// A request of `ada`, who is in that group, of that tenant.
    fn request(&self, tenant: &str, group: &str, method: Method, path: &str) -> RequestBuilder {
        self.request_of(&json!(tenant), group, method, path)
    }

    /// The same with whatever is in the claim.
    fn request_of(&self, org: &Value, group: &str, method: Method, path: &str) -> RequestBuilder {
        self.request_by("ada", org, group, method, path)
    }

    /// The same of somebody else.
    fn request_by(&self, who: &str, org: &Value, group: &str, method: Method, path: &str) -> RequestBuilder {
        let mut claims = self.gateway.issuer.claims(who, &[group]);
        claims["org"] = json!({"name": org});
        self.gateway.request(method, path).bearer_auth(self.gateway.issuer.sign(&claims))
    }

    fn get(&self, tenant: &str, path: &str) -> Answer {
        self.gateway.answer(self.request(tenant, "analyst", Method::GET, path))
    }

    /// Begins an upload of several requests; gives its path.
    fn begin_upload(&self, tenant: &str) -> Answer {
        let request = self.request(tenant, "ingest", Method::POST, "/v1/sources/list/uploads");
        self.gateway.answer(request.header("tus-resumable", "1.0.0").header("upload-length", "100"))
    }

    fn numbers(&self) -> Vec<String> {
        let numbers = self.gateway.answer(self.gateway.request(Method::GET, "/metrics")).body;
        numbers.lines().map(str::to_owned).collect()
    }
}

fn databases() -> (Database, Database) {
    let databases = (Database::new(), Database::new());
    for database in [&databases.0, &databases.1] {
        database.source("list", "csv", LIST);
    }
    databases
}

/// The settings that make them tenants.
fn tenants(acme: &Database, globex: &Database) -> Settings {
    let all = format!("acme={},globex={}", acme.name(), globex.name());
    [("HMD_TENANT_CLAIM", "org.name".to_owned()), ("HMD_TENANTS", all)]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}
