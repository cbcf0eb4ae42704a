/** The state that test cases start from: tenants, people of every role, clients of every kind, resource servers, and live tokens of all of them. */
import type { JsonWebKeyInput } from 'node:crypto'
import { authenticator } from '../authenticator.ts'
import { type Declared, declare } from './declarations.ts'
import type { Harness } from './harness.ts'
import { preAuthorized } from './obtained.ts'
import { type Jar, jar } from './pages.ts'
import {
  type Body,
  called,
  enter,
  noCode,
  type Person,
  password,
  signedIn,
  signedUp,
  subjectOf,
  tokensOf,
  withApp,
  withPasskey,
} from './people.ts'
import type { Random } from './random.ts'
import type { Server } from './server.ts'
import { declaredTargets, targets } from './targets.ts'
import { authorizeTarget, freshCode, freshRefreshToken, ifGiven, issueTokens, redirectUri, rights, scope } from './tokens.ts'
import type { World } from './world.ts'

export interface Client {
  id: string
  secret: string | undefined
  /** Authenticates with `client_secret_post`. */
  posts?: true
}

export interface Resource {
  identifier: string
  secret: string
}

export interface Fixture {
  harness: Harness
  people: Readonly<Record<'viewer' | 'operator' | 'org_admin' | 'superadmin' | 'second', Person>>
  clients: Readonly<Record<'web' | 'asking' | 'open' | 'machine' | 'opaque' | 'wallet' | 'signals', Client>>
  declared: Declared
  world: World
  /** What was obtained since the callers signed in, by name. */
  made: Map<string, Promise<unknown>>
  resource: Resource
  /** A client with HS256 access tokens, and the secret that signs them. */
  hmac: Client & { signingSecret: string; token: string; revoked: string }
  /** `tenant`: another tenant. `strict`: one that requires a second factor. `proving`: one where sign-up requires a verified email address. */
  tenant: { slug: string; administrator: Person }
  strict: { slug: string; person: Person }
  proving: { slug: string }
  apiKeys: readonly string[]
  /** Ids of the objects that test cases may change and delete, by kind: `users`, `clients` and so on. */
  ids: Readonly<Record<string, readonly string[]>>
  /** Tokens, codes, keys and secrets that the server issued, by kind. Some are spent. */
  tokens: Map<string, string[]>
  /** `mails`: folder of the mails the server sends. `links`: the links in them. */
  mails: string
  links: readonly string[]
  publicKeys: readonly JsonWebKeyInput['key'][]
  keep(kind: string, token: string): void
  code(random: Random): Promise<string>
  refreshToken(random: Random): Promise<string>
}

/** What is prepared once per server. No test case targets the administrator or the monitor. */
export interface Installation {
  server: Server
  world: World
  administrator: Person
  /** The client whose tokens show that the server still works. */
  monitor: Client
  apiKeys: readonly string[]
  /** Variable names for live tokens in the commands that reproduce a fault. */
  names: Map<string, string>
}

export async function installation(
  harness: Harness,
  random: Random,
  { server, world, names }: Pick<Installation, 'server' | 'world' | 'names'>,
): Promise<Installation> {
  const named = { login: server.administrator.email, password: server.administrator.password }
  const administrator = await signedIn(harness, random, { base: '', subject: '', ...named })
  administrator.subject = subjectOf(administrator.access)
  const monitor = { grant_types: ['client_credentials'], scope: 'monitor', client_id: 'monitor' }
  const { client_secret: secret } = await called(harness, random, 'POST', '/api/v1/admin/clients', monitor, administrator.access)
  const owner = await signedUp(harness, random, 'key-owner')
  await server.command('services', 'create', 'nightly')
  const [person, service] = await Promise.all([
    server.command('api-keys', 'create', '--user', owner.login, '--label', 'laptop', '--scope', 'openid email', '--json'),
    server.command('api-keys', 'create', '--service', 'nightly', '--label', 'server', '--scope', 'reports:write', '--json'),
  ])
  const apiKeys = [person, service].map((text) => JSON.parse(text).api_key as string)
  return { server, world, administrator, monitor: { id: 'monitor', secret }, apiKeys, names }
}

/** New objects and tokens, whatever earlier test cases changed, deleted or spent. `n` makes their names unique. */
export async function fixture(harness: Harness, random: Random, installation: Installation, n: number): Promise<Fixture> {
  const { server, administrator, apiKeys, names, world } = installation
  names.clear()
  Object.assign(administrator, await tokensOf(harness, random, administrator))
  const asAdministrator: Call = (method, path, body) => called(harness, random, method, `/api/v1/admin/${path}`, body, administrator.access)
  const declared = await declare(n, world, [`web-${n}`], asAdministrator)
  await asAdministrator('PUT', 'attributes/team', { type: 'string', writable_by: 'person', scope: 'profile' })
  const resource = await resourceOf(`api-${n}`, (body) => asAdministrator('POST', 'resources', body))
  const resourceScope = { [resource.identifier]: 'read write', [`${harness.issuer}/api/v1/admin`]: rights.join(' ') }
  const clients = await clientsOf(n, declared, resourceScope, (body) => asAdministrator('POST', 'clients', body))
  const people = await peopleOf(harness, random, n, asAdministrator)
  const tenant = await tenantOf(harness, random, `acme-${n}`, asAdministrator)
  const strict = await tenantOf(harness, random, `strict-${n}`, asAdministrator)
  await asAdministrator('PATCH', `tenants/${strict.slug}`, { second_factor: 'required' })
  await asAdministrator('POST', 'tenants', { id: `proving-${n}`, name: 'Proving' })
  await asAdministrator('PATCH', `tenants/proving-${n}`, { sign_up_email: 'verified' })
  const newcomer = { email: `newcomer-${n}@example.com`, password, display_name: 'Newcomer' }
  await called(harness, random, 'POST', `/t/proving-${n}/api/v1/auth/register`, newcomer)
  for (const kind of ['invitation', 'reset', 'verification'])
    await asAdministrator('POST', `users/${people.viewer.subject}/links`, { kind })
  await enter(harness, random, people.org_admin, authorizeTarget('', clients.asking.id))

  const made: Fixture = {
    ...{ harness, people, clients, resource, tenant, apiKeys, declared, world },
    made: new Map(),
    hmac: { ...demoClient, token: '', revoked: '' },
    strict: { slug: strict.slug, person: { ...strict.administrator, jar: jar() } },
    proving: { slug: `proving-${n}` },
    ids: await targets({ clients, people }, n, asAdministrator, (name) => signedUp(harness, random, name)),
    tokens: new Map(),
    mails: server.mails,
    links: [],
    publicKeys: (await called(harness, random, 'GET', '/.well-known/jwks.json')).keys,
    keep(kind, token) {
      made.tokens.set(kind, [...(made.tokens.get(kind) ?? []), token].slice(-20))
      names.set(token, kind.toUpperCase())
    },
    code: (random) => ifGiven(freshCode(made, random)),
    refreshToken: (random) => ifGiven(freshRefreshToken(made, random)),
  }
  await issueTokens(made, random)
  made.ids = { ...made.ids, ...(await declaredTargets(made, random, n, asAdministrator)) }
  return made
}

/** A demo client of development mode. Its signing secret is public. */
const demoClient = {
  id: 'm2m-hs256',
  secret: 'm2m-hs256-secret',
  posts: true,
  signingSecret: 'm2m-hs256-signing-secret-for-development',
} as const

export type Call = (method: string, path: string, body?: object) => Promise<Body>

async function clientsOf(
  n: number,
  { badge, approved }: Declared,
  resource_scope: object,
  register: (body: object) => Promise<Body>,
): Promise<Fixture['clients']> {
  const people = { redirect_uris: [redirectUri], post_logout_redirect_uris: ['https://app.example/'], scope, client_name: `App ${n}` }
  const grants = ['authorization_code', 'refresh_token']
  const made = {
    web: {
      ...people,
      scope: `${scope} grant_management_query grant_management_revoke`,
      grant_types: [...grants, 'client_credentials', 'password', 'implicit', ...furtherGrants],
      response_types: ['code', 'none', 'code id_token', 'id_token'],
      policy: { consent: 'skip' },
    },
    wallet: {
      ...people,
      grant_types: [...grants, preAuthorized],
      token_endpoint_auth_method: 'none',
      scope: `${badge} ${approved} offline_access`,
      authorization_details_types: ['openid_credential'],
    },
    signals: { grant_types: ['client_credentials'], scope: 'ssf.manage' },
    asking: { ...people, grant_types: grants, token_endpoint_auth_method: 'client_secret_post', logo_uri: 'https://app.example/logo.png' },
    open: { ...people, grant_types: grants, token_endpoint_auth_method: 'none', application_type: 'native' },
    machine: { grant_types: ['client_credentials'], scope: ['read', 'write', 'ssf.manage', ...rights].join(' '), resource_scope },
    opaque: { grant_types: ['client_credentials'], scope: 'read', access_token_format: 'opaque' },
  }
  const clients: Record<string, Client> = {}
  for (const [name, body] of Object.entries(made)) {
    const { client_id: id, client_secret: secret } = await register({ client_id: `${name}-${n}`, ...body })
    clients[name] = { id, secret }
  }
  return clients as Record<keyof typeof made, Client>
}

const furtherGrants = ['device_code', 'token-exchange', 'jwt-bearer']
  .map((name) => `urn:ietf:params:oauth:grant-type:${name}`)
  .concat('urn:openid:params:grant-type:ciba')

export async function resourceOf(name: string, register: (body: object) => Promise<Body>): Promise<Resource> {
  const identifier = `https://${name}.example`
  const { secret } = await register({ identifier, name: 'API', scopes: { read: 'Read', write: 'Write' }, with_secret: true })
  return { identifier, secret }
}

async function peopleOf(harness: Harness, random: Random, n: number, asAdministrator: Call): Promise<Fixture['people']> {
  const people: Record<string, Person> = {}
  for (const role of ['viewer', 'operator', 'org_admin', 'superadmin', 'second']) {
    const person = await signedUp(harness, random, `${role}-${n}`)
    if (role !== 'second') await asAdministrator('PUT', `users/${person.subject}/role`, { role })
    people[role] = { ...person, ...(await tokensOf(harness, random, person)) }
  }
  const second = people['second']!
  await enter(harness, random, second, '/account/second-factors')
  people['second'] = await withApp(harness, random, second)
  await withPasskey(harness, random, second)
  await enter(harness, random, people['viewer']!, '/account')
  return people as unknown as Fixture['people']
}

async function tenantOf(harness: Harness, random: Random, slug: string, asAdministrator: Call): Promise<Fixture['tenant']> {
  const login = `boss@${slug}.example`
  const { administrator } = await asAdministrator('POST', 'tenants', {
    id: slug,
    name: slug,
    administrator: { username: 'boss', email: login },
  })
  const person = {
    base: `/t/${slug}`,
    subject: administrator.id,
    login,
    jar: jar(),
    access: '',
    refresh: '',
    code: noCode,
    device: authenticator(harness.issuer),
  }
  await enter(harness, random, { ...person, password: administrator.temporary_password }, `/t/${slug}/account`)
  const tokens = await tokensOf(harness, random, { ...person, password })
  return { slug, administrator: { ...person, ...tokens, password } }
}

/** An independent copy. */
export function copyOf({ cookies }: Jar): Jar {
  const copy = jar()
  for (const [name, value] of cookies) copy.cookies.set(name, value)
  return copy
}
