\ir settings.sql

CREATE TEMP VIEW hit AS
SELECT account::text, address::text, service::text, threat::text, login::text::graphid AS login
FROM cypher('heimdall_graph', $$
    MATCH (:Record)<-[:OBSERVED_IN]-(account:Email)-[login:LOGIN_FROM]->(address:Ip)-[:INDICATES]->(threat:Threat)
    WHERE login.result = 'success'
    RETURN account.value, address.value, login.service, threat.value, id(login)
$$) AS (account agtype, address agtype, service agtype, threat agtype, login agtype);

SELECT left(h.account, 12) || '…' AS "account (HMAC)", h.address AS "logged in from", h.threat,
       h.service AS "last by", p.sightings AS logins, to_char(p.first_seen, 'YYYY-MM-DD HH24:MI:SS') AS "first (UTC)"
FROM hit AS h
JOIN heimdall.provenance AS p ON p.gid = h.login
ORDER BY p.first_seen;

DO $check$
BEGIN
    ASSERT (SELECT count(*) FROM hit) > 0, 'leaked accounts logged in from listed addresses';
    ASSERT (SELECT bool_and(account ~ '^[0-9a-f]{64}$') FROM hit), 'accounts are hashes';
END
$check$;
