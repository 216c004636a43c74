//! Programs that change who one is, or who there is: sudo, su, login, and those of the shadow suite.

use super::Program;

pub(super) const SUDO: Program = Program {
    names: &["sudo"],
    patterns: &[
        (
            "sudo.command",
            "{user} : TTY={tty} ; PWD={cwd} ; USER={target_user} ; GROUP={group} ; COMMAND={command}",
        ),
        ("sudo.command", "{user} : TTY={tty} ; PWD={cwd} ; USER={target_user} ; COMMAND={command}"),
        (
            "sudo.command",
            "{user} : TTY={tty} ; PWD={cwd} ; USER={target_user} ; TSID={_} ; COMMAND={command}",
        ),
        ("sudo.command", "{user} : PWD={cwd} ; USER={target_user} ; COMMAND={command}"),
        (
            "sudo.refused",
            "{user} : {reason} ; TTY={tty} ; PWD={cwd} ; USER={target_user} ; COMMAND={command}",
        ),
        ("sudo.refused", "{user} : {reason} ; PWD={cwd} ; USER={target_user} ; COMMAND={command}"),
    ],
};

pub(super) const SU: Program = Program {
    names: &["su", "su-l"],
    patterns: &[
        ("su.succeeded", "Successful su for {target_user} by {user}"),
        ("su.failed", "FAILED su for {target_user} by {user}"),
        ("su.succeeded", "(to {target_user}) {user} on {tty}"),
        ("su.failed", "FAILED SU (to {target_user}) {user} on {tty}"),
        ("su.succeeded", "+ {tty} {user}:{target_user}"),
        ("su.failed", "- {tty} {user}:{target_user}"),
    ],
};

pub(super) const LOGIN: Program = Program {
    names: &["login", "root", "remote"],
    patterns: &[
        ("login.succeeded", "{user=ROOT} LOGIN ON {tty} FROM {source}"),
        ("login.succeeded", "{user=ROOT} LOGIN ON {tty}"),
        ("login.succeeded", "{user=ROOT} LOGIN  on '{tty}'"),
        ("login.succeeded", "LOGIN ON {tty} BY {user*} FROM {source}"),
        ("login.succeeded", "LOGIN ON {tty} BY {user}"),
        ("login.failed", "FAILED LOGIN {count} FROM {source} FOR {user*}, {reason}"),
        ("login.failed", "FAILED LOGIN ({count}) on '{tty}' FOR '{user*}', {reason}"),
        ("login.failed", "FAILED LOGIN SESSION FROM {source} FOR {user*}, {reason}"),
    ],
};

pub(super) const SHADOW: Program = Program {
    names: &[
        "useradd", "adduser", "userdel", "usermod", "groupadd", "groupdel", "gpasswd", "passwd", "chage",
        "chpasswd",
    ],
    patterns: &[
        ("user.added", "new user: name={user}, UID={uid}, GID={gid}, home={home}, shell={shell}, from={tty}"),
        ("user.added", "new user: name={user}, UID={uid}, GID={gid}, home={home}, shell={shell}"),
        ("user.deleted", "delete user '{user}'"),
        ("user.deleted", "delete user `{user}'"),
        ("group.added", "new group: name={group}, GID={gid}"),
        ("group.deleted", "removed group '{group}' owned by '{user}'"),
        ("group.deleted", "group '{group}' removed"),
        ("group.member_added", "add '{user}' to group '{group}'"),
        ("group.member_added", "add '{user}' to shadow group '{group}'"),
        ("group.member_added", "user {user} added by {by_user} to group {group}"),
        ("group.member_removed", "delete '{user}' from group '{group}'"),
        ("group.member_removed", "delete '{user}' from shadow group '{group}'"),
        ("group.member_removed", "user {user} removed by {by_user} from group {group}"),
        ("password.changed", "change user '{user}' password"),
        ("user.locked", "lock user '{user}' password"),
        ("user.unlocked", "unlock user '{user}' password"),
        ("user.failed", "failed adding user '{user}', {reason}"),
    ],
};
