// An OpenID Connect issuer that gives JWT access tokens by client credentials. Prints its URL, ends with its stdin.
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const resource = 'urn:culvert';

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'laptop',
      client_secret: process.env.CLIENT_SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: 'tcp',
        audience: 'culvert',
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
server.on('request', provider.callback());
console.log(`issuer ${issuer} ${resource}`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
