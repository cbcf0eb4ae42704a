/** oidc-provider as a process of the bench: everything in memory, configured like Gatehouse. */
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import Provider from 'oidc-provider'
import { answerAsks, cpuTime } from './child.ts'
import {
  audience,
  authTime,
  type ClientId,
  type CodesWanted,
  challenge,
  clients,
  type Opened,
  person,
  publicKey,
  redirectUri,
  registrations,
  secret,
} from './contestant.ts'
import { freePort } from './free-port.ts'
import { memory } from './peer-adapter.ts'

let provider: Provider

answerAsks({ open, codes, cpu: cpuTime })

async function open(): Promise<Opened> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  provider = new Provider(origin, configuration())
  const server = createServer(provider.callback()).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { origin, version: installedVersion() }
}

function installedVersion(): string {
  const entry = createRequire(import.meta.url).resolve('oidc-provider')
  return JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')).version
}

function configuration(): object {
  const { sub, email, claims } = person
  return {
    adapter: memory(),
    clients: clients.map(({ id, grants, scope, idToken, byKey }) => ({
      client_id: id,
      ...(byKey
        ? { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicKey] } }
        : { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret }),
      grant_types: grants,
      redirect_uris: grants.includes('authorization_code') ? [redirectUri] : [],
      response_types: grants.includes('authorization_code') ? ['code'] : [],
      id_token_signed_response_alg: idToken,
      scope,
    })),
    jwks: { keys: [signingKey('ES256'), signingKey('RS256')] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'RS256'] },
    cookies: { keys: [secret] },
    scopes: ['openid', 'offline_access', 'read'],
    claims: { openid: ['sub'], profile: ['name', 'given_name', 'family_name', 'locale'], email: ['email', 'email_verified'] },
    findAccount: async () => ({ accountId: sub, claims: async () => ({ sub, ...claims, email, email_verified: true }) }),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    ttl: {
      AccessToken: 3600,
      ClientCredentials: 3600,
      IdToken: 3600,
      AuthorizationCode: 3600,
      RefreshToken: 2_592_000,
      Grant: 2_592_000,
      Session: 86_400,
      Interaction: 1800,
    },
    routes: {
      token: '/token',
      pushed_authorization_request: '/par',
      introspection: '/introspect',
      userinfo: '/userinfo',
      jwks: '/.well-known/jwks.json',
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx: object, { clientId }: { clientId: ClientId }) => (isOpaque(clientId) ? undefined : audience),
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx: object, _resource: string, { clientId }: { clientId: ClientId }) => ({
          scope: 'read',
          accessTokenTTL: 3600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: registrations[clientId].access } },
        }),
      },
    },
  }
}

const isOpaque = (id: ClientId) => registrations[id].access === 'opaque'

function signingKey(alg: 'ES256' | 'RS256'): object {
  const pair = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...pair.privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg }
}

async function codes({ client, scope, count }: CodesWanted): Promise<string[]> {
  const grant = new provider.Grant({ accountId: person.sub, clientId: client })
  grant.addOIDCScope(scope)
  grant.addResourceScope(audience, 'read')
  const grantId = await grant.save(2_592_000)
  const registered = await provider.Client.find(client)
  const code = {
    accountId: person.sub,
    acr: 'aal1',
    amr: ['pwd'],
    authTime,
    client: registered,
    codeChallenge: challenge,
    codeChallengeMethod: 'S256',
    expiresWithSession: false,
    grantId,
    nonce: 'n-0S6_WzA2Mj',
    redirectUri,
    resource: isOpaque(client) ? undefined : audience,
    scope,
    sid: 'session',
  }
  return Promise.all(Array.from({ length: count }, () => new provider.AuthorizationCode(code).save(3600)))
}
