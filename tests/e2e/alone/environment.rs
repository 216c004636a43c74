//! Keys that a server has in its environment are in no process' environment afterwards.

use std::fs::{File, read, read_to_string};
use std::io::{Read, Seek, SeekFrom};

use heimdall_tests::{Database, Server, eventually};

use crate::{LOGINS_CSV, alone, with_logins};

/// The two keys that the server has, as they are written.
fn keys_of(database: &Database) -> [String; 2] {
    ["master", "hash"].map(|key| {
        let file = database.value(&format!("SHOW heimdall.{key}_key_file"));
        read_to_string(file).expect("the key").trim().to_owned()
    })
}

fn postmaster_of(server: &Server) -> String {
    let file = read_to_string(server.data.join("postmaster.pid")).expect("postmaster.pid");
    file.lines().next().expect("its number").to_owned()
}

/// What is not a key is left as it is: so that the tests below see that they look in the right place.
const CONTROL: (&str, &str) = ("HMD_CONTROL", "anything-but-a-key");

fn holds(haystack: &[u8], text: &str) -> bool {
    haystack.windows(text.len()).any(|window| window == text.as_bytes())
}

fn environment_of(pid: &str) -> Vec<u8> {
    read(format!("/proc/{pid}/environ")).expect("the environment of a process of the server's account")
}

/// Whether a text stands in the memory that a process has to itself. None where the system does not let us look.
fn memory_holds(pid: &str, text: &str) -> Option<bool> {
    let mut memory = File::open(format!("/proc/{pid}/mem")).ok()?;
    let maps = read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let mut found = false;
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (range, _) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let (start, end) = (u64::from_str_radix(start, 16).ok()?, u64::from_str_radix(end, 16).ok()?);
        let mut bytes = vec![0; (end - start) as usize];
        memory.seek(SeekFrom::Start(start)).ok()?;
        // Some of it cannot be read, such as what the kernel maps.
        if memory.read_exact(&mut bytes).is_ok() {
            found |= holds(&bytes, text);
        }
    }
    Some(found)
}

#[test]
fn keys_in_the_environment_are_taken_out_of_it_and_no_child_inherits_them() {
    let _alone = alone();
    let original = with_logins();
    original.ingest("logins", LOGINS_CSV);
    let [master, hash] = keys_of(&original);
    let copy = original.server().base_backup();
    let archived = copy.data.with_file_name("archived");
    let settings = format!(
        "heimdall.master_key_file = ''\nheimdall.hash_key_file = ''\n\
         archive_mode = on\narchive_command = 'env > {}'\n",
        archived.display()
    );
    copy.start_with(&settings, &[("HMD_MASTER_KEY", &master), ("HMD_HASH_KEY", &hash), CONTROL]);
    let database = Database::existing(copy.clone(), original.name());

    // They are what the server works with.
    let ada = database.value("SELECT key FROM heimdall.lookup('user', 'ada')");
    assert_eq!(database.unsealed(&ada, "value"), "ada");
    assert_eq!(database.ingest("logins", "user,src\njoan,192.0.2.3\n").vertices_created, 2);

    let backend = database.value("SELECT pg_backend_pid()");
    let postmaster = postmaster_of(&copy);
    assert!(holds(&environment_of(&postmaster), CONTROL.1), "the control");
    for pid in [&postmaster, &backend] {
        for key in [&master, &hash] {
            assert!(!holds(&environment_of(pid), key), "in the environment");
            assert_ne!(memory_holds(pid, key), Some(true), "in memory, as it was written");
        }
    }

    database.run("CREATE TEMPORARY TABLE seen (line text); COPY seen FROM PROGRAM 'env'");
    let by_backend = format!("{:?}", database.rows("SELECT * FROM seen"));
    database.run("SELECT pg_switch_wal()");
    let by_archiver = || read_to_string(&archived).unwrap_or_default();
    eventually("the archiver has run its command", || by_archiver().contains(CONTROL.1));
    assert!(by_backend.contains(CONTROL.1), "the control");
    for key in [&master, &hash] {
        assert!(!by_backend.contains(key.as_str()) && !by_archiver().contains(key.as_str()), "inherited");
    }
    for name in ["HMD_MASTER_KEY", "HMD_HASH_KEY"] {
        assert!(!by_backend.contains(name) && !by_archiver().contains(name), "{name} is inherited");
    }
}

/// The control: what the test above looks for is there where nobody takes it out.
#[test]
fn a_server_without_the_library_shows_them_to_everybody() {
    let _alone = alone();
    let original = with_logins();
    let [master, _] = keys_of(&original);
    let copy = original.server().base_backup();
    copy.start_with("shared_preload_libraries = 'age'\n", &[("HMD_MASTER_KEY", &master)]);
    let database = Database::existing(copy.clone(), original.name());
    let postmaster = postmaster_of(&copy);
    assert!(holds(&environment_of(&postmaster), &master));
    assert_ne!(memory_holds(&postmaster, &master), Some(false));
    database.run("CREATE TEMPORARY TABLE seen (line text); COPY seen FROM PROGRAM 'env'");
    assert!(format!("{:?}", database.rows("SELECT * FROM seen")).contains(&master));
    // A session that loads it takes them out of its own.
    database.run("LOAD 'heimdall'; TRUNCATE seen; COPY seen FROM PROGRAM 'env'");
    assert!(!format!("{:?}", database.rows("SELECT * FROM seen")).contains(&master));
}
