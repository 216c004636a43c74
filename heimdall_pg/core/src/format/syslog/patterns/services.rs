//! Services that others log in to, or that act for them.

use super::Program;

pub(super) const CRON: Program = Program {
    names: &["cron", "crond", "crontab", "anacron"],
    patterns: &[
        ("cron.command", "({user}) CMD ({command*})"),
        ("cron.output", "({user}) CMDOUT ({_})"),
        ("cron.command_ended", "({user}) CMDEND ({command*})"),
        ("cron.listed", "({user}) LIST ({target_user})"),
        ("cron.edited", "({user}) BEGIN EDIT ({target_user})"),
        ("cron.edited", "({user}) END EDIT ({target_user})"),
        ("cron.replaced", "({user}) REPLACE ({target_user})"),
        ("cron.deleted", "({user}) DELETE ({target_user})"),
        ("cron.reloaded", "({user}) RELOAD ({path*})"),
    ],
};

pub(super) const LOGIND: Program = Program {
    names: &["systemd-logind"],
    patterns: &[
        ("session.new", "New session '{session}' of user '{user}' with class {_}"),
        ("session.new", "New session {session} of user {user*}."),
        ("session.logged_out", "Session {session} logged out. Waiting for processes to exit."),
        ("session.removed", "Removed session {session*}."),
    ],
};

pub(super) const SYSTEMD: Program = Program {
    names: &["systemd"],
    patterns: &[
        ("session.started", "Started Session {session} of user {user*}."),
        ("session.started", "Started Session {session} of User {user*}."),
        ("session.started", "Started session-{_}.scope - Session {session} of User {user*}."),
    ],
};

pub(super) const FTPD: Program = Program {
    names: &["ftpd", "in.ftpd", "wu-ftpd"],
    patterns: &[
        ("ftp.connected", "connection from {source} ({source_host}) at {_}"),
        ("ftp.connected", "connection from {source_host} [{source}]"),
        ("ftp.accepted", "ANONYMOUS FTP LOGIN FROM {source},  ({_})"),
        ("ftp.accepted", "ANONYMOUS FTP LOGIN FROM {source_host} [{source}], {_}"),
        ("ftp.accepted", "FTP LOGIN FROM {source_host} [{source}], {user}"),
        ("ftp.failed", "failed login from {source_host} [{source}]"),
    ],
};

pub(super) const KLOGIND: Program = Program {
    names: &["klogind"],
    patterns: &[
        ("auth.failed", "Authentication failed from {source} ({source_host}): {reason}"),
        ("auth.failed", "{reason=Kerberos authentication failed}"),
    ],
};

pub(super) const XINETD: Program = Program {
    names: &["xinetd"],
    patterns: &[
        ("connection.started", "START: {service} pid={_} from={source}"),
        ("connection.ended", "EXIT: {service} {_}"),
    ],
};

pub(super) const NAMED: Program = Program {
    names: &["named", "bind"],
    patterns: &[
        (
            "dns.query",
            "client @{_} {source}#{source_port} ({_}): query: {query} {query_class} {query_type} {_}",
        ),
        ("dns.query", "client {source}#{source_port} ({_}): query: {query} {query_class} {query_type} {_}"),
        ("dns.query", "client {source}#{source_port}: query: {query} {query_class} {query_type} {_}"),
        (
            "dns.answer",
            "client @{_} {source}#{source_port} ({_}): answer: {query} {query_class} {query_type} {_}",
        ),
        (
            "dns.refused",
            "client @{_} {source}#{source_port} ({_}): query (cache) '{query}/{query_type}/{query_class}' denied",
        ),
        ("dns.rewritten", "client @{_} {source}#{source_port} ({query}): rpz {_} rewrite {_}"),
    ],
};

/// Cisco's devices, which name a mnemonic and no program.
pub(super) const CISCO: Program = Program {
    names: &[],
    patterns: &[
        (
            "login.failed",
            "Login failed [user: {user*}] [Source: {source}] [localport: {destination_port}] [Reason: {reason}] at {_}",
        ),
        (
            "login.succeeded",
            "Login Success [user: {user*}] [Source: {source}] [localport: {destination_port}] at {_}",
        ),
    ],
};

pub(super) const SNMPD: Program =
    Program { names: &["snmpd"], patterns: &[("snmp.received", "Received SNMP packet(s) from {source}")] };
