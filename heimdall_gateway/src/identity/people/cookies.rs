//! Cookies that nobody but a gateway with the same secret can read or make (AES-256-GCM). The name of a cookie is part of what is
//! sealed: one cannot stand for another.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, Key, PrivateCookieJar, SameSite};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::Secret;

/// Of a log-in that has begun.
pub const LOGIN: &str = "__Host-heimdall-login";
/// Of somebody who has logged in.
pub const SESSION: &str = "__Host-heimdall-session";

/// Bytes that browsers keep of a cookie, with its name and attributes.
const LARGEST: usize = 4096;

/// The cookies of requests and answers.
pub struct Cookies {
    key: Key,
}

/// What a request brings under a name.
pub enum Brought<T> {
    /// Nothing.
    Nothing,
    /// Something that is not ours.
    Forged,
    /// What was sealed.
    Sealed(T),
}

impl Cookies {
    /// # Errors
    /// Where the secret is too short to make a key of.
    pub fn new(secret: &Secret) -> Result<Cookies, String> {
        let secret = secret.expose().as_bytes();
        if secret.len() < 32 {
            return Err("HMD_COOKIE_SECRET: at least 32 bytes".to_owned());
        }
        Ok(Cookies { key: Key::derive_from(secret) })
    }

    /// Those of a request, for the answer to change.
    pub fn jar(&self, headers: &HeaderMap) -> PrivateCookieJar {
        PrivateCookieJar::from_headers(headers, self.key.clone())
    }

    /// What the request brings under that name.
    pub fn open<T: DeserializeOwned>(&self, headers: &HeaderMap, name: &str) -> Brought<T> {
        let is_there = axum_extra::extract::cookie::CookieJar::from_headers(headers).get(name).is_some();
        match self.jar(headers).get(name) {
            None if is_there => Brought::Forged,
            None => Brought::Nothing,
            Some(cookie) => serde_json::from_str(cookie.value()).map_or(Brought::Forged, Brought::Sealed),
        }
    }
}

/// For the answer to set, sealed by the jar. None where a browser would not keep it.
pub fn cookie(name: &'static str, content: &impl Serialize) -> Option<Cookie<'static>> {
    let content = serde_json::to_string(content).ok()?;
    let mut cookie = bare(name);
    // Sealed, it has a nonce and a tag, and is written in base64.
    let sealed = (content.len() + 28).div_ceil(3) * 4;
    if sealed + cookie.to_string().len() > LARGEST {
        return None;
    }
    cookie.set_value(content);
    Some(cookie)
}

/// The name and attributes: what there is to remove one. Without an age, it goes with the browser.
pub fn bare(name: &'static str) -> Cookie<'static> {
    Cookie::build(name).path("/").secure(true).http_only(true).same_site(SameSite::Lax).build()
}
