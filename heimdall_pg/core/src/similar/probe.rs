//! What to look for when the look-alikes of a value are wanted.

use super::{embedding_domain, embedding_url};
use crate::canonical::parts::url_host;
use crate::canonical::{self, CanonicalError, Kind};

/// The kind of look-alike that is wanted, the value in its canonical form, and the vectors to look near to.
#[derive(Debug, PartialEq)]
pub struct Probes {
    /// [`Kind::Domain`] or [`Kind::Url`].
    pub kind: Kind,
    /// What was asked about: not a look-alike of itself.
    pub own: String,
    /// One for the value; one more for a name that stands below another (`paypal.com.evil.example`).
    pub vectors: Vec<Vec<f32>>,
}

/// Probes for a value, which may be defanged. Without a kind, look-alikes are of the value's own.
///
/// A domain can be asked about among URLs, whose hosts are then compared, and a URL by its host among domains.
///
/// # Errors
/// Where the value is neither, or the host of a URL is an address and domains are wanted.
pub fn probes(value: &str, kind: Option<Kind>) -> Result<Probes, CanonicalError> {
    let domain = canonical::canonical_observable(Kind::Domain, value);
    match (domain, kind.unwrap_or(Kind::Domain)) {
        (Ok(domain), Kind::Url) => {
            Ok(Probes { kind: Kind::Url, vectors: domain_vectors(&domain), own: domain.into_owned() })
        }
        (Ok(domain), _) => {
            Ok(Probes { kind: Kind::Domain, vectors: domain_vectors(&domain), own: domain.into_owned() })
        }
        (Err(_), Kind::Domain) if kind.is_some() => {
            let url = canonical::canonical_observable(Kind::Url, value)?;
            match url_host(&url) {
                Some((Kind::Domain, host)) => {
                    Ok(Probes { kind: Kind::Domain, vectors: domain_vectors(&host), own: host.into_owned() })
                }
                _ => Err(CanonicalError { kind: Kind::Domain, reason: "a URL without a name of a host" }),
            }
        }
        _ => {
            let url = canonical::canonical_observable(Kind::Url, value)?.into_owned();
            Ok(Probes { kind: Kind::Url, vectors: vec![embedding_url(&url)], own: url })
        }
    }
}

fn domain_vectors(domain: &str) -> Vec<Vec<f32>> {
    let within = name_within(domain).map(embedding_domain);
    std::iter::once(embedding_domain(domain)).chain(within).collect()
}

/// The whole name of a domain that stands below another one: `paypal.com` of `paypal.com.evil.example`.
fn name_within(domain: &str) -> Option<&str> {
    let registrable = psl::domain_str(domain)?;
    let below = domain.strip_suffix(registrable)?.strip_suffix('.')?;
    let suffix = psl::suffix(below.as_bytes())?;
    (suffix.is_known() && psl::domain_str(below).is_some()).then_some(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: &str, kind: Option<Kind>) -> (Kind, String, usize) {
        let probes = probes(value, kind).unwrap();
        (probes.kind, probes.own, probes.vectors.len())
    }

    #[test]
    fn the_kind_is_that_of_the_value() {
        assert_eq!(found("Example[.]org.", None), (Kind::Domain, "example.org".to_owned(), 1));
        assert_eq!(found("hxxp://Example.org", None), (Kind::Url, "http://example.org/".to_owned(), 1));
    }

    #[test]
    fn another_kind_can_be_wanted() {
        assert_eq!(found("example.org", Some(Kind::Url)), (Kind::Url, "example.org".to_owned(), 1));
        assert_eq!(
            found("http://example.org/a", Some(Kind::Domain)),
            (Kind::Domain, "example.org".to_owned(), 1)
        );
        assert!(probes("http://192.0.2.1/", Some(Kind::Domain)).is_err());
        for neither in ["", "192.0.2.1", "a b"] {
            assert!(probes(neither, None).is_err(), "{neither}");
        }
    }

    #[test]
    fn a_name_below_another_is_looked_for_as_well() {
        assert_eq!(name_within("paypal.com.evil.example"), Some("paypal.com"));
        assert_eq!(name_within("login.paypal.co.uk.evil.org"), Some("login.paypal.co.uk"));
        for none in ["www.example.org", "a.b.example.org", "com.example.org", "example.org", "localhost"] {
            assert_eq!(name_within(none), None, "{none}");
        }
        let within = probes("paypal.com.evil.example", None).unwrap().vectors;
        assert_eq!(within.get(1), Some(&embedding_domain("paypal.com")));
    }
}
