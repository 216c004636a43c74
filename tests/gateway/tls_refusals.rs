//! A certificate that clients would refuse is refused at the start, with the reason.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;

use heimdall_tests::{Authority, Database, Gateway, Issuer, Settings, eventually, write_key};
use rcgen::{
    BasicConstraints, CertificateParams, IsCa, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, PublicKeyData,
    SanType, SignatureAlgorithm, date_time_ymd,
};

/// What a gateway that does not start says.
fn refused(change: impl FnOnce(&mut Settings)) -> String {
    let database = Database::new();
    let mut settings = Gateway::settings(&database, &Issuer::start());
    change(&mut settings);
    let mut process = Gateway::command(&settings)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the gateway's binary");
    let mut status = None;
    eventually("the gateway refuses to start", || {
        status = process.try_wait().expect("a child");
        status.is_some()
    });
    assert_eq!(status.and_then(|status| status.code()), Some(1));
    let output = process.wait_with_output().expect("its output");
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// The same of a certificate, and with it.
fn refused_certificate(name: &str, change: impl FnOnce(&mut CertificateParams)) -> String {
    let files = Authority::of_the_run().sign(name, change);
    refused(|settings| set(settings, &files))
}

fn set(settings: &mut Settings, (certificate, key): &(PathBuf, PathBuf)) {
    settings.insert("HMD_TLS_CERT".into(), certificate.to_str().expect("UTF-8").into());
    settings.insert("HMD_TLS_KEY".into(), key.to_str().expect("UTF-8").into());
}

#[track_caller]
fn says(said: &str, variable: &str, reason: &str) {
    let found = said.lines().any(|line| line.starts_with(&format!("{variable}: ")) && line.contains(reason));
    assert!(found, "{variable}, {reason}: {said}");
}

#[test]
fn files_that_are_not_there_all_at_once() {
    let said = refused(|settings| {
        set(settings, &("/nowhere/certificate.pem".into(), "/nowhere/private.key".into()));
    });
    says(&said, "HMD_TLS_CERT", "the file is not there");
    says(&said, "HMD_TLS_KEY", "the file is not there");
}

#[test]
fn files_that_are_no_pem_are_not_quoted() {
    let folder = Authority::of_the_run().folder();
    let (certificate, key) = (folder.join("none.pem"), folder.join("none.key"));
    fs::write(&certificate, "-----BEGIN wrong\nquoted").expect("written");
    fs::write(&key, "-----BEGIN wrong\nquoted").expect("written");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).expect("set");
    let said = refused(|settings| set(settings, &(certificate, key)));
    says(&said, "HMD_TLS_CERT", "PEM");
    says(&said, "HMD_TLS_KEY", "no private key in PEM");
    assert!(!said.contains("wrong") && !said.contains("quoted"), "{said}");
}

#[test]
fn a_key_of_another_certificate() {
    let authority = Authority::of_the_run();
    let (certificate, _) = authority.sign("mine", |_| {});
    let (_, key) = authority.sign("another", |_| {});
    let said = refused(|settings| set(settings, &(certificate, key)));
    says(&said, "HMD_TLS_KEY", "not the key of the certificate");
}

#[test]
fn a_key_that_others_can_read() {
    let files = Authority::of_the_run().sign("open", |_| {});
    fs::set_permissions(&files.1, Permissions::from_mode(0o604)).expect("set");
    says(&refused(|settings| set(settings, &files)), "HMD_TLS_KEY", "others can read it");
}

#[test]
fn self_signed_even_where_it_is_trusted() {
    let folder = Authority::of_the_run().folder();
    let (certificate, file) = (folder.join("own.pem"), folder.join("own.key"));
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("names");
    fs::write(&certificate, params.self_signed(&key).expect("signed").pem()).expect("written");
    write_key(&file, &key);
    let said = refused(|settings| {
        settings.insert("HMD_TLS_CA".into(), certificate.to_str().expect("UTF-8").into());
        set(settings, &(certificate, file));
    });
    says(&said, "HMD_TLS_CERT", "self-signed");
}

#[test]
fn of_an_authority_that_nobody_knows() {
    let stranger = Authority::new();
    let said = refused(|settings| set(settings, &stranger.sign("strange", |_| {})));
    says(&said, "HMD_TLS_CERT", "no authority of the system or of HMD_TLS_CA");
}

#[test]
fn a_chain_without_its_middle() {
    let authority = Authority::of_the_run();
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let middle_key = KeyPair::generate().expect("a key");
    let middle = params.signed_by(&middle_key, authority.signer()).expect("signed");
    let between = rcgen::Issuer::new(params, middle_key);
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec!["localhost".to_owned()])
        .and_then(|params| params.signed_by(&key, &between))
        .expect("signed");
    let files = (authority.folder().join("chain.pem"), authority.folder().join("chain.key"));
    fs::write(&files.0, leaf.pem()).expect("written");
    write_key(&files.1, &key);
    says(&refused(|settings| set(settings, &files)), "HMD_TLS_CERT", "no authority");

    fs::write(&files.0, leaf.pem() + &middle.pem()).expect("written");
    let database = Database::new();
    Gateway::start_with(&database, |settings| set(settings, &files));
}

#[test]
fn expired() {
    let said = refused_certificate("old", |params| params.not_after = date_time_ymd(2020, 2, 29));
    says(&said, "HMD_TLS_CERT", "expired on 2020-02-29");
}

#[test]
fn not_valid_yet() {
    let said = refused_certificate("new", |params| params.not_before = date_time_ymd(2999, 2, 28));
    says(&said, "HMD_TLS_CERT", "not valid before 2999-02-28");
}

#[test]
fn without_a_name() {
    let said = refused_certificate("nameless", |params| params.subject_alt_names.clear());
    says(&said, "HMD_TLS_CERT", "a subject alternative name is missing");
}

#[test]
fn for_another_host_than_the_public_one() {
    let said = refused(|settings| {
        settings.insert("HMD_PUBLIC_URL".into(), "https://heimdall.example.com".into());
    });
    says(&said, "HMD_TLS_CERT", "does not name heimdall.example.com");
}

#[test]
fn hosts_are_named_in_several_ways() {
    let files = Authority::of_the_run().sign("names", |params| {
        let name = |text: &str| text.try_into().expect("a name");
        params.subject_alt_names = vec![
            SanType::DnsName(name("*.example.com")),
            SanType::IpAddress("2001:db8::1".parse().expect("an address")),
        ];
    });
    for url in ["", "https://heimdall.example.com", "https://[2001:db8::1]:8443"] {
        Gateway::start_with(&Database::new(), |settings| {
            set(settings, &files);
            settings.insert("HMD_PUBLIC_URL".into(), url.into());
        });
    }
}

#[test]
fn not_for_servers() {
    let said = refused_certificate("client", |params| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
    });
    says(&said, "HMD_TLS_CERT", "not meant for servers");
}

/// A public key of RSA as a certificate has it: an odd number of 1024 bits, and 65537.
struct Short(Vec<u8>);

impl PublicKeyData for Short {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

#[test]
fn an_rsa_key_below_2048_bits() {
    let mut der = vec![0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00];
    der.extend([0xa5; 128]);
    der.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
    let authority = Authority::of_the_run();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .and_then(|params| params.signed_by(&Short(der), authority.signer()))
        .expect("signed");
    let files = authority.sign("short", |_| {});
    fs::write(&files.0, certificate.pem()).expect("written");
    says(&refused(|settings| set(settings, &files)), "HMD_TLS_CERT", "1024 bits, 2048 are the least");
}

#[test]
fn a_port_that_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let said = refused(|settings| {
        settings.insert("HMD_PORT".into(), port);
    });
    says(&said, "HMD_PORT", "another process listens");
}
