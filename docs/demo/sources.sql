-- Four sources: what a dump of each looks like, and what is to become of its fields.
\ir settings.sql

CREATE EXTENSION heimdall CASCADE;
SELECT heimdall.init() \g /dev/null

-- Logins: who from where. The session is nobody's business and is dropped.
SELECT heimdall.create_source('auth', 'csv', '{
    "columns":   ["time", "user", "src", "service", "result", "session"],
    "entities":  {"who":  {"label": "Email", "key": "user"},
                  "from": {"label": "Ip", "key": "src"}},
    "relations": [{"from": "who", "type": "LOGIN_FROM", "to": "from",
                   "properties": {"spelled": "src", "service": "service", "result": "result"}}],
    "time": "time", "tlp": "amber",
    "fields": {"src": {"rule": "keep"}, "service": {"rule": "keep"}, "result": {"rule": "keep"},
               "session": {"rule": "drop"}}}') \g /dev/null

-- DNS answers: nested JSON, a field is named by its path.
SELECT heimdall.create_source('dns', 'ndjson', '{
    "entities":  {"client": {"label": "Ip", "key": "id.orig_h"},
                  "name":   {"label": "Domain", "key": "query"},
                  "answer": {"label": "Ip", "key": "answer.data"}},
    "relations": [{"from": "client", "type": "QUERIED", "to": "name", "properties": {"spelled": "query"}},
                  {"from": "name", "type": "RESOLVED_TO", "to": "answer", "properties": {"spelled": "answer.data"}}],
    "time": "ts", "tlp": "amber",
    "fields": {"query": {"rule": "keep"}, "answer.data": {"rule": "keep"}, "answer.ttl": {"rule": "drop"},
               "id.resp_h": {"rule": "drop"}, "qtype": {"rule": "drop"}, "rcode": {"rule": "drop"}}}') \g /dev/null

-- Indicators: a domain, a URL or an address that points to a threat. Threat is a label of our own.
SELECT heimdall.create_source('indicators', 'csv', '{
    "columns":   ["added", "domain", "url", "ip", "threat", "confidence"],
    "entities":  {"domain": {"label": "Domain", "key": "domain"},
                  "url":    {"label": "Url", "key": "url"},
                  "ip":     {"label": "Ip", "key": "ip"},
                  "threat": {"label": "Threat", "key": "threat"}},
    "relations": [{"from": "domain", "type": "INDICATES", "to": "threat",
                   "properties": {"listed": "domain", "confidence": "confidence"}},
                  {"from": "url", "type": "INDICATES", "to": "threat",
                   "properties": {"listed": "url", "confidence": "confidence"}},
                  {"from": "ip", "type": "INDICATES", "to": "threat",
                   "properties": {"listed": "ip", "confidence": "confidence"}}],
    "time": "added", "tlp": "green",
    "fields": {"domain": {"rule": "keep"}, "url": {"rule": "keep"}, "ip": {"rule": "keep"},
               "confidence": {"rule": "keep"}}}') \g /dev/null

-- Leaked credentials: no mapping, it is inferred from the first dump.
SELECT heimdall.create_source('leak', 'csv') \g /dev/null
