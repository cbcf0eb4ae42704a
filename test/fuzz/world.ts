/** What a server in use holds: tenants, people of every role, clients of every kind, APIs, and everything alive that was handed out. */
import type { JsonWebKeyInput } from 'node:crypto'
import { authenticator } from '../authenticator.ts'
import { type Jar, jar } from './pages.ts'
import { called, enter, noCode, type Person, password, signedIn, signedUp, subjectOf, tokensOf, withApp, withPasskey } from './people.ts'
import type { Probe } from './probe.ts'
import type { Random } from './random.ts'
import type { Server } from './server.ts'
import { authorizeTarget, freshCode, freshRefreshToken, handOut, ifGiven, redirectUri, rights, scope } from './tokens.ts'

export interface Client {
  id: string
  secret: string | undefined
  /** Sends its secret among the parameters. */
  posts?: true
}

export interface Resource {
  identifier: string
  secret: string
}

export interface World {
  probe: Probe
  people: Readonly<Record<'viewer' | 'operator' | 'org_admin' | 'superadmin' | 'second', Person>>
  clients: Readonly<Record<'web' | 'asking' | 'open' | 'machine' | 'opaque', Client>>
  resource: Resource
  /** Shares its signing secret with the server. */
  hmac: Client & { signingSecret: string; token: string; revoked: string }
  /** A tenant and its administrator; one in which everybody needs a second factor, and one in which addresses are proven first. */
  tenant: { slug: string; administrator: Person }
  strict: { slug: string; person: Person }
  proving: { slug: string }
  apiKeys: readonly string[]
  /** Ids by what they name: `users`, `clients` … */
  ids: Readonly<Record<string, readonly string[]>>
  /** Everything that was handed out, by kind; some of it is used up. */
  tokens: Map<string, string[]>
  /** Folder of the mails that are sent, and addresses in those that came. */
  mails: string
  links: readonly string[]
  publicKeys: readonly JsonWebKeyInput['key'][]
  keep(kind: string, token: string): void
  code(random: Random): Promise<string>
  refreshToken(random: Random): Promise<string>
}

/** What lasts as long as the server: the keeper, whom no request is aimed at, and what only commands make. */
export interface Ground {
  server: Server
  keeper: Person
  /** The machine whose tokens tell that the server still works. */
  watch: Client
  apiKeys: readonly string[]
  /** What the tokens of the world are called in a command that sends a request again. */
  names: Map<string, string>
}

export async function ground(probe: Probe, random: Random, server: Server, names: Map<string, string>): Promise<Ground> {
  const named = { login: server.keeper.email, password: server.keeper.password }
  const keeper = await signedIn(probe, random, { base: '', subject: '', ...named })
  keeper.subject = subjectOf(keeper.access)
  const watch = { grant_types: ['client_credentials'], scope: 'watch', client_id: 'watch' }
  const { client_secret: secret } = await called(probe, random, 'POST', '/api/v1/admin/clients', watch, keeper.access)
  const owner = await signedUp(probe, random, 'key-owner')
  await server.command('services', 'create', 'nightly')
  const [person, service] = await Promise.all([
    server.command('api-keys', 'create', '--user', owner.login, '--label', 'laptop', '--scope', 'openid email', '--json'),
    server.command('api-keys', 'create', '--service', 'nightly', '--label', 'server', '--scope', 'reports:write', '--json'),
  ])
  const apiKeys = [person, service].map((text) => JSON.parse(text).api_key as string)
  return { server, keeper, watch: { id: 'watch', secret }, apiKeys, names }
}

/** Everything anew: whatever the requests until now have changed, removed or used up does not matter any more. `n`: for names that are new. */
export async function world(probe: Probe, random: Random, ground: Ground, n: number): Promise<World> {
  const { server, keeper, apiKeys, names } = ground
  names.clear()
  Object.assign(keeper, await tokensOf(probe, random, keeper))
  const asKeeper: Call = (method, path, body) => called(probe, random, method, `/api/v1/admin/${path}`, body, keeper.access)
  for (const { name } of (await asKeeper('GET', 'attributes')).items) await asKeeper('DELETE', `attributes/${encodeURIComponent(name)}`)
  await asKeeper('PUT', 'attributes/team', { type: 'string', writable_by: 'person', scope: 'profile' })
  const clients = await clientsOf(n, (body) => asKeeper('POST', 'clients', body))
  const resource = await resourceOf(`api-${n}`, (body) => asKeeper('POST', 'resources', body))
  const people = await peopleOf(probe, random, n, asKeeper)
  const tenant = await tenantOf(probe, random, `acme-${n}`, asKeeper)
  const strict = await tenantOf(probe, random, `strict-${n}`, asKeeper)
  await asKeeper('PATCH', `tenants/${strict.slug}`, { second_factor: 'required' })
  await asKeeper('POST', 'tenants', { id: `proving-${n}`, name: 'Proving' })
  await asKeeper('PATCH', `tenants/proving-${n}`, { sign_up_email: 'verified' })
  for (const kind of ['invitation', 'reset', 'verification']) await asKeeper('POST', `users/${people.viewer.subject}/links`, { kind })
  await enter(probe, random, people.org_admin, authorizeTarget('', clients.asking.id))

  const made: World = {
    ...{ probe, people, clients, resource, tenant, apiKeys },
    hmac: { ...sharedSecret, token: '', revoked: '' },
    strict: { slug: strict.slug, person: { ...strict.administrator, jar: jar() } },
    proving: { slug: `proving-${n}` },
    ids: await targets({ clients, people }, n, asKeeper, (name) => signedUp(probe, random, name)),
    tokens: new Map(),
    mails: server.mails,
    links: [],
    publicKeys: (await called(probe, random, 'GET', '/.well-known/jwks.json')).keys,
    keep(kind, token) {
      made.tokens.set(kind, [...(made.tokens.get(kind) ?? []), token].slice(-20))
      names.set(token, kind.toUpperCase())
    },
    code: (random) => ifGiven(freshCode(made, random)),
    refreshToken: (random) => ifGiven(freshRefreshToken(made, random)),
  }
  await handOut(made, random)
  return made
}

/** The client of development mode whose signing secret is known. */
const sharedSecret = {
  id: 'm2m-hs256',
  secret: 'm2m-hs256-secret',
  posts: true,
  signingSecret: 'm2m-hs256-signing-secret-for-development',
} as const

/** What requests may change and remove; the people and clients who make them are spared. */
async function targets(
  { clients, people }: Pick<World, 'clients' | 'people'>,
  n: number,
  asKeeper: Call,
  signUp: (name: string) => Promise<Person>,
): Promise<World['ids']> {
  const { second, org_admin } = people
  const [one, another] = [await signUp(`spare-${n}`), await signUp(`other-${n}`)]
  const group = await asKeeper('POST', 'groups', { name: `group-${n}`, description: 'A group' })
  const users = [second, org_admin, one, another].map(({ subject }) => subject)
  await asKeeper('POST', `groups/${group.id}/members`, { user_ids: users })
  await asKeeper('POST', `clients/${clients.asking.id}/secrets`, {})
  await asKeeper('POST', 'tenants', { id: `spare-${n}`, name: 'Spare' })
  const spare = await resourceOf(`spare-${n}`, (body) => asKeeper('POST', 'resources', body))
  const idsAt = async (path: string) => ((await asKeeper('GET', path)).items as { id: string }[]).map(({ id }) => id)
  return {
    users,
    groups: [group.id],
    clients: [clients.asking.id, clients.open.id],
    resources: [spare.identifier],
    tenants: [`spare-${n}`],
    attributes: ['team'],
    keys: [(await asKeeper('POST', 'keys/rotate', { alg: 'ES256' })).id],
    secrets: await idsAt(`clients/${clients.asking.id}/secrets`),
    sessions: [...(await idsAt(`sessions?user=${org_admin.subject}`)), ...(await idsAt(`sessions?user=${second.subject}`))],
    grants: [...(await idsAt(`grants?user=${org_admin.subject}`)), ...(await idsAt(`grants?user=${second.subject}`))],
  }
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was answered
type Call = (method: string, path: string, body?: object) => Promise<any>

// biome-ignore lint/suspicious/noExplicitAny: whatever was answered
async function clientsOf(n: number, register: (body: object) => Promise<any>): Promise<World['clients']> {
  const people = { redirect_uris: [redirectUri], post_logout_redirect_uris: ['https://app.example/'], scope, client_name: `App ${n}` }
  const grants = ['authorization_code', 'refresh_token']
  const made = {
    web: { ...people, grant_types: [...grants, 'password'], response_types: ['code', 'none'], policy: { consent: 'skip' } },
    asking: { ...people, grant_types: grants, token_endpoint_auth_method: 'client_secret_post', logo_uri: 'https://app.example/logo.png' },
    open: { ...people, grant_types: grants, token_endpoint_auth_method: 'none', application_type: 'native' },
    machine: { grant_types: ['client_credentials'], scope: ['read', 'write', ...rights].join(' ') },
    opaque: { grant_types: ['client_credentials'], scope: 'read', access_token_format: 'opaque' },
  }
  const clients: Record<string, Client> = {}
  for (const [name, body] of Object.entries(made)) {
    const { client_id: id, client_secret: secret } = await register({ client_id: `${name}-${n}`, ...body })
    clients[name] = { id, secret }
  }
  return clients as Record<keyof typeof made, Client>
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was answered
async function resourceOf(name: string, register: (body: object) => Promise<any>): Promise<Resource> {
  const identifier = `https://${name}.example`
  const { secret } = await register({ identifier, name: 'API', scopes: { read: 'Read', write: 'Write' }, with_secret: true })
  return { identifier, secret }
}

async function peopleOf(probe: Probe, random: Random, n: number, asKeeper: Call): Promise<World['people']> {
  const people: Record<string, Person> = {}
  for (const role of ['viewer', 'operator', 'org_admin', 'superadmin', 'second']) {
    const person = await signedUp(probe, random, `${role}-${n}`)
    if (role !== 'second') await asKeeper('PUT', `users/${person.subject}/role`, { role })
    people[role] = { ...person, ...(await tokensOf(probe, random, person)) }
  }
  const second = people['second']!
  await enter(probe, random, second, '/account/second-factors')
  people['second'] = await withApp(probe, random, second)
  await withPasskey(probe, random, second)
  await enter(probe, random, people['viewer']!, '/account')
  return people as unknown as World['people']
}

async function tenantOf(probe: Probe, random: Random, slug: string, asKeeper: Call): Promise<World['tenant']> {
  const login = `boss@${slug}.example`
  const { administrator } = await asKeeper('POST', 'tenants', { id: slug, name: slug, administrator: { username: 'boss', email: login } })
  const person = {
    base: `/t/${slug}`,
    subject: administrator.id,
    login,
    jar: jar(),
    access: '',
    refresh: '',
    code: noCode,
    device: authenticator(probe.issuer),
  }
  await enter(probe, random, { ...person, password: administrator.temporary_password }, `/t/${slug}/account`)
  const tokens = await tokensOf(probe, random, { ...person, password })
  return { slug, administrator: { ...person, ...tokens, password } }
}

/** A jar with the cookies of another; what becomes of them does not come back. */
export function copyOf({ cookies }: Jar): Jar {
  const copy = jar()
  for (const [name, value] of cookies) copy.cookies.set(name, value)
  return copy
}
