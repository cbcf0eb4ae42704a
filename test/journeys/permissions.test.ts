/** The permission matrix: every route of the JSON APIs, every kind of caller, at home and abroad. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { type Role, rights, roles } from '../../src/identity/roles.ts'
import type { Tenant } from '../../src/tenant.ts'
import type { JsonRoute } from '../../src/web/api/json-route.ts'
import { type TestApp, testApp } from '../app.ts'
import { asked, bearer } from './json.ts'
import { jsonRoutes as routes } from './json-routes.ts'

/** Written by hand: the weakest role that has it, for each route that is not for anyone. A route that is not here fails the test. */
const weakest: Readonly<Record<string, Role>> = {
  'GET /api/v1/auth/me': 'viewer',
  'POST /api/v1/auth/me/password': 'viewer',
  'GET /api/v1/auth/users': 'operator',
  'PUT /api/v1/auth/users/:id/role': 'org_admin',
  'PUT /api/v1/auth/users/:id/status': 'operator',
  'POST /tenant': 'superadmin',
  'GET /api/v1/admin/users': 'operator',
  'POST /api/v1/admin/users': 'org_admin',
  'GET /api/v1/admin/users/:id': 'operator',
  'PATCH /api/v1/admin/users/:id': 'org_admin',
  'DELETE /api/v1/admin/users/:id': 'org_admin',
  'PUT /api/v1/admin/users/:id/status': 'operator',
  'PUT /api/v1/admin/users/:id/role': 'org_admin',
  'POST /api/v1/admin/users/:id/temporary-password': 'org_admin',
  'POST /api/v1/admin/users/:id/links': 'operator',
  'DELETE /api/v1/admin/users/:id/sessions': 'operator',
  'GET /api/v1/admin/users/:id/factors': 'operator',
  'DELETE /api/v1/admin/users/:id/factors': 'org_admin',
  'GET /api/v1/admin/groups': 'operator',
  'POST /api/v1/admin/groups': 'org_admin',
  'GET /api/v1/admin/groups/:id': 'operator',
  'PATCH /api/v1/admin/groups/:id': 'org_admin',
  'DELETE /api/v1/admin/groups/:id': 'org_admin',
  'GET /api/v1/admin/groups/:id/members': 'operator',
  'POST /api/v1/admin/groups/:id/members': 'org_admin',
  'DELETE /api/v1/admin/groups/:id/members/:user': 'org_admin',
  'GET /api/v1/admin/attributes': 'operator',
  'PUT /api/v1/admin/attributes/:name': 'org_admin',
  'DELETE /api/v1/admin/attributes/:name': 'org_admin',
  'GET /api/v1/admin/roles': 'operator',
  'GET /api/v1/admin/sessions': 'operator',
  'DELETE /api/v1/admin/sessions/:id': 'operator',
  'GET /api/v1/admin/grants': 'operator',
  'DELETE /api/v1/admin/grants/:id': 'operator',
  'GET /api/v1/admin/clients': 'operator',
  'POST /api/v1/admin/clients': 'org_admin',
  'GET /api/v1/admin/clients/:id': 'operator',
  'PATCH /api/v1/admin/clients/:id': 'org_admin',
  'GET /api/v1/admin/clients/:id/status': 'operator',
  'PUT /api/v1/admin/clients/:id/status': 'org_admin',
  'DELETE /api/v1/admin/clients/:id': 'org_admin',
  'GET /api/v1/admin/clients/:id/assignments': 'operator',
  'POST /api/v1/admin/clients/:id/assignments': 'org_admin',
  'DELETE /api/v1/admin/clients/:id/assignments/:kind/:assignee': 'org_admin',
  'GET /api/v1/admin/clients/:id/secrets': 'operator',
  'POST /api/v1/admin/clients/:id/secrets': 'org_admin',
  'POST /api/v1/admin/clients/:id/secrets/rotate': 'org_admin',
  'DELETE /api/v1/admin/clients/:id/secrets/:secret': 'org_admin',
  'GET /api/v1/admin/initial-access-tokens': 'operator',
  'POST /api/v1/admin/initial-access-tokens': 'org_admin',
  'DELETE /api/v1/admin/initial-access-tokens/:id': 'org_admin',
  'GET /api/v1/admin/resources': 'operator',
  'POST /api/v1/admin/resources': 'org_admin',
  'GET /api/v1/admin/resources/:id': 'operator',
  'PATCH /api/v1/admin/resources/:id': 'org_admin',
  'DELETE /api/v1/admin/resources/:id': 'org_admin',
  'POST /api/v1/admin/resources/:id/secrets/rotate': 'org_admin',
  'GET /api/v1/admin/connections': 'operator',
  'POST /api/v1/admin/connections': 'org_admin',
  'GET /api/v1/admin/connections/:id': 'operator',
  'PATCH /api/v1/admin/connections/:id': 'org_admin',
  'PUT /api/v1/admin/connections/:id/secret': 'org_admin',
  'POST /api/v1/admin/connections/:id/check': 'org_admin',
  'DELETE /api/v1/admin/connections/:id': 'org_admin',
  'GET /api/v1/admin/trusted-issuers': 'operator',
  'POST /api/v1/admin/trusted-issuers': 'superadmin',
  'GET /api/v1/admin/trusted-issuers/:id': 'operator',
  'PATCH /api/v1/admin/trusted-issuers/:id': 'superadmin',
  'DELETE /api/v1/admin/trusted-issuers/:id': 'superadmin',
  'GET /api/v1/admin/vault': 'operator',
  'DELETE /api/v1/admin/vault/:id': 'operator',
  'GET /api/v1/admin/credential-configurations': 'operator',
  'POST /api/v1/admin/credential-configurations': 'org_admin',
  'GET /api/v1/admin/credential-configurations/:id': 'operator',
  'PATCH /api/v1/admin/credential-configurations/:id': 'org_admin',
  'DELETE /api/v1/admin/credential-configurations/:id': 'org_admin',
  'GET /api/v1/admin/credentials': 'operator',
  'PUT /api/v1/admin/credentials/:id/status': 'operator',
  'POST /api/v1/admin/credential-offers': 'operator',
  'GET /api/v1/admin/credential-requests': 'operator',
  'PUT /api/v1/admin/credential-requests/:id/decision': 'operator',
  'GET /api/v1/admin/keys': 'operator',
  'POST /api/v1/admin/keys/rotate': 'superadmin',
  'DELETE /api/v1/admin/keys/:id': 'superadmin',
  'GET /api/v1/admin/federation/entities': 'operator',
  'POST /api/v1/admin/federation/entities': 'org_admin',
  'DELETE /api/v1/admin/federation/entities/:role/:id': 'org_admin',
  'GET /api/v1/admin/federation/chains/:id': 'operator',
  'GET /api/v1/admin/federation/keys': 'operator',
  'POST /api/v1/admin/federation/keys/rotate': 'superadmin',
  'DELETE /api/v1/admin/federation/keys/:id': 'superadmin',
  'GET /api/v1/admin/federation/trust-marks': 'operator',
  'POST /api/v1/admin/federation/trust-marks': 'org_admin',
  'DELETE /api/v1/admin/federation/trust-marks/:type/:id': 'org_admin',
  'GET /api/v1/admin/tenants': 'superadmin',
  'POST /api/v1/admin/tenants': 'superadmin',
  'GET /api/v1/admin/tenants/:id': 'superadmin',
  'PATCH /api/v1/admin/tenants/:id': 'superadmin',
  'PUT /api/v1/admin/tenants/:id/status': 'superadmin',
  'GET /api/v1/admin/audit': 'operator',
  'GET /api/v1/admin/audit/export': 'operator',
}
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
