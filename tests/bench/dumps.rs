//! The log of [`crate::log`] as other programs would have written it: a dump of each format.

use std::fmt::Write;

use heimdall_core::format::Format;

use crate::log::{self, Entry};

/// The first of March 2026, in seconds since 1970.
const MARCH: u64 = 1_772_323_200;

/// What stands before the records of a dump, between two of them and after the last.
pub fn frame(format: Format) -> (&'static str, &'static str, &'static str) {
    match format {
        Format::Csv => ("ts,src,dst,account,domain,bytes\n", "", ""),
        Format::Zeek => (ZEEK, "", ""),
        Format::W3c => (
            "#Version: 1.0\n#Fields: date time c-ip cs-username s-ip cs-method cs-uri-stem sc-status sc-bytes cs(User-Agent)\n",
            "",
            "",
        ),
        Format::Json => ("[", ",\n", "]\n"),
        Format::Cloudtrail => ("{\"Records\":[", ",\n", "]}\n"),
        Format::Stix => (
            "{\"type\":\"bundle\",\"id\":\"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d\",\"objects\":[",
            ",\n",
            "]}\n",
        ),
        Format::Misp => (
            "{\"Event\":{\"id\":\"1\",\"info\":\"a campaign\",\"date\":\"2026-03-01\",\"Attribute\":[",
            ",\n",
            "]}}\n",
        ),
        Format::Warninglist => (
            "{\"name\":\"a list\",\"type\":\"hostname\",\"version\":1,\"matching_attributes\":[\"domain\"],\"list\":[",
            ",\n",
            "]}\n",
        ),
        Format::Nmap => (
            "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\" start=\"1772323200\" version=\"7.95\">\n",
            "",
            "</nmaprun>\n",
        ),
        _ => ("", "", ""),
    }
}

/// A conn.log; fields are those of Zeek 7.
const ZEEK: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n\
    #open\t2026-03-01-00-00-00\n\
    #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\
    \tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n\
    #types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\
    \tcount\tcount\tcount\tset[string]\n";

/// Writes the records of a dump; `first` is where none stands before them. False where there is no such dump here.
pub fn records(format: Format, entries: &[Entry], first: bool, out: &mut String) -> bool {
    let between = frame(format).1;
    for (at, entry) in entries.iter().enumerate() {
        if !(first && at == 0) {
            out.push_str(between);
        }
        if record(format, *entry, out).is_none() {
            return false;
        }
    }
    true
}

/// A whole dump of at least so many bytes; none where there is no such dump here.
pub fn whole(format: Format, entries: &[Entry], bytes: usize) -> Option<String> {
    let (before, _, after) = frame(format);
    let mut out = String::with_capacity(bytes + bytes / 8);
    out.push_str(before);
    let mut first = true;
    while out.len() < bytes {
        for piece in entries.chunks(1024) {
            if !records(format, piece, first, &mut out) {
                return None;
            }
            first = false;
            if out.len() >= bytes {
                break;
            }
        }
    }
    out.push_str(after);
    Some(out)
}

/// Values of an entry as text.
struct Spelled {
    source: String,
    destination: String,
    user: String,
    domain: String,
    bytes: u32,
    port: u32,
    epoch: u64,
    date: String,
    time: String,
}

impl Spelled {
    fn of(entry: Entry) -> Spelled {
        let Entry { second, src, dst, user, domain, bytes } = entry;
        let (s, m, h) = (second % 60, second / 60 % 60, second / 3600 % 24);
        Spelled {
            source: log::source(src),
            destination: log::destination(dst),
            user: log::user(user),
            domain: log::domain(domain),
            bytes,
            port: 1024 + bytes % 60_000,
            epoch: MARCH + u64::from(second),
            date: format!("2026-03-{:02}", second / 86_400 % 28 + 1),
            time: format!("{h:02}:{m:02}:{s:02}"),
        }
    }
}

fn record(format: Format, entry: Entry, out: &mut String) -> Option<()> {
    let Spelled { source, destination, user, domain, bytes, port, epoch, date, time } = Spelled::of(entry);
    let written = match format {
        Format::Csv => writeln!(out, "{date}T{time}Z,{source},{destination},{user},{domain},{bytes}"),
        Format::Ndjson | Format::Json => writeln!(
            out,
            "{{\"ts\":\"{date}T{time}Z\",\"src\":\"{source}\",\"src_port\":{port},\"dst\":\"{destination}\",\"account\":\"{user}\",\
             \"domain\":\"{domain}\",\"bytes\":{bytes},\"proto\":\"tcp\",\"rejected\":false,\"duration\":0.{port},\
             \"sensor\":{{\"name\":\"edge-1\",\"zone\":\"dmz\"}},\"tags\":[\"a\",\"b\"]}}"
        ),
        Format::Zeek => writeln!(
            out,
            "{epoch}.{port:06}\tC{bytes:08}{port}\t{source}\t{port}\t{destination}\t443\ttcp\tssl\t0.{port}\t{bytes}\t{port}\tSF\
             \tT\tF\t0\tShADadFf\t12\t{bytes}\t9\t{port}\t-"
        ),
        Format::Suricata => writeln!(
            out,
            "{{\"timestamp\":\"{date}T{time}.000000+0000\",\"flow_id\":{epoch}{port},\"in_iface\":\"eth0\",\"event_type\":\"dns\",\
             \"src_ip\":\"{source}\",\"src_port\":{port},\"dest_ip\":\"{destination}\",\"dest_port\":53,\"proto\":\"UDP\",\
             \"dns\":{{\"type\":\"query\",\"id\":{bytes},\"rrname\":\"{domain}\",\"rrtype\":\"A\",\"tx_id\":0}}}}"
        ),
        Format::Syslog => writeln!(
            out,
            "<86>{date}T{time}Z edge-1 sshd[{port}]: Accepted publickey for user{bytes} from {source} port {port} ssh2"
        ),
        Format::Cef => writeln!(
            out,
            "CEF:0|Example|Firewall|1.0|100|Connection allowed|3|rt={epoch}000 src={source} spt={port} dst={destination} dpt=443 \
             suser={user} dhost={domain} out={bytes} act=allowed msg=as the rule says"
        ),
        Format::Leef => writeln!(
            out,
            "LEEF:1.0|Example|Firewall|1.0|100|devTime={date}T{time}Z\tsrc={source}\tsrcPort={port}\tdst={destination}\tusrName={user}\
             \tdomain={domain}\tsrcBytes={bytes}"
        ),
        Format::Kv => writeln!(
            out,
            "date={date} time={time} devname=\"edge-1\" type=\"traffic\" srcip={source} srcport={port} dstip={destination} dstport=443 \
             user=\"{user}\" hostname=\"{domain}\" action=\"accept\" sentbyte={bytes}"
        ),
        Format::Clf => writeln!(
            out,
            "{source} - - [01/Mar/2026:{time} +0000] \"GET /{domain}/index.html HTTP/1.1\" 200 {bytes} \"https://{domain}/\" \
             \"Mozilla/5.0 (X11; Linux x86_64)\""
        ),
        Format::W3c => writeln!(
            out,
            "{date} {time} {source} {user} {destination} GET /{domain}/index.html 200 {bytes} Mozilla/5.0+(X11;+Linux)"
        ),
        Format::Cloudtrail => write!(
            out,
            "{{\"eventVersion\":\"1.08\",\"eventTime\":\"{date}T{time}Z\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetObject\",\
             \"awsRegion\":\"eu-central-1\",\"sourceIPAddress\":\"{source}\",\"userAgent\":\"aws-cli/2\",\
             \"userIdentity\":{{\"type\":\"IAMUser\",\"userName\":\"{user}\"}},\"requestParameters\":{{\"bucketName\":\"{domain}\"}},\
             \"readOnly\":true}}"
        ),
        Format::Winevent => writeln!(
            out,
            "{{\"EventTime\":\"{date} {time}\",\"Hostname\":\"{domain}\",\"Channel\":\"Security\",\"EventID\":4624,\
             \"Keywords\":-9214364837600034816,\"TargetUserName\":\"{user}\",\"IpAddress\":\"{source}\",\"IpPort\":\"{port}\",\
             \"LogonType\":\"3\"}}"
        ),
        Format::Auditd => writeln!(
            out,
            "type=USER_LOGIN msg=audit({epoch}.{:03}:{bytes}): pid={port} uid=0 auid=1000 ses=2 msg='op=login acct=\"user{bytes}\" \
             exe=\"/usr/sbin/sshd\" hostname={domain} addr={source} terminal=ssh res=success'",
            bytes % 1000
        ),
        Format::Stix => write!(
            out,
            "{{\"type\":\"indicator\",\"spec_version\":\"2.1\",\"id\":\"indicator--00000000-0000-4000-8000-{bytes:012}\",\
             \"created\":\"{date}T{time}.000Z\",\"name\":\"a name of a command server\",\"pattern_type\":\"stix\",\
             \"pattern\":\"[domain-name:value = '{domain}' OR ipv4-addr:value = '{destination}']\",\"valid_from\":\"{date}T{time}Z\"}}"
        ),
        Format::Misp => write!(
            out,
            "{{\"id\":\"{bytes}\",\"type\":\"domain|ip\",\"category\":\"Network activity\",\"to_ids\":true,\"timestamp\":\"{epoch}\",\
             \"comment\":\"\",\"value\":\"{domain}|{destination}\"}}"
        ),
        Format::Warninglist => write!(out, "\"{domain}\""),
        Format::Nmap => writeln!(
            out,
            "<host starttime=\"{epoch}\"><status state=\"up\" reason=\"syn-ack\"/><address addr=\"{destination}\" addrtype=\"ipv4\"/>\
             <hostnames><hostname name=\"{domain}\" type=\"PTR\"/></hostnames><ports><port protocol=\"tcp\" portid=\"{port}\">\
             <state state=\"open\" reason=\"syn-ack\"/><service name=\"https\" product=\"nginx\"/></port></ports></host>"
        ),
        Format::Text => writeln!(
            out,
            "The sample contacted hxxps://{}/login from {source}, resolved to {destination} for the campaign.",
            domain.replace('.', "[.]")
        ),
        Format::Xlsx | Format::Auto => return None,
    };
    written.ok()
}
