//! What programs write about logins: patterns of messages, as data, by program.

mod accounts;
mod pam;
mod services;
mod ssh;

use std::sync::LazyLock;

use super::pattern::Pattern;

/// The messages of one kind of program.
pub(super) struct Program {
    /// Names of the programs, without what follows a bracket or a slash.
    pub names: &'static [&'static str],
    /// Event and pattern. The first that fits counts.
    pub patterns: &'static [(&'static str, &'static str)],
}

const PROGRAMS: [&Program; 14] = [
    &ssh::SSHD,
    &accounts::SUDO,
    &accounts::SU,
    &accounts::LOGIN,
    &accounts::SHADOW,
    &services::CRON,
    &services::LOGIND,
    &services::SYSTEMD,
    &services::FTPD,
    &services::KLOGIND,
    &services::XINETD,
    &services::SNMPD,
    &services::NAMED,
    &services::CISCO,
];

/// Programs with their patterns taken apart, and those of PAM, which speaks through any program.
pub(super) struct Patterns {
    programs: Vec<(&'static [&'static str], Vec<Pattern>)>,
    pub pam: Vec<Pattern>,
}

/// All of them.
pub(super) static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let parsed = |patterns: &[(&'static str, &'static str)]| -> Vec<Pattern> {
        patterns.iter().map(|(event, pattern)| Pattern::new(event, pattern)).collect()
    };
    Patterns {
        programs: PROGRAMS.iter().map(|program| (program.names, parsed(program.patterns))).collect(),
        pam: parsed(pam::PAM),
    }
});

impl Patterns {
    /// The patterns of a program. A message without a header may be any program's.
    pub fn of<'a>(&'a self, app: &'a str) -> impl Iterator<Item = &'a Pattern> {
        let name = app.split(['(', '[']).next().unwrap_or(app);
        let name = name.rsplit(['/', ' ']).next().unwrap_or(name);
        let is_it = move |names: &&[&str]| {
            app.is_empty() || names.iter().any(|other| name.eq_ignore_ascii_case(other))
        };
        self.programs.iter().filter(move |(names, _)| is_it(names)).flat_map(|(_, patterns)| patterns)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn patterns_are_well_written() {
        let all = PROGRAMS.iter().flat_map(|program| program.patterns).chain(pam::PAM);
        let mut known = HashSet::new();
        for (event, pattern) in all {
            assert!(event.bytes().all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte)), "{event}");
            assert_eq!(pattern.matches('{').count(), pattern.matches('}').count(), "{pattern}");
            assert!(pattern.matches("*}").count() <= 1, "{pattern}: two stars");
            assert!(!pattern.contains("}{"), "{pattern}: nothing between two columns");
            assert!(known.insert(pattern), "{pattern}: twice");
        }
    }

    #[test]
    fn a_program_is_known_however_it_calls_itself() {
        for app in ["sshd", "sshd(pam_unix)", "/usr/sbin/sshd", "SSHD", "sshd-session", ""] {
            assert!(PATTERNS.of(app).any(|pattern| pattern.event == "ssh.accepted"), "{app}");
        }
        assert_eq!(PATTERNS.of("sshdx").count(), 0);
    }
}
