/** Compatibility with Auto Authn: registration, sign-in and tenants in JSON, and OAuth requests that name no client or tenant. */
import { z } from 'zod'
import { accountSchema, ownUsername } from '../../identity/accounts.ts'
import type { CompletedSignIn } from '../../identity/second-factor.ts'
import { startSession } from '../../identity/sign-in.ts'
import { countTenantCreation } from '../../identity/throttle.ts'
import { firstPartyId } from '../../protocol/client.ts'
import { emailAddress } from '../../protocol/email-address.ts'
import { OAuthError, TooMany } from '../../protocol/errors.ts'
import { idTokenClaims } from '../../protocol/id-token.ts'
import { Params } from '../../protocol/params.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import { hintedPerson, isPerson } from '../../protocol/subject.ts'
import { newSlugSchema, slugSchema, tenantNameSchema } from '../../protocol/tenant-settings.ts'
import type { TenantActs } from '../api/admin/tenants.ts'
import { refreshed, type TokenResponse, tokensFor } from '../api/first-party.ts'
import { readJsonBody } from '../api/json-body.ts'
import { guardedRoute, type JsonRoute, openRoute } from '../api/json-route.ts'
import { problem } from '../api/problem.ts'
import { ownEvent } from '../http/own-event.ts'
import type { Route, WebTenant } from '../http/route.ts'
import { mailSent, otp, signedInAccount, register as signUp, unproven, wrongPassword } from './pico-auth.ts'

/** What these routes need beyond one tenant. */
export interface CompatDeps {
  tenant(slug: string): Promise<WebTenant | undefined>
  /** Its id; undefined when the slug is taken. */
  createTenant(ask: { slug: string; name: string; contact: string }): Promise<string | undefined>
  tenants: TenantActs
  /** Anyone may create a tenant. */
  openTenants: boolean
  /** A password grant or a revocation may name no client. */
  withoutClient: boolean
  version: string
}

const tenantSlug = slugSchema.optional().describe('The tenant; absent: that of the session cookie, or else this one')
const password = z.string().min(8).max(256)
const pair = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  token_type: z.literal('bearer'),
  id_token: z.string().optional(),
  expires_in: z.int(),
})

export function autoAuthn(compat: CompatDeps): JsonRoute[] {
  const anyone = openRoute(
    {
      method: 'GET',
      path: '/methodz',
      summary: 'Name and version of the server',
      answer: z.object({ service: z.string(), version: z.string(), node: z.string() }),
    },
    async () => ({ answer: { service: 'gatehouse', version: compat.version, node: process.versions.node } }),
  )
  return [anyone, tenant(compat), register(compat), login(compat), refresh(compat)]
}

function tenant(compat: CompatDeps): JsonRoute {
  const form = {
    method: 'POST',
    path: '/tenant',
    summary: 'Create a tenant; its issuer is this one followed by /t/ and the slug',
    body: z.strictObject({
      slug: newSlugSchema,
      name: tenantNameSchema,
      email: emailAddress(),
    }),
    answer: z.object({ id: z.string(), slug: z.string(), name: z.string(), email: z.string(), issuer: z.string() }),
    status: 201,
    act: 'tenant.create',
  } as const
  type Asked = { tenant: WebTenant; request: Request; body: z.output<typeof form.body> }
  const make = async ({ tenant, body }: Asked) => {
    if (tenant.slug !== '') problem(404, 'not_found', 'tenants are created at the root tenant')
    const id = await compat.createTenant({ slug: body.slug, name: body.name, contact: body.email })
    if (id === undefined) problem(409, 'invalid_request', 'a tenant with this slug exists already')
    return { answer: { ...body, id, issuer: `${tenant.ctx.issuer}/t/${body.slug}` }, target: id }
  }
  const makeCounted = async (ask: Asked) => {
    const wait = await countTenantCreation(ask.tenant.signIn, ask.request.address, ask.tenant.ctx.now())
    if (wait !== undefined) throw new TooMany('too many tenants', wait)
    return make(ask)
  }
  return compat.openTenants ? openRoute(form, makeCounted) : guardedRoute('tenants:write', form, make)
}

function register(compat: CompatDeps): JsonRoute {
  return openRoute(
    {
      method: 'POST',
      path: '/register',
      summary: 'Register and sign in',
      body: z.strictObject({
        tenant_slug: slugSchema,
        username: ownUsername.min(3),
        email: emailAddress(),
        password,
        attributes: accountSchema.shape.attributes,
      }),
      answer: pair,
      status: 201,
      accepted: unproven,
    },
    async ({ tenant, request, body }) => {
      const there = await inTenant(compat, tenant, body.tenant_slug, request)
      if (there.signIn.secondFactor === 'required')
        problem(403, 'access_denied', 'a second factor is required here; sign in with a browser and set one up')
      const { username, email, attributes } = body
      return auditedThere(there, request, async () => {
        const account = await signUp(there, request, { username, email, claims: {}, attributes }, body.password)
        if (!account) return { accepted: mailSent, auditEvents: [{ act: 'user.sign-up', outcome: 'success', detail: { proven: false } }] }
        const { subject, passwordHash } = account
        const proof = { subject, passwordHash, authTime: there.ctx.now(), acr: 'aal1', amr: ['pwd'] }
        return { ...(await signedIn(there, request, { account, proof })), auditEvents: [ownEvent('user.sign-up', account)] }
      })
    },
  )
}

function login(compat: CompatDeps): JsonRoute {
  return openRoute(
    {
      method: 'POST',
      path: '/login',
      summary: 'Sign in with user name or email address',
      body: z.strictObject({ identifier: z.string().trim().min(3).max(254), password: z.string().max(1024), otp, tenant_slug: tenantSlug }),
      answer: pair,
    },
    async ({ tenant, request, body }) => {
      const there = await inTenant(compat, tenant, body.tenant_slug, request)
      const { identifier: login, password, otp } = body
      return auditedThere(there, request, async () => {
        const entrance = await signedInAccount(there, request, { login, password, otp })
        const auditEvents = [ownEvent('user.sign-in', entrance.account, entrance.detail)]
        return { ...(await signedIn(there, request, entrance)), auditEvents }
      })
    },
  )
}

function refresh(compat: CompatDeps): JsonRoute {
  return openRoute(
    {
      method: 'POST',
      path: '/token/refresh',
      summary: 'Exchange a refresh token for new tokens, once',
      body: z.strictObject({ refresh_token: z.string().max(1024), tenant_slug: tenantSlug }),
      answer: pair,
    },
    async ({ tenant, request, body }) => {
      const there = await inTenant(compat, tenant, body.tenant_slug, request)
      return { answer: withLowerCaseType(await refreshed(there, body.refresh_token, request.address)) }
    },
  )
}

/** Events go into the audit log of the tenant they happened in, also for requests at the root's address. */
async function auditedThere<T extends Pick<Reply, 'auditEvents'>>(there: WebTenant, request: Request, work: () => Promise<T>): Promise<T> {
  const from = { requestId: request.id, address: request.address }
  try {
    const done = await work()
    await there.recordAudit(done.auditEvents ?? [], from)
    return { ...done, auditEvents: [] }
  } catch (error) {
    if (error instanceof OAuthError) await there.recordAudit(error.auditEvents.splice(0), from)
    throw error
  }
}

/** A new session, and tokens that belong to it. */
async function signedIn(tenant: WebTenant, request: Request, { account, proof }: Pick<CompletedSignIn, 'account' | 'proof'>) {
  const now = tenant.ctx.now()
  const { sessions: brought } = tenant.cookies.read(cookiesOf(request))
  const known = await tenant.ctx.people.sessions(brought, now, request.address)
  const started = await startSession(tenant.signIn, account, known, { ...proof, now, from: request })
  const changed = {
    act: 'user.sign-in',
    outcome: 'failure',
    target: account.subject,
    detail: { reason: 'password_changed', place: 'api' },
  } as const
  const sessions = started ?? wrongPassword(changed)
  const [session] = await tenant.ctx.people.sessions(sessions, now, request.address)
  const answer = withLowerCaseType(await tokensFor(tenant, proof, session?.sid ?? tenant.ctx.id()))
  return { answer, headers: { 'set-cookie': tenant.cookies.write({ sessions }, cookiesOf(request)) } }
}

const withLowerCaseType = (tokens: TokenResponse): z.input<typeof pair> => ({ ...tokens, token_type: 'bearer' })

/** The tenant of the address; at the root's address the one that the request names, or whose session it brings. */
async function inTenant(compat: CompatDeps, tenant: WebTenant, named: string | undefined, request: Request): Promise<WebTenant> {
  if (tenant.slug !== '')
    return named === undefined || named === tenant.slug ? tenant : problem(404, 'not_found', 'there is no such tenant here')
  if (named !== undefined) return (await compat.tenant(named)) ?? problem(404, 'not_found', 'there is no such tenant here')
  const [only, ...others] = slugsOf(cookiesOf(request))
  if (only === undefined) return tenant
  if (others.length > 0) problem(400, 'invalid_request', 'this browser has sessions of several tenants; send tenant_slug')
  return (await compat.tenant(only)) ?? tenant
}

function cookiesOf({ headers }: Request): string {
  const cookie = headers['cookie']
  return typeof cookie === 'string' ? cookie : ''
}

/** The tenants, other than the root, whose sessions these cookies name. */
function slugsOf(cookies: string): string[] {
  return [...cookies.matchAll(/(?:^|; *)(?:__Host-)?gatehouse-session-([a-z0-9-]{1,63})=/g)].map(([, slug]) => slug as string)
}

/** The same routes, which also accept requests that name no client: these act as the client of the sign-in API. */
export function withoutClients(routes: readonly Route[], compat: CompatDeps): Route[] {
  return routes.map((route) => {
    if (route.path === '/token' && compat.withoutClient)
      return lenient(route, compat, ({ params }) => params.all('grant_type').includes('password'))
    if (route.path === '/revoke' && compat.withoutClient) return lenient(route, compat, () => true)
    return route.path === '/logout'
      ? { ...route, body: 'either' as const, audienceOf: () => 'api' as const, handle: logoutOf(route, compat) }
      : route
  })
}

function lenient(route: Route, compat: CompatDeps, applies: (request: Request) => boolean): Route {
  const handle: Route['handle'] = async (tenant, request, sent) => {
    const named = ['client_id', 'client_secret', 'client_assertion'].some((name) => request.params.all(name).length > 0)
    const shown = ['authorization', 'oauth-client-attestation'].some((name) => request.headers[name] !== undefined)
    if (named || shown || !applies(request)) return route.handle(tenant, request, sent)
    const there = await inTenant(compat, tenant, request.params.get('tenant_slug'), request)
    const params = new Params([...request.params.entries(), ['client_id', firstPartyId]])
    const theirs = { ...request, url: there.ctx.issuer + route.path, params }
    return auditedThere(there, request, () => route.handle(there, theirs, sent))
  }
  return { ...route, handle }
}

const hint = z.strictObject({ id_token_hint: z.string().max(16_384), tenant_slug: tenantSlug })

/** Logout in JSON: with the browser's cookies and an ID token the session ends without a page. */
function logoutOf(route: Route, compat: CompatDeps): Route['handle'] {
  return async (tenant, request, sent) => {
    if (sent.json === undefined) return route.handle(tenant, request, sent)
    const body = hint.safeParse(readJsonBody(sent.json))
    if (!body.success)
      return problem(422, 'invalid_request', 'the body is not valid for this route', [{ field: 'id_token_hint', rule: 'is needed' }])
    const there = await inTenant(compat, tenant, body.data.tenant_slug, request)
    const claims = await idTokenClaims(there.ctx, body.data.id_token_hint)
    if (typeof claims?.['sub'] !== 'string') problem(400, 'invalid_request', 'id_token_hint is not an ID token of this issuer')
    const { sessions: brought } = there.cookies.read(cookiesOf(request))
    const sessions = await there.ctx.people.sessions(brought, there.ctx.now(), request.address)
    const hinted = await hintedPerson(there.ctx, claims['sub'], claims['aud'])
    const ended = sessions.filter(({ subject }) => isPerson(there.ctx, hinted, subject)).map((session) => session.id)
    await there.ctx.people.signOut(ended)
    const by = { type: 'user', id: claims['sub'] } as const
    await there.recordAudit(ended.length > 0 ? [{ act: 'user.sign-out', outcome: 'success', by, target: by.id }] : [], {
      requestId: request.id,
      address: request.address,
    })
    const remaining = { sessions: brought.filter((id) => !ended.includes(id)) }
    return {
      kind: 'json',
      status: 204,
      headers: { 'cache-control': 'no-store', 'set-cookie': there.cookies.write(remaining, cookiesOf(request)) },
    }
  }
}
