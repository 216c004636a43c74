//! A key that a command writes to its standard output: from a vault, a TPM, a key-management service.

use std::io::{ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use zeroize::Zeroizing;

use super::{KeySource, KeySourceError};
use crate::protect::{Secret, SecretError};

/// No key is longer, white space included.
const LONGEST: usize = 512;

/// Between two looks at whether the command has ended, once it has closed its output.
const NAP: Duration = Duration::from_millis(2);

/// A command that gives a key. Run by the shell, as Postgres runs its `archive_command`.
#[derive(Clone, Debug)]
pub struct KeyCommand {
    line: String,
    patience: Duration,
}

impl KeyCommand {
    /// How long a command may take: whoever waits for it cannot be cancelled meanwhile.
    pub const PATIENCE: Duration = Duration::from_secs(10);

    /// A command that is ended, with all that it has started, when it gives no key within `patience`.
    pub fn new(line: impl Into<String>, patience: Duration) -> KeyCommand {
        KeyCommand { line: line.into(), patience }
    }
}

impl KeySource for KeyCommand {
    fn fetch(&self) -> Result<Option<Secret>, KeySourceError> {
        let end = Instant::now() + self.patience;
        // A socket rather than a pipe: it can be waited for with a limit.
        let (mut ours, theirs) = UnixStream::pair().map_err(KeySourceError::NotRun)?;
        let mut running = Running::start(&self.line, theirs.into())?;
        let too_slow = || KeySourceError::TooSlow(self.patience);
        let mut bytes = Zeroizing::new([0u8; LONGEST]);
        let len = read(&mut ours, bytes.as_mut(), end).ok_or_else(too_slow)?;
        if len == LONGEST {
            return Err(KeySourceError::TooLong);
        }
        let status = running.end(end).ok_or_else(too_slow)?;
        if !status.success() {
            return Err(KeySourceError::Failed(status));
        }
        let text = std::str::from_utf8(&bytes[..len]).map_err(|_| SecretError::Encoding)?;
        Ok(Some(Secret::parse(text)?))
    }
}

/// Reads until the output is closed or `into` is full, and gives the length; none where that takes too long.
fn read(from: &mut UnixStream, into: &mut [u8], end: Instant) -> Option<usize> {
    let mut len = 0;
    while len < into.len() {
        let left = end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
        from.set_read_timeout(Some(left)).ok()?;
        match from.read(&mut into[len..]) {
            Ok(0) => break,
            Ok(read) => len += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(len)
}

/// A command in a process group of its own, which is ended with this.
struct Running {
    child: Child,
    has_been_waited_for: bool,
}

impl Running {
    fn start(line: &str, output: OwnedFd) -> Result<Running, KeySourceError> {
        Command::new("/bin/sh")
            .args(["-c", line])
            .stdin(Stdio::null())
            .stdout(output)
            // It may show the key, and the server's log is no place for that.
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map(|child| Running { child, has_been_waited_for: false })
            .map_err(KeySourceError::NotRun)
    }

    /// Waits for its end; none where that takes too long.
    fn end(&mut self, end: Instant) -> Option<ExitStatus> {
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => {
                    self.has_been_waited_for = true;
                    return Some(status);
                }
                Ok(None) if Instant::now() < end => std::thread::sleep(NAP),
                _ => return None,
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Until it has been waited for, its number is its own: also that of the group.
        if !self.has_been_waited_for {
            let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
            // There may be nobody left in it.
            let _ = group.map(|group| kill_process_group(group, Signal::KILL));
            let _ = self.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn fetch(line: &str) -> Result<Option<Secret>, KeySourceError> {
        KeyCommand::new(line, KeyCommand::PATIENCE).fetch()
    }

    #[test]
    fn what_it_writes_is_the_key() {
        let key = fetch(&format!("printf %s {KEY} | cat; echo")).unwrap().unwrap();
        assert_eq!(key.bytes(), Secret::parse(KEY).unwrap().bytes());
    }

    #[test]
    fn a_command_that_fails_gives_no_key_and_shows_nothing_but_its_status() {
        let error = fetch(&format!("echo {KEY}; echo {KEY} >&2; exit 3")).unwrap_err();
        assert_eq!(error.to_string(), "its command has ended with exit status: 3");
        let error = fetch("kill -TERM $$").unwrap_err();
        assert!(matches!(error, KeySourceError::Failed(_)), "{error}");
        let error = fetch("/nowhere/command").unwrap_err();
        assert_eq!(error.to_string(), "its command has ended with exit status: 127");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(matches!(fetch("true"), Err(KeySourceError::Secret(SecretError::Length))));
        assert!(matches!(fetch("echo hunter2!"), Err(KeySourceError::Secret(SecretError::Encoding))));
        assert!(matches!(fetch("printf '\\377'"), Err(KeySourceError::Secret(SecretError::Encoding))));
    }

    #[test]
    fn one_that_writes_for_ever_is_ended() {
        assert!(matches!(fetch("yes"), Err(KeySourceError::TooLong)));
    }

    /// Also where a process that it has started keeps the output open, and where it has closed its output.
    #[test]
    fn one_that_takes_too_long_is_ended_with_all_that_it_has_started() {
        let marker = std::env::temp_dir().join(format!("heimdall-command-{}", std::process::id()));
        for line in ["sleep 600 & echo $! >MARKER", "echo $$ >MARKER; exec >&-; sleep 600"] {
            let line = line.replace("MARKER", &marker.display().to_string());
            let error = KeyCommand::new(line, Duration::from_millis(500)).fetch().unwrap_err();
            assert!(matches!(error, KeySourceError::TooSlow(_)), "{error}");
            let pid = std::fs::read_to_string(&marker).unwrap();
            let has_ended = || {
                let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
                stat.map_or(true, |stat| stat.contains(") Z"))
            };
            let patience = Instant::now() + KeyCommand::PATIENCE;
            while !has_ended() {
                assert!(Instant::now() < patience, "it lives on");
            }
        }
        std::fs::remove_file(marker).unwrap();
    }
}
