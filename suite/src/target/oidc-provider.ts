/** oidc-provider from npm as the reference server, in memory, with all its features enabled. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { Unjudgeable } from '../errors.ts'
import { send } from '../http/wire.ts'
import { openSink } from '../sink.ts'
import { certificateFor } from './certificate.ts'
import { type ApprovingProvider, approvals } from './oidc-approvals.ts'
import { clients, grantTypeOf, notificationPath, type Prepared, people, registrationsOf, resources } from './prepared.ts'
import type { Listener, RunningTarget } from './target.ts'

/** The parts that are used here; the package has no types. */
interface Library {
  default: new (issuer: string, configuration: object) => ApprovingProvider & { callback(): RequestListener }
  errors: { InvalidTarget: new () => Error; AccessDenied: new () => Error }
}

/** RFC 9396. */
interface Detailed {
  rar?: readonly object[]
}

/** The client that sends a request, as far as it is known. */
interface Asking {
  oidc: { client?: { clientId: string } }
}

/** Of what is not part of it; and it is started without TLS. */
const others = ['exchange', 'mtls', 'pki', 'assertion', 'manager', 'wallet', 'ciba-push']
const served = Object.fromEntries(Object.entries(clients).filter(([name]) => !others.includes(name)))

/** `around`: wraps the request listener. */
export async function startOidcProvider(around = (listener: RequestListener) => listener): Promise<RunningTarget> {
  const speak = silence()
  const { default: Provider, errors } = await load()
  const server = createServer((request, response) => listener(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  const approving = approvals(
    issuer,
    () => provider,
    () => new errors.AccessDenied(),
  )
  const certificate = await certificateFor('localhost')
  const over = new AbortController()
  const sink = await openSink(over.signal, { certificate })
  const address = { url: `https://localhost:${sink.port}`, certificate, sink }
  const provider = new Provider(issuer, configuration(errors, approving.ciba, address))
  const listener = approving.around(around(provider.callback()))
  return {
    name: 'oidc-provider',
    issuer,
    people,
    clients: registrationsOf(served),
    resources,
    inbox: approving.inbox,
    listener: address,
    pages: {
      steps: [
        { when: 'input[name=login]', fill: { login: '{username}', password: '{password}' } },
        { when: 'input[name=prompt][value=consent]', fill: {} },
        { when: 'form#approval', fill: { username: '{username}' } },
        { when: 'form[id="op.deviceInputForm"]', fill: { user_code: '{user_code}' } },
        { when: 'form[id="op.deviceConfirmForm"]', fill: {} },
        { when: 'form[id="op.logoutForm"]', fill: { logout: 'yes' }, click: 'button[name=logout]' },
      ],
      decline: 'a[href$="/abort"], #refuse',
    },
    async stop() {
      over.abort()
      server.close()
      server.closeAllConnections()
      speak()
    },
  }
}

async function load(): Promise<Library> {
  const name = 'oidc-provider'
  try {
    return (await import(name)) as Library
  } catch {
    throw new Unjudgeable('TARGET=oidc-provider needs the package: npm install oidc-provider')
  }
}

/** Suppresses notices of the library, which would mix with the report. Returns a function that restores the console. */
function silence(): () => void {
  const { info, warn } = console
  Object.assign(console, { info: () => {}, warn: () => {} })
  return () => Object.assign(console, { info, warn })
}

function configuration(errors: Library['errors'], ciba: object, address: Listener): object {
  const on = { enabled: true }
  return {
    clients: Object.values(served).map((client) => metadataOf(client, address)),
    fetch: fetchingFrom(address),
    jwks: { keys },
    cookies: { keys: ['suite'], long: { httpOnly: true, sameSite: 'none' } }, // which POST requests need
    scopes: ['openid', 'offline_access', ...resources.flatMap(({ scope }) => scope.split(' '))],
    claims: {
      openid: ['sub'],
      profile: ['name', 'given_name', 'family_name', 'preferred_username', 'updated_at'],
      email: ['email', 'email_verified'],
      address: ['address'],
      phone: ['phone_number', 'phone_number_verified'],
    },
    findAccount: async (_context: object, sub: string) => ({ accountId: sub, claims: async () => claimsOf(sub) }),
    issueRefreshToken: async (_context: object, client: { grantTypeAllowed(grant: string): boolean }) =>
      client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    enableHttpPostMethods: true,
    features: {
      ciba,
      claimsParameter: on,
      clientCredentials: on,
      deviceFlow: on,
      encryption: on,
      introspection: on,
      jwtIntrospection: on,
      revocation: on,
      registration: on,
      registrationManagement: on,
      requestObjects: on,
      dPoP: {
        ...on,
        nonceSecret: randomBytes(32),
        requireNonce: ({ oidc }: Asking) => clients[oidc.client?.clientId ?? '']?.needsNonces === true,
      },
      pushedAuthorizationRequests: on,
      rpInitiatedLogout: on,
      richAuthorizationRequests: {
        ...on,
        types: { order: { validate: () => {} } },
        authorizationDetailsForGrantSource: ({ oidc }: { oidc: { grant: Detailed } }) => oidc.grant.rar,
        authorizationDetailsForAccessToken: (_context: object, _token: object, { rar }: Detailed) => rar,
        authorizationDetailsForIntrospection: (_context: object, { rar }: Detailed) => rar,
      },
      resourceIndicators: {
        ...on,
        getResourceServerInfo: (_context: object, resource: string) => resourceServer(resource, errors),
      },
    },
  }
}

/** Reaches the suite, whose certificate nobody else trusts. */
function fetchingFrom({ url: address, certificate }: Listener) {
  return async (url: string, options: { method: string; headers: Headers; body?: string }) => {
    if (!url.startsWith(address)) return fetch(url, options)
    const { method, headers, body } = options
    const request = { method, url, headers: Object.fromEntries(headers), ...(body === undefined ? {} : { body }) }
    const answer = await send(request, { signal: AbortSignal.timeout(10_000), ca: certificate.cert })
    return new Response(answer.body, { status: answer.status })
  }
}

function metadataOf(prepared: Prepared, { url }: Listener): object {
  const { grants, native, responseTypes = ['code'], pkceOptional, signsBackchannelRequests, delivery = 'poll', ...own } = prepared
  const { resource, private_key, needsNonces, ...client } = own
  const { d, ...publicKey } = private_key ?? {}
  return {
    ...client,
    grant_types: grants.map(grantTypeOf),
    response_types: grants.includes('authorization_code') ? responseTypes : [],
    ...(native ? { application_type: 'native' } : {}),
    ...(grants.includes('ciba') ? { backchannel_token_delivery_mode: delivery } : {}),
    ...(delivery === 'ping' ? { backchannel_client_notification_endpoint: url + notificationPath(client.client_id) } : {}),
    ...(signsBackchannelRequests ? { backchannel_authentication_request_signing_alg: 'ES256' } : {}),
    ...(private_key ? { jwks: { keys: [publicKey] } } : {}),
    authorization_details_types: ['order'],
  }
}

function resourceServer(identifier: string, { InvalidTarget }: Library['errors']): object {
  const known = resources.find((resource) => resource.identifier === identifier)
  if (known === undefined) throw new InvalidTarget()
  // The server introspects opaque tokens only, so there is one API of each kind.
  if (known === resources[0]) return { scope: known.scope, accessTokenFormat: 'opaque' }
  return { scope: known.scope, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }
}

function claimsOf(sub: string): object {
  return {
    sub,
    name: sub,
    given_name: sub,
    family_name: 'Example',
    preferred_username: sub,
    updated_at: 1_700_000_000,
    email: `${sub}@example.com`,
    email_verified: true,
    address: { locality: 'London', country: 'United Kingdom' },
    phone_number: '+441632960961',
    phone_number_verified: false,
  }
}

const keys = [signingKey('RS256'), signingKey('ES256'), { ...signingKey('ES256'), kid: 'encryption', use: 'enc', alg: 'ECDH-ES' }]

function signingKey(alg: 'ES256' | 'RS256'): object {
  const pair = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...pair.privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg }
}
