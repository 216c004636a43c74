//! What a browser does at log-in: it follows redirections, keeps cookies, and fills in the provider's forms.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::blocking::{Client, RequestBuilder};
use reqwest::cookie::{CookieStore, Jar};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Method, Url};

use super::{Answer, Authority, Gateway, IdentityProvider};

const SESSION: &str = "__Host-heimdall-session";

/// One, with cookies of its own.
pub struct Browser {
    client: Client,
    /// The same cookies; what an answer sends elsewhere to is not asked.
    standing: Client,
    jar: Arc<Jar>,
    at: String,
}

impl Browser {
    /// To which that gateway is [`IdentityProvider::SITE`].
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn new(gateway: &Gateway) -> Browser {
        let port = gateway.url.rsplit_once(':').expect("a port").1.parse().expect("a port");
        let jar = Arc::new(Jar::default());
        let build = |policy| {
            let authority = Certificate::from_pem(Authority::of_the_run().pem().as_bytes()).expect("PEM");
            Client::builder()
                .tls_certs_only([authority])
                .resolve("heimdall.example", SocketAddr::from(([127, 0, 0, 1], port)))
                .cookie_provider(Arc::clone(&jar))
                .redirect(policy)
                .timeout(Duration::from_secs(180))
                .build()
                .expect("a client")
        };
        Browser {
            client: build(Policy::limited(10)),
            standing: build(Policy::none()),
            jar,
            at: String::new(),
        }
    }

    /// A request to the site, which follows no redirection.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.standing.request(method, format!("{}{path}", IdentityProvider::SITE))
    }

    /// What the site answers there.
    ///
    /// # Panics
    /// Where there is no answer.
    pub fn get(&self, path: &str) -> Answer {
        Answer::read(self.request(Method::GET, path).send().expect("an answer"))
    }

    /// The answer to a request.
    ///
    /// # Panics
    /// Where there is none.
    pub fn answer(&self, request: RequestBuilder) -> Answer {
        Answer::read(request.send().expect("an answer"))
    }

    /// Goes where a link leads, as far as redirections lead.
    ///
    /// # Panics
    /// Where there is no answer.
    pub fn go(&mut self, url: &str) -> Answer {
        self.arrive(self.client.get(url))
    }

    /// Sends the form of a page that it has gone to.
    ///
    /// # Panics
    /// Where there is none.
    pub fn submit(&mut self, page: &Answer, values: &[(&str, &str)]) -> Answer {
        let request = self.form(&self.client, page, values);
        self.arrive(request)
    }

    /// The same as far as a redirection to an address with that in it, which is not asked.
    ///
    /// # Panics
    /// Where there is none.
    pub fn submit_until(&self, page: &Answer, part: &str) -> String {
        let mut answer = self.answer(self.form(&self.standing, page, &[]));
        loop {
            let to = answer.headers.get("location").unwrap_or_else(|| panic!("no redirection: {answer:?}"));
            let to = Url::parse(&self.at).and_then(|at| at.join(to)).expect("a URL");
            if to.as_str().contains(part) {
                return to.into();
            }
            answer = self.answer(self.standing.get(to));
        }
    }

    fn form(&self, client: &Client, page: &Answer, values: &[(&str, &str)]) -> RequestBuilder {
        let action = between(&page.body, "action=\"", "\"").unwrap_or_else(|| panic!("no form: {page:?}"));
        let url = Url::parse(&self.at).and_then(|at| at.join(action)).expect("a URL");
        let hidden = page.body.split("<input").filter(|input| input.contains("type=\"hidden\""));
        let mut fields: Vec<(&str, &str)> = hidden
            .filter_map(|input| Some((between(input, "name=\"", "\"")?, between(input, "value=\"", "\"")?)))
            .collect();
        fields.extend_from_slice(values);
        client.post(url).form(&fields)
    }

    /// Logs in, and is where it wanted to go.
    ///
    /// # Panics
    /// Where that fails.
    pub fn log_in(&mut self, name: &str, path: &str) -> Answer {
        let form = self.go(&format!("{}/auth/login?return={path}", IdentityProvider::SITE));
        let consent = self.submit(&form, &[("login", name), ("password", "any")]);
        self.submit(&consent, &[])
    }

    fn arrive(&mut self, request: RequestBuilder) -> Answer {
        let response = request.send().expect("an answer");
        self.at = response.url().to_string();
        Answer::read(response)
    }

    /// The cookie of the session, as it is sent.
    pub fn session(&self) -> Option<String> {
        self.cookie(SESSION)
    }

    /// A cookie of the site.
    ///
    /// # Panics
    /// Never.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.jar.cookies(&IdentityProvider::SITE.parse().expect("a URL"))?;
        let cookies = cookies.to_str().expect("text").to_owned();
        cookies.split("; ").find_map(|cookie| cookie.strip_prefix(&format!("{name}="))).map(str::to_owned)
    }

    /// Replaces a cookie of the site.
    ///
    /// # Panics
    /// Never.
    pub fn set_cookie(&self, name: &str, value: &str) {
        let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly");
        self.jar.add_cookie_str(&cookie, &IdentityProvider::SITE.parse().expect("a URL"));
    }

    /// Replaces the cookie of the session.
    pub fn set_session(&self, value: &str) {
        self.set_cookie(SESSION, value);
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}
