//! The rows of a host.

use serde_json::{Map, Value};

use super::Run;
use super::host::{Host, Port, Script};
use crate::format::MAX_ROW;

/// The columns of every report.
pub(super) const COLUMNS: [&str; 26] = [
    "scanner",
    "start_time",
    "end_time",
    "address",
    "address_type",
    "mac",
    "mac_vendor",
    "hostname",
    "hostnames",
    "state",
    "reason",
    "os",
    "os_accuracy",
    "os_cpe",
    "host_scripts",
    "port",
    "protocol",
    "port_state",
    "port_reason",
    "service",
    "product",
    "version",
    "extrainfo",
    "service_hostname",
    "cpe",
    "scripts",
];

/// The most that is said about a host over and over, once a port, in bytes.
const MAX_REPEATED: usize = 4 * MAX_ROW;

/// Refuses a host that a few bytes would make much of: its own fields stand in each of its rows.
///
/// # Errors
/// The reason.
pub(super) fn check(host: &Host, run: &Run) -> Result<(), &'static str> {
    let shared: usize = shared(host, run).iter().map(String::len).sum();
    if shared.saturating_mul(host.ports.len()) > MAX_REPEATED {
        return Err("a host that says too much about too many ports");
    }
    Ok(())
}

/// Gives the rows of the host, one for each port, or one without a port.
///
/// # Errors
/// What `take` says.
pub(super) fn each<E>(
    host: &Host,
    run: &Run,
    mut take: impl FnMut(&[&str]) -> Result<(), E>,
) -> Result<(), E> {
    let shared = shared(host, run);
    let values: Vec<&str> = shared.iter().map(String::as_str).collect();
    if host.ports.is_empty() {
        return take(&values);
    }
    for port in &host.ports {
        let cpe = array(&port.cpe);
        let scripts = object(&port.scripts);
        let service = service(port);
        let own = [
            port.port.as_str(),
            &port.protocol,
            &port.state,
            &port.reason,
            &service,
            &port.product,
            &port.version,
            &port.extrainfo,
            &port.service_hostname,
            &cpe,
            &scripts,
        ];
        let mut row = values.clone();
        row.extend(own);
        take(&row)?;
    }
    Ok(())
}

/// The values of the columns that all rows of a host have in common.
fn shared(host: &Host, run: &Run) -> [String; 15] {
    // The first of the best.
    let accuracy = |accuracy: &str| accuracy.parse::<u32>().unwrap_or(0);
    let best = host.systems.iter().rev().max_by_key(|system| accuracy(&system.accuracy));
    let start = if host.start.is_empty() { &run.start } else { &host.start };
    [
        run.scanner.clone(),
        start.clone(),
        host.end.clone(),
        host.address.clone(),
        host.address_type.clone(),
        host.mac.clone(),
        host.mac_vendor.clone(),
        host.hostnames.first().cloned().unwrap_or_default(),
        array(&host.hostnames),
        host.state.clone(),
        host.reason.clone(),
        best.map(|system| system.name.clone()).unwrap_or_default(),
        best.map(|system| system.accuracy.clone()).unwrap_or_default(),
        best.map(|system| array(&system.cpe)).unwrap_or_default(),
        object(&host.scripts),
    ]
}

/// As nmap itself writes it: `ssl/http` is http inside of TLS.
fn service(port: &Port) -> String {
    match port.tunnel.as_str() {
        "" => port.service.clone(),
        tunnel => format!("{tunnel}/{}", port.service),
    }
}

/// The JSON text of an array, nothing for an empty one.
fn array(values: &[String]) -> String {
    if values.is_empty() {
        return String::new();
    }
    Value::from_iter(values.iter().map(String::as_str)).to_string()
}

/// Output by script, as JSON text. A script that ran twice has its outputs one after the other.
fn object(scripts: &[Script]) -> String {
    let mut members = Map::new();
    for script in scripts {
        match members.get_mut(&script.id) {
            Some(Value::String(output)) => {
                output.push('\n');
                output.push_str(&script.output);
            }
            _ => drop(members.insert(script.id.clone(), Value::from(script.output.as_str()))),
        }
    }
    if members.is_empty() { String::new() } else { Value::Object(members).to_string() }
}
