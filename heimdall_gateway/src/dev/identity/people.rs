//! The made-up people of a security team, and the programs that come by themselves.

/// Somebody to log in as.
#[derive(Debug, PartialEq, Eq)]
pub struct Person {
    /// `sub` of their tokens.
    pub subject: &'static str,
    /// Whole name.
    pub name: &'static str,
    /// What they are.
    pub duty: &'static str,
    /// What they may.
    pub may: &'static str,
    /// Claim `groups`.
    pub groups: &'static [&'static str],
}

impl Person {
    /// An address that no mail reaches (RFC 2606).
    pub fn email(&self) -> String {
        format!("{}@security.example", self.subject)
    }

    /// Who has that subject.
    pub fn of(subject: &str) -> Option<&'static Person> {
        PEOPLE.iter().find(|person| person.subject == subject)
    }
}

/// A program with a secret of its own (client credentials). Its tokens are for the gateway.
pub struct Machine {
    /// Name of the client, `sub` of its tokens.
    pub client: &'static str,
    /// Claim `groups`.
    pub groups: &'static [&'static str],
}

/// The client of the gateway, with which people log in.
pub const PEOPLE_CLIENT: &str = "heimdall-people";

/// The audience of programs' tokens, and the client of the program that brings dumps.
pub const MACHINES_CLIENT: &str = "heimdall-machines";

/// All programs.
pub const MACHINES: [Machine; 2] = [
    Machine { client: MACHINES_CLIENT, groups: &["ingest"] },
    Machine { client: "heimdall-reader", groups: &["analyst"] },
];

/// All people.
pub const PEOPLE: [Person; 6] = [
    Person {
        subject: "ada",
        name: "Ada Byrne",
        duty: "Analyst",
        may: "asks, and sees what is marked up to TLP:AMBER",
        groups: &["analyst"],
    },
    Person {
        subject: "margaret",
        name: "Margaret Hale",
        duty: "Lead analyst",
        may: "sees up to TLP:RED, and opens what is sealed",
        groups: &["lead"],
    },
    Person {
        subject: "grace",
        name: "Grace Okafor",
        duty: "Data engineer",
        may: "makes sources and brings dumps, sees no record",
        groups: &["ingest"],
    },
    Person {
        subject: "joan",
        name: "Joan Castell",
        duty: "Administrator",
        may: "sees to mappings, rules, keys and erasure",
        groups: &["admin"],
    },
    Person {
        subject: "vera",
        name: "Vera Lindqvist",
        duty: "Auditor",
        may: "reads and verifies the audit trail, sees no record",
        groups: &["auditor"],
    },
    Person {
        subject: "karl",
        name: "Karl Weber",
        duty: "Facilities",
        may: "is in no group that Heimdall knows: is refused",
        groups: &["facilities"],
    },
];
