//! Presets for which no published dump is at hand, and what each of them is about.

use crate::graph::Graph;

/// A graph of which every row was taken.
fn of(preset: &str, dump: &str) -> Graph {
    let graph = Graph::of(preset, dump.as_bytes());
    assert_eq!(graph.reasons(), [], "{preset}");
    assert!(graph.counts.accepted > 0, "{preset}");
    graph
}

/// Fails where one of these edges is not there.
fn has(graph: &Graph, edges: &[((&str, &str), &str, (&str, &str))]) {
    for (from, edge_type, to) in edges {
        assert!(graph.has_edge(*from, edge_type, *to), "{from:?} {edge_type} {to:?} in {:#?}", graph.edges);
    }
}

/// Fails where one of these texts is stored.
fn keeps_none_of(graph: &Graph, texts: &[&str]) {
    for text in texts {
        assert!(!graph.stored.to_lowercase().contains(&text.to_lowercase()), "{text} is stored in clear");
    }
}

const CLIENT: (&str, &str) = ("Ip", "192.0.2.10");
const SERVER: (&str, &str) = ("Ip", "198.51.100.7");

#[test]
fn zeek_conn_gives_no_records() {
    let graph = of(
        "zeek.conn",
        r#"{"ts":1706745599.5,"uid":"C1","id.orig_h":"192.0.2.10","id.orig_p":50000,"id.resp_h":"198.51.100.7","id.resp_p":443,"proto":"tcp","service":"ssl","duration":1.5,"orig_bytes":10,"resp_bytes":20,"conn_state":"SF","local_orig":true,"missed_bytes":0,"history":"ShADadFf","orig_pkts":4,"orig_ip_bytes":220,"resp_pkts":4,"resp_ip_bytes":230,"orig_l2_addr":"02:00:5e:10:00:01","resp_l2_addr":"02:00:5e:10:00:02"}"#,
    );
    has(&graph, &[(CLIENT, "CONNECTED_TO", SERVER), (("Mac", "02:00:5e:10:00:01"), "HAS_ADDRESS", CLIENT)]);
    assert_eq!(graph.count("Record"), 0);
}

#[test]
fn a_column_that_no_one_expects_makes_a_record_and_is_sealed() {
    let graph = of(
        "zeek.conn",
        r#"{"ts":1706745599.5,"id.orig_h":"192.0.2.10","id.resp_h":"198.51.100.7","id.resp_p":443,"site_note":"Ada sat here"}"#,
    );
    assert_eq!(graph.count("Record"), 1);
    keeps_none_of(&graph, &["Ada sat here"]);
}

#[test]
fn zeek_http_keeps_queries_and_passwords_out_of_the_graph() {
    let graph = of(
        "zeek.http",
        r#"{"ts":1706745599.5,"uid":"C1","id.orig_h":"192.0.2.10","id.orig_p":50000,"id.resp_h":"198.51.100.7","id.resp_p":8080,"trans_depth":1,"method":"POST","host":"shop.example","uri":"/login?session=s3cr3tquery","referrer":"http://shop.example/?from=s3cr3tref","version":"1.1","user_agent":"curl/8.5","request_body_len":0,"response_body_len":12,"status_code":200,"status_msg":"OK","tags":[],"username":"ada","password":"hunter2","resp_mime_types":["text/html"]}
{"ts":1706745600.5,"uid":"C2","id.orig_h":"192.0.2.10","id.orig_p":50001,"id.resp_h":"198.51.100.7","id.resp_p":3128,"method":"GET","host":"other.example","uri":"http://other.example/a?b=c"}
{"ts":1706745601.5,"uid":"C3","id.orig_h":"192.0.2.10","id.orig_p":50002,"id.resp_h":"198.51.100.7","id.resp_p":3128,"method":"CONNECT","host":"other.example","uri":"other.example:443"}"#,
    );
    has(
        &graph,
        &[
            (CLIENT, "REQUESTED", ("Url", "http://shop.example:8080/login")),
            (CLIENT, "REQUESTED", ("Url", "http://other.example/a")),
            (("Url", "http://other.example/a"), "HAS_HOST", ("Domain", "other.example")),
            (CLIENT, "PRESENTED", ("UserAgent", "curl/8.5")),
            (("User", "ada"), "TRIED_LOGIN_FROM", CLIENT),
        ],
    );
    assert_eq!(graph.count("Record"), 0);
    keeps_none_of(&graph, &["s3cr3tquery", "s3cr3tref", "hunter2", "\"ada\"", "b=c"]);
}

#[test]
fn zeek_files_says_who_sent_what_to_whom() {
    let graph = of(
        "zeek.files",
        r#"{"ts":1706745599.5,"fuid":"F1","uid":"C1","id.orig_h":"192.0.2.10","id.orig_p":50000,"id.resp_h":"198.51.100.7","id.resp_p":80,"source":"HTTP","depth":0,"analyzers":["PE","MD5","SHA1"],"mime_type":"application/x-dosexec","filename":"setup.exe","duration":0.1,"is_orig":false,"seen_bytes":100,"missing_bytes":0,"overflow_bytes":0,"timedout":false,"md5":"d41d8cd98f00b204e9800998ecf8427e","sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}"#,
    );
    let md5 = ("Hash", "d41d8cd98f00b204e9800998ecf8427e");
    has(
        &graph,
        &[
            (SERVER, "PRESENTED", md5),
            (CLIENT, "ACCESSED", md5),
            (("File", "setup.exe"), "HAS_HASH", md5),
            (("Object", "F1"), "HAS_HASH", md5),
        ],
    );
    assert_eq!(graph.count("Record"), 0);
}

#[test]
fn zeek_dhcp_ties_hardware_hosts_and_addresses() {
    let graph = of(
        "zeek.dhcp",
        r#"{"ts":1706745599.5,"uids":["C1"],"client_addr":"192.0.2.10","server_addr":"198.51.100.7","mac":"02:00:5e:10:00:01","host_name":"Laptop-7","client_fqdn":"laptop-7.corp.example","domain":"corp.example","requested_addr":"192.0.2.10","assigned_addr":"192.0.2.10","lease_time":3600.0,"msg_types":["DISCOVER","OFFER"],"duration":0.1}"#,
    );
    has(
        &graph,
        &[
            (("Mac", "02:00:5e:10:00:01"), "HAS_ADDRESS", CLIENT),
            (("Host", "laptop-7"), "HAS_ADDRESS", CLIENT),
            (("Host", "laptop-7.corp.example"), "HAS_ADDRESS", CLIENT),
        ],
    );
}

#[test]
fn zeek_intel_knows_the_types_of_the_framework() {
    let row = |kind: &str, value: &str| {
        format!(
            r#"{{"ts":1706745599.5,"uid":"C1","id.orig_h":"192.0.2.10","id.orig_p":1,"id.resp_h":"198.51.100.7","id.resp_p":53,"seen.indicator":"{value}","seen.indicator_type":"Intel::{kind}","seen.where":"DNS::IN_REQUEST","seen.node":"zeek","matched":["Intel::{kind}"],"sources":["feed-a"]}}"#
        )
    };
    let rows = [
        row("ADDR", "203.0.113.5"),
        row("DOMAIN", "bad.example"),
        row("URL", "bad.example/x"),
        row("EMAIL", "eve@bad.example"),
    ];
    let graph = of("zeek.intel", &rows.join("\n"));
    let feed = ("Report", "feed-a");
    for indicator in [
        ("Ip", "203.0.113.5"),
        ("Domain", "bad.example"),
        ("Url", "http://bad.example/x"),
        ("Email", "eve@bad.example"),
    ] {
        has(&graph, &[(indicator, "LISTED_IN", feed), (CLIENT, "RELATED_TO", indicator)]);
    }
}

#[test]
fn zeek_tunnel() {
    let graph = of(
        "zeek.tunnel",
        r#"{"ts":1706745599.5,"uid":"C1","id.orig_h":"192.0.2.10","id.orig_p":0,"id.resp_h":"198.51.100.7","id.resp_p":0,"tunnel_type":"Tunnel::TEREDO","action":"Tunnel::DISCOVER"}"#,
    );
    has(&graph, &[(CLIENT, "CONNECTED_TO", SERVER)]);
    assert_eq!(graph.count("Record"), 0);
}

/// An event of Suricata from the client to the server, with a part of its own.
fn eve(event_type: &str, port: u16, part: &str) -> String {
    format!(
        r#"{{"timestamp":"2024-01-31T23:59:59.123456+0000","flow_id":1,"in_iface":"eth0","event_type":"{event_type}","src_ip":"192.0.2.10","src_port":50000,"dest_ip":"198.51.100.7","dest_port":{port},"proto":"TCP","pkt_src":"wire/pcap","community_id":"1:x=",{part}}}"#
    )
}

#[test]
fn suricata_has_each_event_by_itself_and_all_in_one() {
    let tls = eve(
        "tls",
        443,
        r#""tls":{"subject":"CN=shop.example","issuerdn":"CN=Example CA","serial":"01:02","fingerprint":"da:39:a3:ee:5e:6b:4b:0d:32:55:bf:ef:95:60:18:90:af:d8:07:09","sni":"shop.example","version":"TLS 1.2","notbefore":"2024-01-01T00:00:00","notafter":"2025-01-01T00:00:00","ja3":{"hash":"d41d8cd98f00b204e9800998ecf8427e","string":"771,4865"}}"#,
    );
    let http = eve(
        "http",
        80,
        r#""tx_id":0,"http":{"hostname":"shop.example","url":"/a?token=s3cr3tquery","http_user_agent":"curl/8.5","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":10,"http_refer":"http://x.example/?s3cr3tref"}"#,
    );
    let flow = eve(
        "flow",
        443,
        r#""app_proto":"tls","flow":{"pkts_toserver":12,"pkts_toclient":12,"bytes_toserver":1842,"bytes_toclient":11086,"start":"2024-01-31T23:59:58.000000+0000","end":"2024-01-31T23:59:59.000000+0000","age":1,"state":"closed","reason":"timeout","alerted":false},"tcp":{"tcp_flags":"1b","syn":true,"state":"closed"}"#,
    );
    let ssh = eve(
        "ssh",
        22,
        r#""ssh":{"client":{"proto_version":"2.0","software_version":"OpenSSH_9.6","hassh":{"hash":"ec7378c1a92f5a8dde7e8b7a1ddf33d1","string":"a;b"}},"server":{"proto_version":"2.0","software_version":"OpenSSH_8.4p1"}}"#,
    );
    let smtp = eve(
        "smtp",
        25,
        r#""tx_id":0,"smtp":{"helo":"mail.example","mail_from":"<ada@a.example>","rcpt_to":["<bob@b.example>"]},"email":{"status":"PARSE_DONE","from":"Ada <ada@a.example>","to":["bob@b.example"],"subject":"s3cr3t subject"}"#,
    );
    let file = eve(
        "fileinfo",
        50001,
        r#""http":{"hostname":"shop.example","url":"/setup.exe","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":10},"app_proto":"http","fileinfo":{"filename":"/setup.exe","magic":"PE32","gaps":false,"state":"CLOSED","md5":"d41d8cd98f00b204e9800998ecf8427e","stored":false,"size":10,"tx_id":0}"#,
    );
    let v2 = r#"{"timestamp":"2024-01-31T23:59:59.123456+0000","flow_id":1,"event_type":"dns","src_ip":"198.51.100.7","src_port":53,"dest_ip":"192.0.2.10","dest_port":50000,"proto":"UDP","dns":{"version":2,"type":"answer","id":1,"flags":"8180","qr":true,"rd":true,"ra":true,"rrname":"www.shop.example","rrtype":"A","rcode":"NOERROR","answers":[{"rrname":"www.shop.example","rrtype":"CNAME","ttl":5,"rdata":"shop.example"},{"rrname":"shop.example","rrtype":"A","ttl":5,"rdata":"203.0.113.5"}],"grouped":{"CNAME":["shop.example"],"A":["203.0.113.5"]}}}"#;
    let v3 = r#"{"timestamp":"2024-01-31T23:59:59.123456+0000","flow_id":1,"event_type":"dns","src_ip":"192.0.2.10","src_port":50000,"dest_ip":"198.51.100.7","dest_port":53,"proto":"UDP","dns":{"version":3,"type":"request","tx_id":0,"id":1,"rd":true,"queries":[{"rrname":"v3.example","rrtype":"A"}]}}"#;
    let cases: [(&str, &str, &[((&str, &str), &str, (&str, &str))]); 8] = [
        (
            "tls",
            &tls,
            &[
                (CLIENT, "REQUESTED", ("Domain", "shop.example")),
                (SERVER, "PRESENTED", ("Hash", "da39a3ee5e6b4b0d3255bfef95601890afd80709")),
                (CLIENT, "PRESENTED", ("Hash", "d41d8cd98f00b204e9800998ecf8427e")),
            ],
        ),
        (
            "http",
            &http,
            &[
                (CLIENT, "REQUESTED", ("Url", "http://shop.example/a")),
                (CLIENT, "PRESENTED", ("UserAgent", "curl/8.5")),
            ],
        ),
        ("flow", &flow, &[(CLIENT, "CONNECTED_TO", SERVER)]),
        (
            "ssh",
            &ssh,
            &[
                (CLIENT, "PRESENTED", ("Software", "OpenSSH_9.6")),
                (SERVER, "PRESENTED", ("Software", "OpenSSH_8.4p1")),
            ],
        ),
        (
            "smtp",
            &smtp,
            &[
                (("Email", "ada@a.example"), "SENT_TO", ("Email", "bob@b.example")),
                (CLIENT, "PRESENTED", ("Domain", "mail.example")),
            ],
        ),
        (
            "fileinfo",
            &file,
            &[
                (CLIENT, "PRESENTED", ("Hash", "d41d8cd98f00b204e9800998ecf8427e")),
                (SERVER, "ACCESSED", ("Hash", "d41d8cd98f00b204e9800998ecf8427e")),
            ],
        ),
        (
            "dns",
            v2,
            &[
                (CLIENT, "QUERIED", ("Domain", "www.shop.example")),
                (("Domain", "www.shop.example"), "RESOLVED_TO", ("Ip", "203.0.113.5")),
                (("Domain", "www.shop.example"), "RESOLVED_TO", ("Domain", "shop.example")),
            ],
        ),
        ("dns", v3, &[(CLIENT, "QUERIED", ("Domain", "v3.example"))]),
    ];
    for (event, dump, edges) in cases {
        for preset in [format!("suricata.{event}"), "suricata.eve".to_owned()] {
            let graph = of(&preset, dump);
            has(&graph, edges);
            assert_eq!(graph.count("Record"), 0, "{preset}: {event} leaves nothing over");
            keeps_none_of(&graph, &["s3cr3t", "ada@"]);
        }
    }
}

#[test]
fn iis() {
    let graph = of(
        "web.iis",
        "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2024-01-31 23:59:59\n\
         #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) cs-host sc-status sc-substatus sc-win32-status time-taken\n\
         2024-01-31 23:59:59 198.51.100.7 GET /shop/a.aspx session=s3cr3t 443 CORP\\ada 192.0.2.10 Mozilla/5.0+(X11) https://x.example/?s3cr3tref www.shop.example 200 0 0 15\n\
         2024-01-31 23:59:59 198.51.100.7 GET /b - 80 - 192.0.2.10 - - - 404 0 2 1\n",
    );
    has(
        &graph,
        &[
            (CLIENT, "REQUESTED", ("Url", "https://www.shop.example/shop/a.aspx")),
            (CLIENT, "REQUESTED", ("Resource", "/b")),
            (CLIENT, "PRESENTED", ("UserAgent", "Mozilla/5.0 (X11)")),
            (("User", "corp\\ada"), "LOGGED_IN_FROM", CLIENT),
        ],
    );
    assert_eq!(graph.count("Record"), 0);
    keeps_none_of(&graph, &["s3cr3t", "\\ada"]);
}

#[test]
fn access_logs() {
    let graph = of(
        "web.clf",
        "192.0.2.10 - ada [31/Jan/2024:23:59:59 +0000] \"GET /a?token=s3cr3t HTTP/1.1\" 200 12 \"http://x.example/?s3cr3tref\" \"curl/8.5\"\n\
         host.example - - [31/Jan/2024:23:59:59 +0000] \"GET / HTTP/1.0\" 200 12\n\
         shop.example:443 192.0.2.10 - - [31/Jan/2024:23:59:59 +0000] \"GET /b HTTP/1.1\" 200 12 \"-\" \"curl/8.5\"\n\
         192.0.2.10 - - [31/Jan/2024:23:59:59 +0000] \"\\x16\\x03\\x01\" 400 12 \"-\" \"-\"\n",
    );
    has(
        &graph,
        &[
            (CLIENT, "REQUESTED", ("Resource", "/a")),
            (CLIENT, "REQUESTED", ("Url", "http://shop.example/b")),
            (("Host", "host.example"), "REQUESTED", ("Resource", "/")),
            (("User", "ada"), "LOGGED_IN_FROM", CLIENT),
        ],
    );
    keeps_none_of(&graph, &["s3cr3t", "\"ada\""]);
}

#[test]
fn leaked_credentials_keep_no_password() {
    for dump in [
        "email,password\nada@a.example,hunter2\n",
        "url,username,password\nhttps://shop.example/login,ada@a.example,hunter2\nhttps://shop.example/login,bob,hunter2\n",
        "Email,Password,domain\nada@a.example,hunter2,shop.example\n",
    ] {
        let graph = of("leaked.credentials", dump);
        assert!(graph.has("Email", "ada@a.example"), "{:?}", graph.vertices);
        keeps_none_of(&graph, &["hunter2", "ada@", "bob"]);
    }
}

#[test]
fn ocsf() {
    let graph = of(
        "ocsf",
        r#"{"class_uid":3002,"activity_id":1,"status_id":1,"time":1706745599123,"severity_id":1,"metadata":{"version":"1.3.0","uid":"x"},"user":{"name":"ada","domain":"corp"},"src_endpoint":{"ip":"192.0.2.10"},"dst_endpoint":{"hostname":"srv7"}}
{"class_uid":3002,"activity_id":1,"status_id":2,"time":1706745599123,"user":{"name":"bob"},"src_endpoint":{"ip":"192.0.2.10"}}
{"class_uid":4003,"time":1706745599123,"src_endpoint":{"ip":"192.0.2.10"},"query":{"hostname":"shop.example","type":"A"},"answers":[{"rdata":"203.0.113.5","type":"A"}]}
{"class_uid":4002,"time":1706745599123,"src_endpoint":{"ip":"192.0.2.10"},"dst_endpoint":{"ip":"198.51.100.7","port":443},"http_request":{"http_method":"GET","url":{"url_string":"https://shop.example/a?token=s3cr3t"},"user_agent":"curl/8.5"}}
{"class_uid":1007,"activity_id":1,"time":1706745599123,"device":{"hostname":"srv7"},"actor":{"user":{"name":"ada","domain":"corp"},"process":{"file":{"path":"C:\\Windows\\explorer.exe"}}},"process":{"cmd_line":"x.exe --password s3cr3t","file":{"path":"C:\\Temp\\x.exe","hashes":[{"algorithm_id":1,"value":"d41d8cd98f00b204e9800998ecf8427e"}]}}}"#,
    );
    has(
        &graph,
        &[
            (("User", "corp\\ada"), "LOGGED_IN_FROM", CLIENT),
            (("User", "corp\\ada"), "LOGGED_IN_TO", ("Host", "srv7")),
            (("User", "bob"), "TRIED_LOGIN_FROM", CLIENT),
            (CLIENT, "QUERIED", ("Domain", "shop.example")),
            (("Domain", "shop.example"), "RESOLVED_TO", ("Ip", "203.0.113.5")),
            (CLIENT, "REQUESTED", ("Url", "https://shop.example/a")),
            (("User", "corp\\ada"), "RAN", ("File", "c:\\temp\\x.exe")),
            (("File", "c:\\windows\\explorer.exe"), "RAN", ("File", "c:\\temp\\x.exe")),
            (("File", "c:\\temp\\x.exe"), "HAS_HASH", ("Hash", "d41d8cd98f00b204e9800998ecf8427e")),
        ],
    );
    keeps_none_of(&graph, &["s3cr3t", "\\ada"]);
}

#[test]
fn ecs() {
    let graph = of(
        "ecs",
        r#"{"@timestamp":"2024-01-31T23:59:59.123Z","event":{"category":["authentication"],"outcome":"success","action":"login"},"user":{"name":"ada","domain":"corp"},"source":{"ip":"192.0.2.10","port":1234,"as":{"number":64500}},"host":{"name":"srv7","ip":["198.51.100.7"],"mac":["02-00-5E-10-00-01"]}}
{"@timestamp":"2024-01-31T23:59:59.123Z","event":{"category":["network"]},"source":{"ip":"192.0.2.10"},"destination":{"ip":"198.51.100.7","port":53},"dns":{"question":{"name":"shop.example","type":"A"},"resolved_ip":["203.0.113.5"],"answers":[{"data":"203.0.113.5","type":"A"}]}}
{"@timestamp":"2024-01-31T23:59:59.123Z","source":{"ip":"192.0.2.10"},"url":{"full":"https://shop.example/a?token=s3cr3t","query":"token=s3cr3t"},"user_agent":{"original":"curl/8.5"}}
{"@timestamp":"2024-01-31T23:59:59.123Z","host":{"name":"srv7"},"user":{"name":"ada"},"process":{"executable":"/usr/bin/curl","command_line":"curl -u ada:s3cr3t","hash":{"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"parent":{"executable":"/bin/bash"}}}"#,
    );
    has(
        &graph,
        &[
            (("User", "corp\\ada"), "LOGGED_IN_FROM", CLIENT),
            (("User", "corp\\ada"), "LOGGED_IN_TO", ("Host", "srv7")),
            (("Host", "srv7"), "HAS_ADDRESS", SERVER),
            (CLIENT, "QUERIED", ("Domain", "shop.example")),
            (("Domain", "shop.example"), "RESOLVED_TO", ("Ip", "203.0.113.5")),
            (CLIENT, "REQUESTED", ("Url", "https://shop.example/a")),
            (("File", "/bin/bash"), "RAN", ("File", "/usr/bin/curl")),
            (("Host", "srv7"), "RAN", ("File", "/usr/bin/curl")),
        ],
    );
    keeps_none_of(&graph, &["s3cr3t", "\\ada"]);
}

#[test]
fn firewalls() {
    let graph = of(
        "fortinet.traffic",
        "date=2024-01-31 time=23:59:59 devname=\"fw\" devid=\"FG1\" eventtime=1706745599123456789 tz=\"+0000\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" vd=\"root\" srcip=192.0.2.10 srcport=50000 srcintf=\"lan\" dstip=198.51.100.7 dstport=443 sessionid=1 proto=6 action=\"accept\" policyid=1 service=\"HTTPS\" user=\"ada\" sentbyte=10 rcvdbyte=20 srcmac=\"02:00:5e:10:00:01\"\n\
         date=2024-01-31 time=23:59:59 tz=\"+0000\" logid=\"1\" type=\"utm\" subtype=\"webfilter\" srcip=192.0.2.10 dstip=198.51.100.7 dstport=443 service=\"HTTPS\" hostname=\"shop.example\" url=\"/a?token=s3cr3t\" action=\"blocked\"\n",
    );
    has(
        &graph,
        &[
            (CLIENT, "CONNECTED_TO", SERVER),
            (("User", "ada"), "RELATED_TO", CLIENT),
            (CLIENT, "REQUESTED", ("Url", "https://shop.example/a")),
        ],
    );
    keeps_none_of(&graph, &["s3cr3t", "\"ada\""]);
    let graph = of(
        "cef",
        "CEF:0|Example|Shield|1.0|100|worm stopped|10|rt=1706745599123 src=192.0.2.10 dst=198.51.100.7 dpt=443 suser=ada duser=bob@b.example act=blocked request=https://shop.example/a?s3cr3t fileHash=d41d8cd98f00b204e9800998ecf8427e fname=x.exe cs1Label=Note cs1=s3cr3t\n\
         Jan 31 23:59:59 fw CEF:0|Example|Shield|1.0|101|seen|3|src=host-a dst=198.51.100.7 shost=host-a\n",
    );
    has(
        &graph,
        &[
            (CLIENT, "CONNECTED_TO", SERVER),
            (CLIENT, "TRIGGERED", ("Signature", "Shield:100")),
            (("Signature", "Shield:100"), "TARGETS", SERVER),
            (CLIENT, "REQUESTED", ("Url", "https://shop.example/a")),
            (("User", "ada"), "RELATED_TO", CLIENT),
            (("File", "x.exe"), "HAS_HASH", ("Hash", "d41d8cd98f00b204e9800998ecf8427e")),
        ],
    );
    keeps_none_of(&graph, &["s3cr3t", "\"ada\"", "bob@"]);
    let graph = of(
        "leef",
        "LEEF:1.0|Example|Shield|1.0|200|devTime=2024-01-31T23:59:59Z\tsrc=192.0.2.10\tdst=198.51.100.7\tdstPort=443\tproto=tcp\tusrName=ada\tsev=5\tcat=web\turl=https://shop.example/a?s3cr3t\n",
    );
    has(
        &graph,
        &[
            (CLIENT, "CONNECTED_TO", SERVER),
            (CLIENT, "TRIGGERED", ("Signature", "Shield:200")),
            (CLIENT, "REQUESTED", ("Url", "https://shop.example/a")),
        ],
    );
    keeps_none_of(&graph, &["s3cr3t", "\"ada\""]);
}

#[test]
fn a_composite_attribute_of_misp_is_two_things_and_how_they_relate() {
    let graph = of(
        "misp",
        r#"{"Event": {"uuid": "5b1e0d2c-0000-4000-8000-000000000001", "info": "A case", "date": "2024-01-31", "Attribute": [
            {"type": "filename|md5", "category": "Payload delivery", "to_ids": true, "value": "x.exe|d41d8cd98f00b204e9800998ecf8427e", "comment": "sent by ada@example.org"},
            {"type": "domain|ip", "category": "Network activity", "to_ids": true, "value": "bad.example|203.0.113.5"},
            {"type": "text", "category": "Other", "to_ids": false, "value": "not an observable"}]}}"#,
    );
    let report = ("Report", "5b1e0d2c-0000-4000-8000-000000000001");
    has(
        &graph,
        &[
            (("File", "x.exe"), "HAS_HASH", ("Hash", "d41d8cd98f00b204e9800998ecf8427e")),
            (("Domain", "bad.example"), "RESOLVED_TO", ("Ip", "203.0.113.5")),
            (("Ip", "203.0.113.5"), "LISTED_IN", report),
        ],
    );
    keeps_none_of(&graph, &["ada@", "not an observable"]);
}

#[test]
fn a_stats_event_of_suricata_is_a_record_by_itself() {
    let graph = of(
        "suricata.eve",
        &format!(
            "{}\n{}",
            eve("flow", 443, r#""app_proto":"tls""#),
            r#"{"timestamp":"2024-01-31T23:59:59.123456+0000","event_type":"stats","stats":{"uptime":450501,"capture":{"kernel_packets":7349877}}}"#
        ),
    );
    assert_eq!((graph.count("Ip"), graph.count("Record")), (2, 1));
    keeps_none_of(&graph, &["7349877"]);
}

#[test]
fn a_home_of_windows_names_nobody() {
    let graph = of(
        "windows.sysmon",
        r#"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"WS5.corp.example","UtcTime":"2024-01-31 23:59:59.123","User":"CORP\\ada","Image":"C:\\Users\\ada\\AppData\\Local\\Temp\\x.exe","CommandLine":"x.exe -p s3cr3t","ParentImage":"C:\\Users\\Public\\y.exe","Hashes":"SHA1=DA39A3EE5E6B4B0D3255BFEF95601890AFD80709,MD5=D41D8CD98F00B204E9800998ECF8427E,IMPHASH=00000000000000000000000000000001"}"#,
    );
    let image = ("File", r"%USERPROFILE%\AppData\Local\Temp\x.exe");
    has(
        &graph,
        &[
            (("User", r"corp\ada"), "RAN", image),
            (("Host", "ws5.corp.example"), "RAN", image),
            (("File", r"C:\Users\Public\y.exe"), "RAN", image),
            (image, "HAS_HASH", ("Hash", "d41d8cd98f00b204e9800998ecf8427e")),
            (image, "HAS_HASH", ("Hash", "imphash:00000000000000000000000000000001")),
        ],
    );
    keeps_none_of(&graph, &["s3cr3t", "\\ada"]);
    assert_eq!(graph.count("Record"), 1);
}
