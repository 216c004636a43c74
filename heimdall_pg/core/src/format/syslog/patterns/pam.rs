//! PAM, in whichever program. `pam_unix(sshd:auth): ` before the message is taken off.

pub(super) const PAM: &[(&str, &str)] = &[
    (
        "auth.failed",
        "authentication failure; logname={by_user} uid={uid} euid={euid} tty={tty} ruser={remote_user} rhost={source}  user={user}",
    ),
    (
        "auth.failed",
        "authentication failure; logname={by_user} uid={uid} euid={euid} tty={tty} ruser={remote_user} rhost={source} user={user}",
    ),
    (
        "auth.failed",
        "authentication failure; logname={by_user} uid={uid} euid={euid} tty={tty} ruser={remote_user} rhost={source}",
    ),
    (
        "auth.failed",
        "PAM {count} more authentication failures; logname={by_user} uid={uid} euid={euid} tty={tty} ruser={remote_user} rhost={source}  user={user}",
    ),
    (
        "auth.failed",
        "PAM {count} more authentication failures; logname={by_user} uid={uid} euid={euid} tty={tty} ruser={remote_user} rhost={source}",
    ),
    (
        "auth.failed",
        "PAM {count} more authentication failure; logname={by_user} uid={uid} euid={euid} tty={tty} ruser={remote_user} rhost={source}  user={user}",
    ),
    (
        "auth.failed",
        "PAM {count} more authentication failure; logname={by_user} uid={uid} euid={euid} tty={tty} ruser={remote_user} rhost={source}",
    ),
    ("auth.unknown_user", "check pass; user unknown"),
    ("auth.unknown_user", "User unknown"),
    ("auth.failed", "auth could not identify password for [{user*}]"),
    ("auth.locked", "Consecutive login failures for user {user*} account temporarily locked"),
    ("session.opened", "session opened for user {user}(uid={uid}) by {by_user}(uid={by_uid})"),
    ("session.opened", "session opened for user {user} by {by_user}(uid={by_uid})"),
    ("session.closed", "session closed for user {user}"),
    ("password.changed", "password changed for {user}"),
];
