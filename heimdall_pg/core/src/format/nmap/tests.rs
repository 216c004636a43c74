use super::super::tests::{Kept, decode};
use super::super::{Format, FormatError};
use super::COLUMNS;

const REPORT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<?xml-stylesheet href="file:///usr/share/nmap/nmap.xsl" type="text/xsl"?>
<!-- Nmap 7.95 scan -->
<nmaprun scanner="nmap" args="nmap -A -oX - 192.0.2.0/30" start="1706695200" version="7.95" xmloutputversion="1.05">
<hosthint><status state="up" reason="unknown-response"/><address addr="192.0.2.1" addrtype="ipv4"/></hosthint>
<host starttime="1706695201" endtime="1706695260"><status state="up" reason="arp-response"/>
<address addr="192.0.2.1" addrtype="ipv4"/><address addr="02:00:5E:10:00:01" addrtype="mac" vendor="Müller &amp; Sons"/>
<hostnames><hostname name="a.example" type="user"/><hostname name="a.example" type="PTR"/><hostname name="b.example" type="PTR"/></hostnames>
<ports><extraports state="closed" count="998"/>
<port protocol="tcp" portid="22"><state state="open" reason="syn-ack"/><service name="ssh" product="OpenSSH" version="9.6" extrainfo="protocol 2.0"><cpe>cpe:/a:openbsd:openssh:9.6</cpe><cpe>cpe:/o:linux:linux_kernel</cpe></service><script id="banner" output="a&#xa;&quot;b&quot;"><table key="t"><elem>x &lt; y</elem></table></script></port>
<port protocol="tcp" portid="443"><state state="open" reason="syn-ack"/><service name="http" tunnel="ssl" hostname="c.example"/></port>
</ports>
<os><osmatch name="Linux 4" accuracy="90"><osclass><cpe>cpe:/o:linux:linux_kernel:4</cpe></osclass></osmatch><osmatch name="Linux 6" accuracy="98"><osclass><cpe>cpe:/o:linux:linux_kernel:6</cpe></osclass></osmatch></os>
<hostscript><script id="smb" output="one"/><script id="smb" output="two"/></hostscript>
</host>
<host><status state="down" reason="no-response"/><address addr="2001:db8::1" addrtype="ipv6"/></host>
<runstats><finished time="1706695300"/><hosts up="1" down="1" total="2"/></runstats>
</nmaprun>
"#;

fn report(hosts: &str) -> String {
    format!("<nmaprun scanner=\"nmap\">{hosts}</nmaprun>")
}

fn fields(row: &[String]) -> Vec<(&str, &str)> {
    COLUMNS.into_iter().zip(row.iter().map(String::as_str)).filter(|(_, value)| !value.is_empty()).collect()
}

fn refused(dump: &str) -> Option<FormatError> {
    decode(Format::Nmap, dump.as_bytes(), 7).err()
}

#[test]
fn a_port_is_a_row() {
    let kept = decode(Format::Nmap, REPORT.as_bytes(), usize::MAX).unwrap();
    assert_eq!(kept.columns, COLUMNS);
    assert_eq!(kept.rows.len(), 3);
    let host = [
        ("scanner", "nmap"),
        ("start_time", "1706695201"),
        ("end_time", "1706695260"),
        ("address", "192.0.2.1"),
        ("address_type", "ipv4"),
        ("mac", "02:00:5E:10:00:01"),
        ("mac_vendor", "Müller & Sons"),
        ("hostname", "a.example"),
        ("hostnames", r#"["a.example","b.example"]"#),
        ("state", "up"),
        ("reason", "arp-response"),
        ("os", "Linux 6"),
        ("os_accuracy", "98"),
        ("os_cpe", r#"["cpe:/o:linux:linux_kernel:6"]"#),
        ("host_scripts", r#"{"smb":"one\ntwo"}"#),
    ];
    let ssh = [
        ("port", "22"),
        ("protocol", "tcp"),
        ("port_state", "open"),
        ("port_reason", "syn-ack"),
        ("service", "ssh"),
        ("product", "OpenSSH"),
        ("version", "9.6"),
        ("extrainfo", "protocol 2.0"),
        ("cpe", r#"["cpe:/a:openbsd:openssh:9.6","cpe:/o:linux:linux_kernel"]"#),
        ("scripts", r#"{"banner":"a\n\"b\""}"#),
    ];
    assert_eq!(fields(&kept.rows[0]), [host.as_slice(), &ssh].concat());
    let https = [
        ("port", "443"),
        ("protocol", "tcp"),
        ("port_state", "open"),
        ("port_reason", "syn-ack"),
        ("service", "ssl/http"),
        ("service_hostname", "c.example"),
    ];
    assert_eq!(fields(&kept.rows[1]), [host.as_slice(), &https].concat());
    assert_eq!(
        fields(&kept.rows[2]),
        [
            ("scanner", "nmap"),
            ("start_time", "1706695200"),
            ("address", "2001:db8::1"),
            ("address_type", "ipv6"),
            ("state", "down"),
            ("reason", "no-response"),
        ]
    );
}

#[test]
fn a_report_cut_anywhere_gives_the_same_rows() {
    let whole = decode(Format::Nmap, REPORT.as_bytes(), usize::MAX).unwrap();
    let same =
        |cut: Kept, how: &str| assert_eq!((&cut.columns, &cut.rows), (&whole.columns, &whole.rows), "{how}");
    for at in 1..REPORT.len() {
        let mut kept = Kept::default();
        let mut decoder = super::super::Decoder::new(Format::Nmap, &Default::default());
        for piece in [&REPORT.as_bytes()[..at], &REPORT.as_bytes()[at..]] {
            decoder.push(piece, &mut kept).unwrap();
        }
        decoder.finish(&mut kept).unwrap();
        same(kept, &format!("cut at {at}"));
    }
    same(decode(Format::Nmap, REPORT.as_bytes(), 1).unwrap(), "single bytes");
}

#[test]
fn a_bad_host_costs_that_host() {
    let hosts = "<host><address addr='192.0.2.1'/></host><host><a></b></host><host x='1' x='2'/><host><status state=up/></host>\
                 <host>&#0;</host><host><status state='&#0;'/></host><host/>";
    let kept = decode(Format::Nmap, report(hosts).as_bytes(), 11).unwrap();
    assert_eq!(kept.rows.len(), 3);
    let bad: Vec<u64> = kept.malformed.iter().map(|(row, _)| *row).collect();
    assert_eq!(bad, [2, 3, 4, 6]);
    let kept = decode(Format::Nmap, report("<host><a></host><host/>").as_bytes(), 11).unwrap();
    assert_eq!((kept.rows.len(), kept.malformed), (1, vec![(1, "not well-formed XML")]));
    let not_text = b"<nmaprun><host><address addr='\xFF'/></host></nmaprun>";
    let kept = decode(Format::Nmap, not_text, 9).unwrap();
    assert_eq!(kept.malformed, [(1, "not valid UTF-8")]);
}

#[test]
fn a_host_is_not_repeated_without_end() {
    let ports = "<port portid='1'/>".repeat(5000);
    let host = format!(
        "<host><hostscript><script id='a' output='{}'/></hostscript>{ports}</host>",
        "x".repeat(20_000)
    );
    let kept = decode(Format::Nmap, report(&host).as_bytes(), 65536).unwrap();
    assert_eq!(kept.malformed, [(1, "a host that says too much about too many ports")]);
}

#[test]
fn hostile_reports_are_refused() {
    let laughs = "<!DOCTYPE nmaprun [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>".to_owned()
        + &report("<host><address addr='&b;'/></host>");
    assert_eq!(refused(&laughs), Some(FormatError::XmlEntities));
    let external =
        "<!DOCTYPE nmaprun [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>".to_owned() + &report("&a;");
    assert_eq!(refused(&external), Some(FormatError::XmlEntities));
    assert_eq!(refused(&report("<host><address addr='&a;'/></host>")), Some(FormatError::XmlEntities));
    let include = report("<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='other.xml'/>");
    assert_eq!(refused(&include), Some(FormatError::XmlInclude));
    assert_eq!(refused(&report(&format!("<host>{}", "<a>".repeat(100)))), Some(FormatError::XmlDepth));
    for cut in [REPORT.len() / 3, REPORT.len() / 2, REPORT.len() - 5] {
        assert_eq!(refused(&REPORT[..cut]), Some(FormatError::XmlEnds));
    }
}

#[test]
fn what_is_no_report_is_refused() {
    for dump in
        ["", "a,b\n1,2\n", "<html></html>", "<?xml version=\"1.0\"?>", "<nmaprun></nmaprun><nmaprun/>"]
    {
        assert_eq!(refused(dump), Some(FormatError::NotNmap), "{dump:?}");
    }
    assert_eq!(refused("<nmaprun/>"), None);
}
