/** The permission matrix: every route of the JSON APIs, every kind of caller, at home and abroad. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Role, rights, roles } from '../../src/identity/roles.ts'
import type { Tenant } from '../../src/tenant.ts'
import type { JsonRoute } from '../../src/web/api/json-route.ts'
import { type TestApp, testApp } from '../app.ts'
import { asked, bearer } from './json.ts'
import { jsonRoutes as routes } from './json-routes.ts'
import { weakest } from './weakest-roles.ts'

/** For anyone, which is worth saying too. */
const open = [
  'POST /api/v1/auth/register',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/refresh',
  'GET /methodz',
  'POST /register',
  'POST /login',
  'POST /token/refresh',
]

const nameOf = ({ method, path }: JsonRoute) => `${method} ${path}`
const guarded = routes.filter(({ permission }) => permission !== 'anyone')
const password = 'a long password'
const scopes = Object.keys(rights).map((right) => `admin:${right}`)

type Outcome = 'let in' | 'unknown caller' | 'not allowed'
/** The outcome for a caller at a route whose weakest role is this. */
type Expectation = (route: JsonRoute, least: Role) => Outcome
const byRole =
  (role: Role): Expectation =>
  (_, least) =>
    roles.indexOf(role) >= roles.indexOf(least) ? 'let in' : 'not allowed'
/** The sign-in API accepts only its own tokens. */
const administering =
  (outcome: Expectation, elsewhere: Outcome = 'unknown caller'): Expectation =>
  (route, least) =>
    route.callers === 'administrators' ? outcome(route, least) : elsewhere
const always =
  (outcome: Outcome): Expectation =>
  () =>
    outcome

const callers: Readonly<Record<string, Expectation>> = {
  nobody: always('unknown caller'),
  ...Object.fromEntries(roles.map((role) => [role, byRole(role)])),
  'an administrator who was suspended since': always('unknown caller'),
  'an administrator who is a viewer by now': byRole('viewer'),
  'a machine with every scope': administering(always('let in')),
  'a machine with the scope for all but this': administering(always('not allowed')),
  'a machine that is no longer registered for it': administering(always('not allowed')),
  'a machine with the scope, of a client that is gone': always('unknown caller'),
  'a machine that shares a secret': always('unknown caller'),
  'a superadmin through an application with every scope': administering(always('let in')),
  'a superadmin through an application with the scope for all but this': administering(always('not allowed')),
  'an operator through an application with every scope': administering(byRole('operator')),
  'a suspended superadmin through an application': always('unknown caller'),
  'a superadmin through an application, for another audience': always('unknown caller'),
  'a superadmin through an application, for the issuer': administering(always('unknown caller'), 'not allowed'),
  'an API key': administering(always('unknown caller'), 'not allowed'),
  'a token that has expired': always('unknown caller'),
}

/** The refusals of the administration API. */
const reasons: Readonly<Record<string, string>> = {
  viewer: 'your role does not allow this',
  'a machine with the scope for all but this': 'the access token lacks the scope for this',
  'a machine with the scope, of a client that is gone': 'the access token is unknown, expired, revoked or not for this server',
  'a machine that shares a secret': 'tokens of a client that is registered for HS256 are not accepted by the administration API',
  'a superadmin through an application, for the issuer': 'the access token is not for the administration API',
  'an API key': 'the access token was not issued to a client of this tenant',
}

test('the table has every guarded route, and names those for anyone', () => {
  assert.deepEqual(guarded.map(nameOf).toSorted(), Object.keys(weakest).toSorted())
  assert.deepEqual(
    routes
      .filter(({ permission }) => permission === 'anyone')
      .map(nameOf)
      .toSorted(),
    open.toSorted(),
  )
  assert.equal(new Set(routes.map(nameOf)).size, routes.length)
})

suite('permissions', () => {
  let gatehouse: TestApp
  const tenants: Record<string, Tenant> = {}
  before(async () => {
    gatehouse = await testApp('sqlite', { API_OPEN_TENANTS: 'false', KEYS_ALGS: 'ES256' })
    for (const slug of ['acme', 'umbra']) await gatehouse.app.tenants.create({ slug, name: slug })
    for (const slug of ['', 'acme', 'umbra']) {
      const tenant = (await gatehouse.app.tenant(slug)) as Tenant
      tenants[slug] = tenant
      for (const role of roles) await addPerson(tenant, role, role)
      await addPerson(tenant, 'suspended', 'superadmin')
      await tenant.store.accounts.change('suspended-sub', { status: 'suspended' })
      await addPerson(tenant, 'demoted', 'viewer')
      for (const [client_id, scope] of [
        ['machine', scopes.join(' ')],
        ['narrowed', 'admin:nothing'],
      ])
        await gatehouse.addClient({ client_id, scope, grant_types: ['client_credentials'] }, 'secret', tenant)
      const shared = { access_token_signed_response_alg: 'HS256', grant_types: ['client_credentials'] }
      await gatehouse.addClient({ client_id: 'shared', scope: scopes.join(' '), ...shared }, 'secret', tenant)
    }
  })
  after(() => gatehouse.close())

  const addPerson = (tenant: Tenant, name: string, role: Role) =>
    gatehouse.addAccount({ sub: `${name}-sub`, username: name, email: `${name}@example.com`, role }, password, tenant)

  const sign = async (tenant: Tenant, claims: object): Promise<Record<string, string>> => {
    const { ctx } = tenant
    const usual = { iss: ctx.issuer, iat: gatehouse.now(), exp: gatehouse.now() + 600, jti: ctx.id(), aud: `${ctx.issuer}/api/v1/admin` }
    return bearer(await ctx.keys.sign('ES256', 'at+jwt', { ...usual, ...claims }))
  }
  const person = (name: string, more: object = {}) => ({ sub: `${name}-sub`, client_id: 'gatehouse', gid: 'a-grant', ...more })
  const through = (name: string, more: object = {}) => ({ ...person(name), client_id: 'machine', scope: scopes.join(' '), ...more })
  const machine = (more: object = {}) => ({ sub: 'machine', client_id: 'machine', scope: scopes.join(' '), ...more })
  const allBut = ({ permission }: JsonRoute) => scopes.filter((scope) => scope !== `admin:${permission}`).join(' ')
  const apiKey = async (tenant: Tenant, resource: string[]) => {
    const text = tenant.tokens.make('ak')
    const kept = { owner: 'person' as const, subject: 'superadmin-sub', label: 'x', scope: scopes, resource, createdAt: gatehouse.now() }
    const id = tenant.ctx.id()
    const forever = { lifetime: undefined, expiresAt: undefined, lastUsedAt: undefined }
    await tenant.store.apiKeysAdmin.add({ ...kept, ...forever, id, chain: id, hash: tenant.tokens.hash('ak', text) as string })
    return { 'x-api-key': text }
  }

  async function headersOf(caller: string, tenant: Tenant, route: JsonRoute): Promise<Record<string, string>> {
    const aud = tenant.ctx.issuer
    if (roles.includes(caller as Role)) return sign(tenant, person(caller, { aud }))
    switch (caller) {
      case 'nobody':
        return {}
      case 'an administrator who was suspended since':
        return sign(tenant, person('suspended', { aud }))
      case 'an administrator who is a viewer by now':
        return sign(tenant, person('demoted', { aud, role: 'superadmin' }))
      case 'a machine with every scope':
        return sign(tenant, machine())
      case 'a machine with the scope for all but this':
        return sign(tenant, machine({ scope: allBut(route) }))
      case 'a machine that is no longer registered for it':
        return sign(tenant, machine({ sub: 'narrowed', client_id: 'narrowed' }))
      case 'a machine with the scope, of a client that is gone':
        return sign(tenant, machine({ sub: 'gone', client_id: 'gone' }))
      case 'a machine that shares a secret':
        return sign(tenant, machine({ sub: 'shared', client_id: 'shared' }))
      case 'a superadmin through an application with every scope':
        return sign(tenant, through('superadmin'))
      case 'a superadmin through an application with the scope for all but this':
        return sign(tenant, through('superadmin', { scope: allBut(route) }))
      case 'an operator through an application with every scope':
        return sign(tenant, through('operator'))
      case 'a suspended superadmin through an application':
        return sign(tenant, through('suspended'))
      case 'a superadmin through an application, for another audience':
        return sign(tenant, through('superadmin', { aud: 'https://api.example' }))
      case 'a superadmin through an application, for the issuer':
        return sign(tenant, through('superadmin', { aud }))
      case 'an API key':
        return apiKey(tenant, [`${tenant.ctx.issuer}/api/v1/admin`])
      case 'a token that has expired':
        return sign(tenant, person('superadmin', { aud, exp: gatehouse.now() - 1 }))
      default:
        throw new Error(caller)
    }
  }

  /** A request that is authorised but does nothing: what it names does not exist, or what it sends is invalid. */
  const send = (slug: string, { method, path }: JsonRoute, headers: Record<string, string>) => {
    const url = `${gatehouse.issuer}${slug === '' ? '' : `/t/${slug}`}${path.replace(/:\w+/g, 'nobody')}`
    return asked(url, method, ['GET', 'DELETE'].includes(method) ? undefined : { nothing: 'known' }, headers)
  }
  const outcomeOf = (status: number): Outcome => (status === 401 ? 'unknown caller' : status === 403 ? 'not allowed' : 'let in')

  for (const route of guarded) {
    const least = weakest[nameOf(route)] as Role
    for (const [caller, expected] of Object.entries(callers)) {
      for (const home of ['', 'acme']) {
        test(`${nameOf(route)} by ${caller}, of /${home}`, async () => {
          const headers = await headersOf(caller, tenants[home] as Tenant, route)
          const { status, body } = await send(home, route, headers)
          assert.equal(outcomeOf(status), expected(route, least), `${status} ${body.detail}`)
          assert.ok(status < 500, `${status}`)
          if (reasons[caller] && route.callers === 'administrators') assert.equal(body.detail, reasons[caller])
          if (expected(route, least) === 'let in' && home !== '' && route.permission.toString().startsWith('tenants:'))
            assert.equal(status, 404)
          for (const abroad of ['', 'acme', 'umbra'].filter((slug) => slug !== home))
            assert.equal((await send(abroad, route, headers)).status, 401, `abroad at /${abroad}`)
        })
      }
    }
  }
})
