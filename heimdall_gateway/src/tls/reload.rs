//! Certificate and authorities of the moment. When the files change they are read anew, all of them; where one is refused, the old
//! ones stay in place.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::check::{Pair, check};
use super::refusal::Refusal;
use crate::config::{self, Config, Environment};

/// How often the files are looked at. They are read once they have not changed between two looks, so that a pair that is
/// half written is rarely seen; where it is, the other half is the next change.
const LOOK: Duration = Duration::from_secs(2);

/// From when on the log says that the certificate will expire.
const SOON: i64 = 30;

/// Our certificate, its key, the authorities, and where they come from.
#[derive(Debug)]
pub struct Certificates {
    files: config::Tls,
    host: Option<String>,
    environment: Environment,
    shown: ArcSwap<Pair>,
    last: ArcSwapOption<Reload>,
    read: Mutex<Looks>,
}

/// How the certificate is doing.
#[derive(Clone, Debug)]
pub struct Status {
    /// When it, or one of its chain, expires.
    pub expires: Timestamp,
    /// The last time it was read anew.
    pub reload: Option<Arc<Reload>>,
}

/// What became of a reload.
#[derive(Clone, Debug)]
pub struct Reload {
    /// When.
    pub at: Timestamp,
    /// Why the new one was not taken, where it was not.
    pub refused: Option<String>,
}

impl Status {
    /// Whole days until it expires; negative afterwards.
    pub fn days_left(&self) -> i64 {
        (self.expires.as_second() - Timestamp::now().as_second()).div_euclid(86_400)
    }
}

impl Certificates {
    /// Reads and checks them.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn load(config: &Config) -> Result<Arc<Certificates>, Vec<Refusal>> {
        let host = config.listen.public_url.as_ref().and_then(|url| url.host_str()).map(str::to_owned);
        let read = Mutex::new(Looks::of(&config.tls));
        let pair = check(&config.tls, host.as_deref(), config.environment)?;
        let certificates = Certificates {
            files: config.tls.clone(),
            host,
            environment: config.environment,
            shown: ArcSwap::from_pointee(pair),
            last: ArcSwapOption::empty(),
            read,
        };
        certificates.warn_of_end();
        Ok(Arc::new(certificates))
    }

    /// How it is doing.
    pub fn status(&self) -> Status {
        Status { expires: self.shown.load().expires, reload: self.last.load_full() }
    }

    pub(super) fn verifier(&self) -> Arc<WebPkiServerVerifier> {
        Arc::clone(&self.shown.load().verifier)
    }

    /// Reads the files anew, and takes what is in them where nothing is wrong with it. The log says which.
    pub fn reload(&self) {
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Looks::of(&self.files);
        let refused = match check(&self.files, self.host.as_deref(), self.environment) {
            Ok(pair) => {
                tracing::info!(expires = %pair.expires, "the certificate was read anew");
                self.shown.store(Arc::new(pair));
                self.warn_of_end();
                None
            }
            Err(refusals) => {
                let why = refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                tracing::error!(why, "the new certificate is refused, the old one stays");
                Some(why)
            }
        };
        self.last.store(Some(Arc::new(Reload { at: Timestamp::now(), refused })));
    }

    /// Looks at the files as long as it is polled.
    pub async fn watch(self: Arc<Self>) {
        let mut before = None;
        loop {
            tokio::time::sleep(LOOK).await;
            let certificates = Arc::clone(&self);
            // The files may lie on a network.
            let looked = tokio::task::spawn_blocking(move || certificates.look(before)).await;
            before = looked.ok();
        }
    }

    fn look(&self, before: Option<Looks>) -> Looks {
        let now = Looks::of(&self.files);
        let changed = *self.read.lock().unwrap_or_else(PoisonError::into_inner) != now;
        if changed && before.as_ref() == Some(&now) {
            self.reload();
        }
        now
    }

    fn warn_of_end(&self) {
        let days = self.status().days_left();
        if days < SOON {
            tracing::warn!(days, "the certificate will expire soon");
        }
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.shown.load().certified))
    }
}

/// What shows that files have changed, without reading them. A link that points elsewhere is a change too.
#[derive(Debug, PartialEq, Eq)]
struct Looks([Option<Look>; 3]);

#[derive(Debug, PartialEq, Eq)]
struct Look {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Looks {
    fn of(files: &config::Tls) -> Looks {
        let files = [Some(&files.certificate), Some(&files.key), files.authorities.as_ref()];
        Looks(files.map(|file| fs::metadata(file?).ok()).map(|found| {
            found.map(|found| Look {
                device: found.dev(),
                inode: found.ino(),
                length: found.len(),
                modified: (found.mtime(), found.mtime_nsec()),
            })
        }))
    }
}
