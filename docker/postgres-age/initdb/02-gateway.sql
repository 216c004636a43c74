-- As whom the gateway logs in. It can do nothing of itself but say for whom it asks: it takes on the roles that are granted to it.
\getenv password GATEWAY_PASSWORD
CREATE ROLE heimdall_gateway_login LOGIN NOINHERIT PASSWORD :'password';
GRANT heimdall_gateway TO heimdall_gateway_login WITH INHERIT TRUE, SET FALSE;
