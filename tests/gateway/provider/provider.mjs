// The identity provider of the tests: oidc-provider with a client for people and one for machines. Whoever logs in as
// `name:group` is in that group; whoever logs in as `name:group:tenant:next` belongs to that tenant, and to the next once
// SIGUSR2 has come. SIGHUP changes its key; each line that it prints says that it answers, and where.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const { default: Provider } = await import(process.env.OIDC_PROVIDER);
const { SITE, TTL, CLAIMS_ON_DEMAND } = process.env;
let moved = false;

function claims(id) {
  const [, group, tenant, next] = id.split(':');
  return { sub: id, groups: [group], tenant: moved ? next : tenant };
}

function configuration() {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  return {
    jwks: { keys: [{ ...key, kid: randomUUID(), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['the tests have one browser each'] },
    clients: [
      {
        client_id: 'heimdall-people',
        client_secret: "secret of the people's client",
        redirect_uris: [`${SITE}/auth/callback`],
        post_logout_redirect_uris: [`${SITE}/`],
        grant_types: ['authorization_code', 'refresh_token'],
      },
      {
        client_id: 'heimdall-machines',
        client_secret: "secret of the machines' client",
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
      },
    ],
    claims: { profile: ['groups', 'tenant'] },
    conformIdTokenClaims: Boolean(CLAIMS_ON_DEMAND),
    findAccount: (context, id) => ({ accountId: id, claims: () => claims(id) }),
    features: {
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: 'ingest', audience: 'heimdall', accessTokenFormat: 'jwt' }),
      },
    },
    issueRefreshToken: (context, client) => client.grantTypeAllowed('refresh_token'),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: { AccessToken: Number(TTL), IdToken: Number(TTL) },
  };
}

const server = createServer({ cert: readFileSync(process.env.CERTIFICATE), key: readFileSync(process.env.KEY) });

function serve() {
  const issuer = `https://localhost:${server.address().port}`;
  server.removeAllListeners('request');
  server.on('request', new Provider(issuer, configuration()).callback());
  console.log(issuer);
}

server.listen(0, '127.0.0.1', serve);
process.on('SIGHUP', serve);
process.on('SIGUSR2', () => (moved = true));
