//! The password file of libpq (`PGPASSFILE`, or `~/.pgpass`): lines of `host:port:database:user:password`, in which `*` is
//! anything and a backslash takes the meaning from what follows it.

use std::env::{home_dir, var_os};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::Host;
use zeroize::Zeroizing;

/// Gives the address the password that the file has for it, where it has none itself.
pub fn fill(address: &mut Config) {
    if address.get_password().is_some() {
        return;
    }
    let Some(text) = read() else { return };
    let host = match address.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        _ => "localhost".to_owned(),
    };
    let port = address.get_ports().first().copied().unwrap_or(5432).to_string();
    let user = address.get_user().unwrap_or_default().to_owned();
    let database = address.get_dbname().unwrap_or(&user).to_owned();
    if let Some(password) = find(&text, [&host, &port, &database, &user]) {
        address.password(&*password);
    }
}

/// As libpq, we do not believe a file that others can read.
fn read() -> Option<Zeroizing<String>> {
    let path = var_os("PGPASSFILE").map(PathBuf::from).or_else(|| Some(home_dir()?.join(".pgpass")))?;
    let metadata = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        tracing::warn!("the password file is not used: others than its owner may read it");
        return None;
    }
    std::fs::read_to_string(path).ok().map(Zeroizing::new)
}

/// The password of the first line that fits.
fn find(text: &str, wanted: [&str; 4]) -> Option<Zeroizing<String>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(fields).find_map(|fields| match fields.as_slice() {
        [host, port, database, user, password] => {
            let fits = [host, port, database, user]
                .iter()
                .zip(wanted)
                .all(|(given, wanted)| given.as_str() == "*" || given.as_str() == wanted);
            fits.then(|| password.clone())
        }
        _ => None,
    })
}

/// The five fields; of the last, a colon is part.
fn fields(line: &str) -> Vec<Zeroizing<String>> {
    let mut fields = vec![Zeroizing::new(String::new())];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let letter = match letter {
            ':' if fields.len() < 5 => {
                fields.push(Zeroizing::new(String::new()));
                continue;
            }
            '\\' => letters.next().unwrap_or('\\'),
            letter => letter,
        };
        if let Some(last) = fields.last_mut() {
            last.push(letter);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::find;

    fn password(text: &str, user: &str) -> Option<String> {
        find(text, ["db.example", "5432", "heimdall", user]).map(|password| password.to_string())
    }

    #[test]
    fn the_first_line_that_fits_counts() {
        let text = "# db.example:5432:heimdall:ada:comment\nother:*:*:*:no\nshort:line\n\
                    db.example:5432:heimdall:ada:first\n*:*:*:*:any\n";
        assert_eq!(password(text, "ada").as_deref(), Some("first"));
        assert_eq!(password(text, "bob").as_deref(), Some("any"));
        assert_eq!(password("db.example:5433:*:*:no\n", "ada"), None);
    }

    #[test]
    fn a_backslash_takes_the_meaning_from_a_colon_and_from_itself() {
        assert_eq!(password(r"*:*:*:a\:b\\c:x\:y:z", r"a:b\c").as_deref(), Some("x:y:z"));
        assert_eq!(password(r"*:*:*:\*:no", "ada").as_deref(), Some("no"), "libpq takes it for any, too");
    }
}
