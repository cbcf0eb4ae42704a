/** A tenant in which everything that a client, a person or a service may hold has been handed out, before something of it changes. */
import assert from 'node:assert/strict'
import { SignJWT } from 'jose'
import type { Account, LinkKind } from '../../src/identity/account.ts'
import { makeApiKey } from '../../src/protocol/api-key.ts'
import { sha256 } from '../../src/protocol/codec/digest.ts'
import { resourceSchema } from '../../src/protocol/resource.ts'
import type { TokenKind } from '../../src/protocol/token-kind.ts'
import { trustedIssuerSchema } from '../../src/protocol/trusted-issuer.ts'
import type { Tenant } from '../../src/tenant.ts'
import type { TestApp } from '../app.ts'
import { hashCheaply } from '../cheap-secrets.ts'
import type { DocumentHost } from '../document-host.ts'
import type { Entity, Federation } from '../federation.ts'
import { type Answer, type Application, application, call, callback, shows, told } from '../journeys/application.ts'
import { aWallet, declare } from '../journeys/credential-setup.ts'
import type { Key } from '../journeys/dpop-proofs.ts'
import { usual } from '../journeys/federation-setup.ts'
import { type Asked, asked } from '../journeys/json.ts'
import type { Receiver } from '../receiver.ts'
import { browser, type TinyBrowser } from '../tiny-browser.ts'
import type { Upstream } from '../upstream.ts'

export const password = 'a good and long password'
export const stock = 'https://stock.example'
export const assertionGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
export const cibaGrant = 'urn:openid:params:grant-type:ciba'
export const elsewhere = 'https://auth.elsewhere.example'
export const partner = 'https://partner.example'
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const bye = 'https://app.example/bye'
export const scope = 'openid profile offline_access'

type Who = { username: string; password: string }

export interface World {
  gatehouse: TestApp
  tenant: Tenant
  issuer: string
  /** What a change is made to: the clients, and all people. */
  clients: string[]
  people: Account[]
  service: string
  /** JWT access tokens; opaque ones; for the administration API. */
  app: Application
  opaque: Application
  console: Application
  /** Its tokens are bound to `certificate`. */
  bound: Application
  /** Its authorization responses have a code and tokens. */
  hybrid: Application
  /** What no change is made to: the API of the tenant itself, and that of `stock`. */
  api: Application
  stockApi: Application
  /** Its tokens are pushed to `endpoint`. */
  pushed: Application
  endpoint: Receiver
  /** The client of a document, which is known from its first request on. */
  agent(): Application
  /** A public client that gets credentials. */
  wallet: Application
  /** Where alice is signed in and has allowed all of the clients what they ask for. */
  browser: TinyBrowser
  alice: Who
  key: Key
  /** The header by which the proxy before the server tells of the client's certificate. */
  certificate: Readonly<Record<string, string>>
  /** Through which people sign in. */
  provider: Upstream
  federation: Federation
  /** Of the federation that the tenant trusts. */
  anchor: Entity
  person(name: string): Promise<Who>
  json(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Asked>
  userinfo(headers: Record<string, string>): Promise<Answer>
  /** A proof of possession of `key`. `token`: sent with it. */
  proof(method: string, path: string, token?: string): Promise<string>
  /** Headers of an instance of `attested` whose key is `key`. */
  attestation(): Promise<Record<string, string>>
  link(kind: LinkKind, token: TokenKind, who: Who): Promise<string>
  signUpLink(email: string): Promise<string>
  apiKey(owner: 'person' | 'service'): Promise<string>
  /** Of a trusted issuer, about alice. */
  assertion(): Promise<string>
  hint(): Promise<string>
  /** Tokens of alice; `fields`: of the authorization request. */
  tokens(client: Application, fields?: Record<string, string>): Promise<Answer['body']>
}

/** Hands something out; what comes back uses it later and says how that went. */
export type Path = (world: World) => Promise<() => Promise<string>>

let [worlds, proofs] = [0, 0]

/** Servers of others. `host`: of documents; `endpoint`: where tokens are pushed to. */
export interface Outside extends Pick<World, 'certificate' | 'federation' | 'anchor' | 'provider'> {
  host: DocumentHost
  endpoint: Receiver
}

export async function world(gatehouse: TestApp, key: Key, { host, endpoint, ...given }: Outside): Promise<World> {
  const slug = `w${++worlds}`
  assert.ok(await gatehouse.app.tenants.create({ slug, name: 'Acme' }))
  await gatehouse.app.tenants.set(slug, {
    front_channel_tokens: true,
    federation: true,
    client_id_hosts: ['localhost'],
    client_attesters: { attester: { jwks: { keys: [key.jwk] } } },
  } as never)
  const tenant = (await gatehouse.app.tenant(slug)) as Tenant
  hashCheaply(tenant)
  const { issuer } = tenant.ctx
  const clients = ['app', 'opaque', 'console', 'bound', 'hybrid', 'attested', 'wallet', 'pushed']
  await register(gatehouse, tenant, key, `${endpoint.url}/tokens`)
  await trust(tenant, key)
  await tenant.store.federation.put({ ...usual, role: 'anchor', entity_id: given.anchor.id, jwks: { keys: [given.anchor.jwk] as never } })
  await tenant.store.services.add({ id: 'nightly', name: 'nightly', description: undefined, status: 'active', createdAt: gatehouse.now() })
  const of = (id: string, own = scope) => application(gatehouse, { id, secret: 'secret', scope: own, issuer })
  const made: World = {
    gatehouse,
    tenant,
    issuer,
    clients,
    people: [],
    service: 'nightly',
    app: of('app'),
    opaque: of('opaque'),
    console: of('console', 'admin:users:read'),
    bound: of('bound'),
    hybrid: of('hybrid'),
    pushed: of('pushed'),
    endpoint,
    agent() {
      const id = host.publish(`/${slug}`, { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope })
      if (!clients.includes(id)) clients.push(id)
      return application(gatehouse, { id, scope, issuer })
    },
    wallet: application(gatehouse, { id: 'wallet', issuer }),
    api: of('api'),
    stockApi: of('stock-api'),
    browser: browser(issuer),
    alice: { username: 'alice', password },
    key,
    ...given,
    async person(username) {
      const subject = await gatehouse.addAccount(
        { username, email: `${username}@example.com`, role: 'superadmin' } as never,
        password,
        tenant,
      )
      made.people.push((await tenant.store.accounts.bySubject(subject)) as Account)
      return { username, password }
    },
    json: (method, path, body, headers) => asked(issuer + path, method, body, headers),
    userinfo: (headers) => call(`${issuer}/userinfo`, { headers }),
    proof(method, path, token) {
      const ath = token === undefined ? {} : { ath: sha256(token) }
      return new SignJWT({ jti: `${slug} ${++proofs}`, htm: method, htu: issuer + path, iat: gatehouse.now(), ...ath })
        .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk: key.jwk as never })
        .sign(key.privateKey)
    },
    attestation: () => attestationOf(made),
    link: (kind, token, who) => linkOf(made, kind, token, who),
    signUpLink: (email) => signUpLinkOf(made, email),
    async apiKey(owner) {
      const holder = owner === 'person' ? made.people[0]!.subject : made.service
      const input = { label: 'Key', scope: owner === 'person' ? 'openid' : undefined, resource: [stock] }
      const { key: stored, text } = await makeApiKey(tenant.ctx, { owner, subject: holder }, input, undefined)
      assert.ok(await tenant.store.apiKeysAdmin.add(stored))
      return text
    },
    assertion: () => assertionOf(made, 'JWT'),
    hint: () => assertionOf(made, 'login-hint+jwt'),
    async tokens(client, fields = {}) {
      const code = await client.code(made.browser, fields, made.alice)
      const { status, body } = await client.redeem(code, { resource: fields['resource'] })
      assert.equal(status, 200, JSON.stringify(body))
      return body
    },
  }
  await made.person('alice')
  return made
}

function assertionOf({ issuer, gatehouse, key }: World, typ: string): Promise<string> {
  const claims = { iss: partner, sub: 'alice', aud: issuer, exp: gatehouse.now() + 60, jti: `${issuer} ${++proofs}` }
  return new SignJWT(claims).setProtectedHeader({ alg: key.alg, typ }).sign(key.privateKey)
}

async function register(gatehouse: TestApp, tenant: Tenant, { jwk }: Key, notifications: string): Promise<void> {
  const { issuer } = tenant.ctx
  const stockApi = { identifier: stock, name: 'Stock', scopes: { 'stock:read': 'See the stock' } }
  await tenant.store.resourcesAdmin.add(resourceSchema.parse(stockApi))
  const app = {
    redirect_uris: [callback],
    post_logout_redirect_uris: [bye],
    grant_types: [
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'password',
      deviceGrant,
      exchangeGrant,
      assertionGrant,
      cibaGrant,
    ],
    policy: { token_exchange: 'delegate', device_sso_group: 'acme' },
    connections: { files: 'read' },
    jwks: { keys: [{ ...jwk, kid: 'app' }] },
    scope: `${scope} stock:read device_sso`,
    identity_assertion_audiences: { [elsewhere]: { client_id: 'app' } },
    id_token_signed_response_alg: 'ES256',
  }
  const admin = { ...app, scope: 'admin:users:read' }
  await gatehouse.addClient({ ...app, client_id: 'app' }, 'secret', tenant)
  await gatehouse.addClient({ ...app, client_id: 'opaque', access_token_format: 'opaque' }, 'secret', tenant)
  await gatehouse.addClient({ ...admin, client_id: 'console' }, 'secret', tenant)
  const toCertificate = { tls_client_certificate_bound_access_tokens: true }
  await gatehouse.addClient({ ...app, ...toCertificate, client_id: 'bound' }, 'secret', tenant)
  const pushed = { backchannel_token_delivery_mode: 'push', backchannel_client_notification_endpoint: notifications }
  await gatehouse.addClient({ ...app, ...pushed, client_id: 'pushed' }, 'secret', tenant)
  const hybrid = { response_types: ['code id_token token'], grant_types: [...app.grant_types, 'implicit'] }
  await gatehouse.addClient({ ...app, ...hybrid, client_id: 'hybrid' }, 'secret', tenant)
  await gatehouse.addClient({ ...app, client_id: 'attested', token_endpoint_auth_method: 'attest_jwt_client_auth' }, undefined, tenant)
  const badge = { id: 'badge', display: [{ name: 'Badge' }], claims: [{ name: 'email', source: 'account.email' }] }
  await declare(tenant, badge, { ...badge, id: 'slow-badge', approval: 'required' })
  await gatehouse.addClient({ ...aWallet, client_id: 'wallet', scope: 'badge slow-badge' }, undefined, tenant)
  const api = { grant_types: ['client_credentials'], scope: '' }
  await gatehouse.addClient({ ...api, client_id: 'api', resource_server: issuer }, 'secret', tenant)
  await gatehouse.addClient({ ...api, client_id: 'stock-api', resource_server: stock }, 'secret', tenant)
}

/** The attester is its own instance. */
async function attestationOf({ gatehouse, tenant: { ctx }, issuer, key }: World): Promise<Record<string, string>> {
  const iat = gatehouse.now()
  const signed = (typ: string, claims: object) =>
    new SignJWT({ ...claims, iat }).setProtectedHeader({ alg: key.alg, typ }).sign(key.privateKey)
  const attestation = { iss: 'attester', sub: 'attested', exp: iat + 60, cnf: { jwk: key.jwk } }
  const proof = { aud: issuer, jti: `${issuer} ${++proofs}`, challenge: ctx.tokens.nonce('client-attestation', iat) }
  return {
    'oauth-client-attestation': await signed('oauth-client-attestation+jwt', attestation),
    'oauth-client-attestation-pop': await signed('oauth-client-attestation-pop+jwt', proof),
  }
}

async function trust({ store }: Tenant, { jwk }: Key): Promise<void> {
  const usual = { issuer: partner, jwks: { keys: [jwk] }, clients: ['app'], subject_kind: 'login', scope: 'profile stock:read' }
  const types = { assertion_types: ['jwt', 'login-hint+jwt'] }
  assert.ok(await store.trustedIssuersAdmin.add(trustedIssuerSchema.parse({ ...usual, ...types })))
}

const linkLifetime = 3600

/** As it is sent by mail. */
async function linkOf({ tenant, people, issuer }: World, kind: LinkKind, token: TokenKind, who: Who): Promise<string> {
  const account = people.find(({ username }) => username === who.username) as Account
  const email = kind === 'email-change' ? `new.${account.email}` : (account.email as string)
  const text = tenant.tokens.make(token)
  const url = `${issuer}/link?token=${text}`
  const message = tenant.mail!.message({ kind, to: email, username: who.username, from: 'Acme', link: { url } }, linkLifetime)
  const hash = tenant.tokens.hash(token, text) as string
  const { subject } = account
  assert.ok(await tenant.store.links.add({ hash, kind, subject, email, expiresAt: tenant.ctx.now() + linkLifetime, account, message }))
  return url
}

async function signUpLinkOf({ tenant, issuer }: World, email: string): Promise<string> {
  const text = tenant.tokens.make('lu')
  const url = `${issuer}/sign-up/confirm?token=${text}`
  const message = tenant.mail!.message({ kind: 'sign-up', to: email, username: email, from: 'Acme', link: { url } }, linkLifetime)
  const hash = tenant.tokens.hash('lu', text) as string
  const passwordHash = await tenant.signIn.passwords.hash(password)
  const waiting = { username: undefined, email, passwordHash, claims: {}, attributes: undefined, browser: undefined }
  await tenant.store.signUps.add({ hash, ...waiting, expiresAt: tenant.ctx.now() + linkLifetime }, message)
  return url
}

/** What a token endpoint or another program's endpoint said: the error, or else whether all of the scope was granted. */
export function programOutcome({ status, body }: Pick<Answer, 'status' | 'body'>, granted: string = scope): string {
  if (status >= 400) return typeof body.error === 'string' ? body.error : `${status}`
  return typeof body.scope === 'string' && body.scope !== granted ? `less: ${body.scope}` : 'works'
}

/** What an introspection endpoint said of a token. */
export const active = ({ status, body }: Pick<Answer, 'status' | 'body'>): string =>
  body['active'] === true ? 'works' : body['active'] === false ? 'inactive' : `${body['error'] ?? status}`

/** Where a browser came to rest. */
export function browserOutcome(landing: { status: number; url: URL; html: string }): string {
  const { code, error } = told(landing)
  if (code !== undefined) return 'works'
  if (error !== undefined) return error
  if (shows(landing, 'sign-in')) return 'signs in'
  if (shows(landing, 'second-factor')) return 'second factor'
  if (shows(landing, 'consent')) return 'consents'
  if (landing.html.includes('id="not-assigned"')) return 'not assigned'
  if (shows(landing, 'sign-out')) return 'asks'
  return `${landing.status}`
}
