//! Keys in the environment of the server: taken into locked memory when the library is loaded, and wiped there.
//!
//! The environment is where keys get about: every process of the server has a copy of it, every program that one of
//! them runs (`COPY … FROM PROGRAM`, `archive_command`) inherits it, `/proc/PID/environ` shows it, a core file has it.
//! Loaded with the server, the library takes the keys out before there is another process.

use std::cell::RefCell;
use std::ffi::CString;

use heimdall_core::protect::{KeySource, KeySourceError, Secret, SecretError};
use zeroize::{Zeroize, Zeroizing};

use super::locked::LockedSecret;
use crate::error::Error;

/// What a variable held.
type Content = Result<LockedSecret, SecretError>;

thread_local! {
    static TAKEN: RefCell<Vec<(&'static str, Content)>> = const { RefCell::new(Vec::new()) };
}

/// The key that a variable held when the library was loaded.
pub struct Taken(pub &'static str);

impl KeySource for Taken {
    fn fetch(&self) -> Result<Option<Secret>, KeySourceError> {
        TAKEN.with_borrow(|taken| match taken.iter().find(|(name, _)| *name == self.0) {
            None => Ok(None),
            Some((_, Ok(locked))) => Ok(Some(locked.secret())),
            Some((_, Err(error))) => Err((*error).into()),
        })
    }
}

/// Takes the key that a variable holds, where it holds one, and leaves nothing of it in the environment.
pub fn take(name: &'static str) -> Result<(), Error> {
    let Ok(text) = std::env::var(name).map(Zeroizing::new) else { return Ok(()) };
    let content = match Secret::parse(&text) {
        Ok(secret) => Ok(LockedSecret::new(&secret)?),
        Err(error) => Err(error),
    };
    TAKEN.with_borrow_mut(|taken| taken.push((name, content)));
    let terminated = CString::new(name).unwrap_or_default();
    // SAFETY: Postgres has one thread; what `getenv` gives is a terminated string of this process.
    unsafe {
        let value = libc::getenv(terminated.as_ptr());
        if !value.is_null() {
            std::slice::from_raw_parts_mut(value.cast::<u8>(), libc::strlen(value)).zeroize();
        }
        std::env::remove_var(name);
    }
    if let Some((start, end)) = initial_environment() {
        // SAFETY: the system says that the process was started with its environment there, on its stack, which is
        // its own to write. Postgres has copied it and shows its title in the same place; nothing else reads it.
        wipe(unsafe { std::slice::from_raw_parts_mut(start as *mut u8, end - start) }, name);
    }
    Ok(())
}

/// Where the environment was when the process was started, which is what `/proc/PID/environ` shows (`proc(5)`).
fn initial_environment() -> Option<(usize, usize)> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, the second field, may have anything in it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(ENV_START - 3);
    let (start, end) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    (start != 0 && start < end).then_some((start, end))
}

/// Number of the field `env_start`; `env_end` follows it.
const ENV_START: usize = 50;

/// Wipes the value of a variable among terminated `NAME=value`.
fn wipe(environment: &mut [u8], name: &str) {
    for entry in environment.split_mut(|byte| *byte == 0) {
        if let Some(value) = entry.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b"=")) {
            let from = entry.len() - value.len();
            entry[from..].zeroize();
        }
    }
}
