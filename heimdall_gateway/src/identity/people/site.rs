//! The site that browsers see: where log-in comes back to, and what may send them or us elsewhere.

use axum::http::{HeaderMap, HeaderName, header};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;
use x509_parser::extensions::GeneralName;

use crate::config::{Listen, Tls};
use crate::problem::Problem;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Bytes of a path to return to, at most: it is in a cookie meanwhile.
const LONGEST_PATH: usize = 1024;

/// Its origin.
pub struct Site(Url);

impl Site {
    /// `HMD_PUBLIC_URL`, or the first name of the certificate and the port.
    ///
    /// # Errors
    /// Where neither tells.
    pub fn of(listen: &Listen, tls: &Tls) -> Result<Site, String> {
        let url = match &listen.public_url {
            Some(url) => url.clone(),
            None => {
                let name =
                    name(tls).ok_or("HMD_PUBLIC_URL: is missing, and the certificate names no host")?;
                let url = format!("https://{name}:{}", listen.address.port());
                url.parse()
                    .map_err(|_| "HMD_PUBLIC_URL: is missing, and the certificate's name is no host")?
            }
        };
        Site::new(url)
    }

    /// # Errors
    /// Where browsers cannot be sent there.
    pub fn new(url: Url) -> Result<Site, String> {
        match url.scheme() == "https" && url.has_host() {
            true => Ok(Site(url)),
            false => Err("HMD_PUBLIC_URL: an https URL, https://host[:port]".to_owned()),
        }
    }

    /// An address of the site.
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(path);
        url.set_query(None);
        url.set_fragment(None);
        url
    }

    /// The address of a path that somebody wants to return to. It is written out whole: of a path alone (`//other.example`)
    /// browsers may make another site.
    ///
    /// # Errors
    /// 400 where it leads elsewhere.
    pub fn returning_to(&self, path: &str) -> Result<Url, Problem> {
        let plain = path.starts_with('/')
            && path.len() <= LONGEST_PATH
            && !path.contains(|c: char| c.is_control() || c == '\\');
        plain
            .then(|| self.0.join(path).ok())
            .flatten()
            .filter(|url| url.origin() == self.0.origin() && url.username().is_empty())
            .ok_or_else(|| Problem::bad_request().detail("The path to return to is not one of this site."))
    }

    /// A page elsewhere can make a browser send a request with our cookie, but not with these headers.
    ///
    /// # Errors
    /// 403 where they do not say that a page of ours has sent it.
    pub fn check_same_origin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let same = match (headers.get(&FETCH_SITE), headers.get(header::ORIGIN)) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => origin == self.0.origin().ascii_serialization().as_str(),
            (None, None) => false,
        };
        let refused = || Problem::forbidden().detail("The request comes from a page of another site.");
        same.then_some(()).ok_or_else(refused)
    }
}

/// The first host name of the certificate that is no pattern, or else its first address.
fn name(tls: &Tls) -> Option<String> {
    let certificate = CertificateDer::pem_file_iter(&tls.certificate).ok()?.next()?.ok()?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&certificate).ok()?;
    let names = &certificate.subject_alternative_name().ok()??.value.general_names;
    let hosts = names.iter().filter_map(|name| match name {
        GeneralName::DNSName(host) if !host.contains('*') => Some((*host).to_owned()),
        _ => None,
    });
    let addresses = names.iter().filter_map(|name| match name {
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(v4) => Some(std::net::Ipv4Addr::from(v4).to_string()),
            Err(_) => {
                <[u8; 16]>::try_from(*bytes).ok().map(|v6| format!("[{}]", std::net::Ipv6Addr::from(v6)))
            }
        },
        _ => None,
    });
    hosts.chain(addresses).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site("https://heimdall.example".parse().expect("a URL"))
    }

    #[test]
    fn paths_stay_on_the_site() {
        let to = |path: &str| site().returning_to(path).map(String::from).map_err(|problem| problem.status);
        assert_eq!(to("/a?b=c#d").as_deref(), Ok("https://heimdall.example/a?b=c#d"));
        assert_eq!(to("/.//other.example").as_deref(), Ok("https://heimdall.example//other.example"));
        for elsewhere in [
            "https://other.example/",
            "//other.example",
            "/\\other.example",
            "/\t/other.example",
            "\\\\other.example",
            "javascript:alert(1)",
            "",
            "a",
        ] {
            assert_eq!(to(elsewhere), Err(400), "{elsewhere:?}");
        }
        assert_eq!(to(&format!("/{}", "a".repeat(LONGEST_PATH))), Err(400));
    }

    #[test]
    fn pages_elsewhere_are_told() {
        let check = |headers: &[(HeaderName, &'static str)]| {
            let headers = headers
                .iter()
                .map(|(name, value)| (name.clone(), axum::http::HeaderValue::from_static(value)));
            site().check_same_origin(&headers.collect()).is_ok()
        };
        assert!(check(&[(FETCH_SITE, "same-origin")]));
        assert!(check(&[(header::ORIGIN, "https://heimdall.example")]));
        assert!(!check(&[]));
        assert!(!check(&[(FETCH_SITE, "same-site"), (header::ORIGIN, "https://heimdall.example")]));
        assert!(!check(&[(FETCH_SITE, "none")]));
        assert!(!check(&[(header::ORIGIN, "https://heimdall.example:8443")]));
        assert!(!check(&[(header::ORIGIN, "http://heimdall.example")]));
        assert!(!check(&[(header::ORIGIN, "null")]));
    }
}
