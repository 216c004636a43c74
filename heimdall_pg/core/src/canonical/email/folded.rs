//! One text for the addresses that a provider delivers to one mailbox.

use std::borrow::Cow;

use super::canonical_email;
use crate::canonical::CanonicalError;

/// What a provider does not look at in the local part.
struct Provider {
    /// Its domains. An address keeps its own, but for what `same_mailbox` says.
    domains: &'static [&'static str],
    /// True where dots are ignored.
    dots: bool,
    /// True where the domains lead to one mailbox, which is then written with the first of them.
    same_mailbox: bool,
}

/// Providers that ignore `+` and what follows it, with the help page that says so:
///
/// - Gmail, "Create task-specific email addresses" and "Dots don't matter in Gmail addresses"; googlemail.com is
///   the same service.
/// - Outlook.com, whose servers are those of Exchange Online ("Plus addressing in Exchange Online").
/// - Fastmail, "Plus addressing and subdomain addressing".
/// - Proton Mail, "Addresses and aliases".
/// - iCloud Mail, which delivers `name+tag` to `name`; no page says so.
///
/// Yahoo is not one of them: there, what stands before a hyphen is a name of its own, not the account.
const PROVIDERS: [Provider; 5] = [
    Provider { domains: &["gmail.com", "googlemail.com"], dots: true, same_mailbox: true },
    Provider {
        domains: &["outlook.com", "hotmail.com", "live.com", "msn.com"],
        dots: false,
        same_mailbox: false,
    },
    Provider { domains: &["fastmail.com", "fastmail.fm"], dots: false, same_mailbox: false },
    Provider {
        domains: &["protonmail.com", "protonmail.ch", "proton.me", "pm.me"],
        dots: false,
        same_mailbox: false,
    },
    Provider { domains: &["icloud.com", "me.com", "mac.com"], dots: false, same_mailbox: false },
];

/// The canonical text of an e-mail address without what its provider ignores: `A.da+news@googlemail.com` gives
/// `ada@gmail.com`.
///
/// Addresses of other domains are as [`canonical_email`] gives them, and so are those with a quoted local part.
pub fn canonical_email_folded(raw: &str) -> Result<Cow<'_, str>, CanonicalError> {
    let address = canonical_email(raw)?;
    let Some((local, domain)) = address.rsplit_once('@').filter(|(local, _)| !local.starts_with('"')) else {
        return Ok(address);
    };
    let Some(provider) = PROVIDERS.iter().find(|provider| provider.domains.contains(&domain)) else {
        return Ok(address);
    };
    let name = local.split('+').next().filter(|name| !name.is_empty()).unwrap_or(local);
    let name = if provider.dots { name.replace('.', "") } else { name.to_owned() };
    let first = provider.domains.first().filter(|_| provider.same_mailbox);
    let folded = format!("{name}@{}", first.unwrap_or(&domain));
    if folded == *address {
        return Ok(address);
    }
    // Without its tag, a name may end in a dot or read as defanged.
    match canonical_email(&folded) {
        Ok(folded) => Ok(Cow::Owned(folded.into_owned())),
        Err(_) => Ok(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_of_one_mailbox() {
        for (raw, text) in [
            ("A.d.a+news@gmail.com", "ada@gmail.com"),
            ("Ada <ada+a+b@GoogleMail.com>", "ada@gmail.com"),
            ("ada.l+x@outlook.com", "ada.l@outlook.com"),
            ("ada+x@hotmail.com", "ada@hotmail.com"),
            ("ada+x@fastmail.fm", "ada@fastmail.fm"),
            ("ada+x@pm.me", "ada@pm.me"),
            ("ada+x@icloud.com", "ada@icloud.com"),
        ] {
            assert_eq!(canonical_email_folded(raw).unwrap(), text, "{raw}");
        }
    }

    #[test]
    fn the_rest_is_kept() {
        for raw in [
            "a.da+news@example.org",
            "ada-news@yahoo.com",
            "+news@gmail.com",
            "ada@gmail.com",
            "\"a b\"@gmail.com",
            "ada+news@mail.gmail.com",
        ] {
            assert_eq!(canonical_email_folded(raw).unwrap(), raw);
        }
        assert!(matches!(canonical_email_folded("ada@gmail.com"), Ok(Cow::Borrowed(_))));
        assert!(canonical_email_folded("ada").is_err());
    }

    proptest! {
        #[test]
        fn once_is_enough(local in "[a.+{}t\"]{1,10}", domain in "(gmail|googlemail|outlook|live)\\.com") {
            if let Ok(once) = canonical_email_folded(&format!("{local}@{domain}")) {
                prop_assert_eq!(canonical_email_folded(&once).map(Cow::into_owned), Ok(once.to_string()));
            }
        }
    }
}
