//! The presets in a database: all of them in one graph, and what a log of each kind says of the same address.

use heimdall_tests::Database;

const DNS: &str = r#"{"ts":"2026-01-01T10:00:00Z","uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":5353,"id.resp_h":"192.0.2.53","id.resp_p":53,"proto":"udp","query":"www.example.org","qtype_name":"A","rcode_name":"NOERROR","answers":["192.0.2.80"]}"#;

const LOGIN: &str =
    "<38>1 2026-01-01T10:00:01Z srv7 sshd 77 - - Failed password for ada from 192.0.2.1 port 50000 ssh2\n";

const ALERT: &str = r#"{"timestamp":"2026-01-01T10:00:02.000000+0000","flow_id":1,"event_type":"alert","src_ip":"192.0.2.1","src_port":50000,"dest_ip":"192.0.2.80","dest_port":80,"proto":"TCP","alert":{"action":"allowed","gid":1,"signature_id":2001219,"rev":20,"signature":"Example","category":"Scan","severity":2}}"#;

#[test]
fn one_graph_has_room_for_the_sources_of_all_presets() {
    let database = Database::new();
    database.run(
        "SELECT heimdall.create_source(replace(name, '.', '_'), preset => name) FROM heimdall.presets()",
    );
    database.ingest("zeek_dns", DNS);
    database.ingest("linux_auth", LOGIN);
    database.ingest("suricata_eve", ALERT);
    assert_eq!(
        database.rows(
            "SELECT DISTINCT edge_type FROM heimdall.neighbors('ip', '192.0.2.1') \
             WHERE edge_type <> 'OBSERVED_IN' ORDER BY 1"
        ),
        [["CONNECTED_TO"], ["QUERIED"], ["TRIED_LOGIN_FROM"], ["TRIGGERED"]]
    );
    let unhashed =
        "SELECT count(*) FROM heimdall.node WHERE key LIKE 'User:%' AND key !~ '^User:[0-9a-f]{64}$'";
    assert_eq!(database.value(unhashed), "0");
}
