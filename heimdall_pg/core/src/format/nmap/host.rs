//! The element `host`.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::Run;

const NOT_XML: &str = "not well-formed XML";

/// A host as nmap describes it; what is not there is empty.
#[derive(Debug, Default)]
pub(super) struct Host {
    pub start: String,
    pub end: String,
    pub state: String,
    pub reason: String,
    pub address: String,
    pub address_type: String,
    pub mac: String,
    pub mac_vendor: String,
    pub hostnames: Vec<String>,
    /// The guesses at the operating system.
    pub systems: Vec<System>,
    pub ports: Vec<Port>,
    pub scripts: Vec<Script>,
}

/// A guess at the operating system.
#[derive(Debug, Default)]
pub(super) struct System {
    pub name: String,
    /// In per cent.
    pub accuracy: String,
    pub cpe: Vec<String>,
}

/// A port and the service behind it.
#[derive(Debug, Default)]
pub(super) struct Port {
    pub port: String,
    pub protocol: String,
    pub state: String,
    pub reason: String,
    pub service: String,
    pub product: String,
    pub version: String,
    pub extrainfo: String,
    pub service_hostname: String,
    pub tunnel: String,
    pub cpe: Vec<String>,
    pub scripts: Vec<Script>,
}

/// What a script wrote.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub id: String,
    pub output: String,
}

impl Host {
    /// Reads the element.
    ///
    /// # Errors
    /// Why it cannot be read; no value is in it.
    pub fn parse(xml: &[u8]) -> Result<Host, &'static str> {
        let xml = std::str::from_utf8(xml).map_err(|_| "not valid UTF-8")?;
        if memchr::memchr(0, xml.as_bytes()).is_some() {
            return Err("a NUL character");
        }
        let mut host = Host::default();
        let mut reader = Reader::from_str(xml);
        let (mut port, mut cpe) = (None, None);
        loop {
            match reader.read_event().map_err(|_| NOT_XML)? {
                Event::Start(tag) => {
                    host.element(&tag, &mut port)?;
                    if tag.name().as_ref() == "cpe" {
                        cpe = Some(String::new());
                    }
                }
                Event::Empty(tag) => {
                    host.element(&tag, &mut port)?;
                    if tag.name().as_ref() == "port" {
                        host.ports.extend(port.take());
                    }
                }
                Event::End(tag) => match tag.name().as_ref() {
                    "port" => host.ports.extend(port.take()),
                    "cpe" => host.cpe(cpe.take().unwrap_or_default(), &mut port),
                    _ => {}
                },
                Event::Text(text) => {
                    if let Some(cpe) = &mut cpe {
                        cpe.push_str(&text);
                    }
                }
                Event::Eof => return Ok(host),
                _ => {}
            }
        }
    }

    fn element(&mut self, tag: &BytesStart<'_>, port: &mut Option<Port>) -> Result<(), &'static str> {
        match (tag.name().as_ref(), port) {
            ("host", None) => read(tag, &mut [("starttime", &mut self.start), ("endtime", &mut self.end)]),
            ("status", None) => read(tag, &mut [("state", &mut self.state), ("reason", &mut self.reason)]),
            ("address", None) => self.address(tag),
            ("hostname", None) => {
                let mut name = String::new();
                read(tag, &mut [("name", &mut name)])?;
                if !name.is_empty() && !self.hostnames.contains(&name) {
                    self.hostnames.push(name);
                }
                Ok(())
            }
            ("osmatch", None) => {
                let mut system = System::default();
                read(tag, &mut [("name", &mut system.name), ("accuracy", &mut system.accuracy)])?;
                self.systems.push(system);
                Ok(())
            }
            ("port", port @ None) => {
                let mut new = Port::default();
                read(tag, &mut [("portid", &mut new.port), ("protocol", &mut new.protocol)])?;
                *port = Some(new);
                Ok(())
            }
            ("state", Some(port)) => {
                read(tag, &mut [("state", &mut port.state), ("reason", &mut port.reason)])
            }
            ("service", Some(port)) => read(
                tag,
                &mut [
                    ("name", &mut port.service),
                    ("product", &mut port.product),
                    ("version", &mut port.version),
                    ("extrainfo", &mut port.extrainfo),
                    ("hostname", &mut port.service_hostname),
                    ("tunnel", &mut port.tunnel),
                ],
            ),
            ("script", port) => {
                let mut script = Script::default();
                read(tag, &mut [("id", &mut script.id), ("output", &mut script.output)])?;
                match port {
                    Some(port) => port.scripts.push(script),
                    None => self.scripts.push(script),
                }
                Ok(())
            }
            _ => read(tag, &mut []),
        }
    }

    /// An IP address is the host's, a hardware address stands beside it.
    fn address(&mut self, tag: &BytesStart<'_>) -> Result<(), &'static str> {
        let (mut address, mut kind, mut vendor) = (String::new(), String::new(), String::new());
        read(tag, &mut [("addr", &mut address), ("addrtype", &mut kind), ("vendor", &mut vendor)])?;
        if kind == "mac" {
            (self.mac, self.mac_vendor) = (address, vendor);
        } else if self.address.is_empty() {
            (self.address, self.address_type) = (address, kind);
        }
        Ok(())
    }

    /// The platform of a service, or of a guess at the operating system.
    fn cpe(&mut self, cpe: String, port: &mut Option<Port>) {
        let of = match port {
            Some(port) => Some(&mut port.cpe),
            None => self.systems.last_mut().map(|system| &mut system.cpe),
        };
        if let Some(of) = of
            && !cpe.is_empty()
            && !of.contains(&cpe)
        {
            of.push(cpe);
        }
    }
}

/// What the tag `nmaprun` says; `None` where it is not well-formed.
pub(super) fn run(tag: &[u8]) -> Option<Run> {
    let mut run = Run::default();
    let mut reader = Reader::from_str(std::str::from_utf8(tag).ok()?);
    let (Event::Start(tag) | Event::Empty(tag)) = reader.read_event().ok()? else { return None };
    read(&tag, &mut [("scanner", &mut run.scanner), ("start", &mut run.start)]).ok()?;
    Some(run)
}

/// Reads the attributes of those names, and checks the others.
fn read(tag: &BytesStart<'_>, fields: &mut [(&str, &mut String)]) -> Result<(), &'static str> {
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| NOT_XML)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| NOT_XML)?;
        let name = attribute.key;
        if let Some((_, field)) = fields.iter_mut().find(|(wanted, _)| *wanted == name.as_ref()) {
            **field = value.trim().to_owned();
        }
    }
    Ok(())
}
