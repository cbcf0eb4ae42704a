/** The sign-in API at `/api/v1/auth`: requests and responses of pico-auth, with proper status codes and problem documents (RFC 9457). */
import { z } from 'zod'
import { UnusablePassword } from '../../crypto/passwords.ts'
import { type Account, loginOf } from '../../identity/account.ts'
import { giveRole, giveStatus } from '../../identity/account-administration.ts'
import { accountSchema, replacePassword } from '../../identity/accounts.ts'
import { failedSignIn } from '../../identity/failed-sign-in.ts'
import { leastProblem } from '../../identity/password-policy.ts'
import { roles } from '../../identity/roles.ts'
import { type CompletedSignIn, signInWithoutPage } from '../../identity/second-factor.ts'
import { type Applicant, signUp } from '../../identity/sign-up.ts'
import { attemptPassword, countMail } from '../../identity/throttle.ts'
import type { Actor, AuditEvent } from '../../protocol/audit-events.ts'
import { emailAddress } from '../../protocol/email-address.ts'
import { TooMany, withAuditEvent } from '../../protocol/errors.ts'
import type { Request } from '../../protocol/request-reply.ts'
import { line } from '../../protocol/text.ts'
import { administered } from '../api/admin/people.ts'
import { refreshed, type TokenResponse, tokensFor } from '../api/first-party.ts'
import { guardedRoute, type JsonRoute, openRoute } from '../api/json-route.ts'
import { Problem, problem } from '../api/problem.ts'
import { isoTime } from '../http/iso-time.ts'
import type { WebTenant } from '../http/route.ts'
import { openSignUp } from '../sign-in/sign-up-rule.ts'

const role = z.enum(roles)
const status = z.enum(['active', 'suspended'])
const time = z.iso.datetime().describe('RFC 3339')
const password = z.string().max(1024)
const user = z.object({ id: z.string(), email: z.string(), display_name: z.string(), role, org_id: z.string(), status })
const tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().describe('Seconds'),
})

/** The response when the address must be confirmed first; it is the same whether or not the address has an account. */
export const unproven = z.object({ status: z.literal('verification_required') })
export const mailSent: z.input<typeof unproven> = { status: 'verification_required' }

const paths = '/api/v1/auth'

/** Self-registration. The role is always the lowest. */
const registration = openRoute(
  {
    method: 'POST',
    path: `${paths}/register`,
    summary: 'Register',
    body: z.strictObject({
      email: emailAddress(),
      password,
      display_name: z.union([z.literal(''), line(500)]).default(''),
      attributes: accountSchema.shape.attributes,
    }),
    answer: user.pick({ id: true, email: true, role: true, status: true }),
    status: 201,
    accepted: unproven,
    act: 'user.sign-up',
  },
  async ({ tenant, request, body }) => {
    const claims = body.display_name === '' ? {} : { name: body.display_name }
    const { email, attributes } = body
    const account = await register(tenant, request, { email, claims, attributes }, body.password)
    return account ? { answer: shown(tenant, account), ...doneBy(account) } : { accepted: mailSent, detail: { proven: false } }
  },
)

/**
 * The account; undefined when its address must be confirmed first. Refuses when self-registration is off, is tried too often, the password
 * is too weak, or another account has the name or address.
 */
export async function register(tenant: WebTenant, request: Request, applicant: Applicant, text: string): Promise<Account | undefined> {
  const { ctx, signIn, accounts } = tenant
  const { rule } = await openSignUp(tenant)
  checkNew(tenant, text, 'password')
  const wait = await countMail(signIn, 'sign-up', { logins: [applicant.email], address: request.address }, ctx.now())
  if (wait !== undefined) throw new TooMany('too many sign-ups', wait)
  const outcome = await signUp(accounts, rule, applicant, text).catch((error: unknown) =>
    Promise.reject(withUnusablePassword(error, 'password')),
  )
  if (outcome === 'taken') problem(409, 'invalid_request', 'an account with this name or address exists already')
  return outcome === 'mail-sent' ? undefined : outcome
}

/** 8 characters are enough here, as in pico-auth. Widely used passwords are refused. */
function checkNew({ signIn, popularPasswords }: WebTenant, text: string, field: string): void {
  const isPopular = popularPasswords ? () => false : signIn.passwords.isPopular
  const rule = leastProblem(text, { isPopular })
  if (rule) problem(422, 'invalid_request', 'the password cannot be used', [{ field, rule }])
}

function withUnusablePassword(error: unknown, field: string): unknown {
  if (error instanceof UnusablePassword) problem(422, 'invalid_request', 'the password cannot be used', [{ field, rule: error.message }])
  return error
}

/** `event`: for the audit log. */
export function wrongPassword(event: AuditEvent): never {
  const refusal = new Problem(401, 'invalid_grant', 'login or password is not right')
  throw withAuditEvent(refusal, event)
}

/** For accounts with a second factor. */
export const otp = z
  .string()
  .max(64)
  .optional()
  .describe('Code of the authenticator app or a recovery code, for accounts with a second factor')

/** The account. The refusal is the same whatever is wrong. Refuses temporary passwords too. */
export async function signedInAccount(
  { ctx, signIn }: WebTenant,
  { address, browser }: Request,
  { login, ...shown }: { login: string; password: string; otp: string | undefined },
): Promise<CompletedSignIn> {
  const entrance = await signInWithoutPage(signIn, { login, address, device: browser.device }, shown, ctx.now())
  if (!entrance) return wrongPassword(await failedSignIn(signIn, login, 'api'))
  if (entrance.account.passwordIsTemporary)
    problem(403, 'access_denied', 'this password is temporary; sign in with a browser and choose your own')
  return entrance
}

const login = openRoute(
  {
    method: 'POST',
    path: `${paths}/login`,
    summary: 'Get tokens with email address and password',
    body: z.strictObject({ email: z.string().max(254), password, otp }),
    answer: tokens,
    act: 'user.sign-in',
  },
  async ({ tenant, request, body }) => {
    const { email: login, password, otp } = body
    const { account, proof, detail } = await signedInAccount(tenant, request, { login, password, otp })
    return { answer: bearerTokens(await tokensFor(tenant, proof, tenant.ctx.id())), ...doneBy(account), detail }
  },
)

function bearerTokens(issued: TokenResponse): z.input<typeof tokens> {
  return { ...issued, token_type: 'Bearer' }
}

const refresh = openRoute(
  {
    method: 'POST',
    path: `${paths}/refresh`,
    summary: 'Exchange a refresh token for new tokens, once',
    body: z.union([z.string().max(1024), z.strictObject({ refresh_token: z.string().max(1024) })]),
    answer: tokens,
  },
  async ({ tenant, request, body }) => ({
    answer: bearerTokens(await refreshed(tenant, typeof body === 'string' ? body : body.refresh_token, request.address)),
  }),
)

const me = guardedRoute(
  'me:read',
  {
    method: 'GET',
    path: `${paths}/me`,
    summary: 'The account of the token',
    answer: user.extend({ created_at: time, last_login_at: time.nullable() }),
  },
  async ({ tenant }, { account, token }) => {
    const lastLogin = token.authTime === undefined ? null : isoTime(token.authTime)
    return { answer: { ...shown(tenant, account), created_at: isoTime(account.createdAt), last_login_at: lastLogin } }
  },
)

const changePassword = guardedRoute(
  'me:password',
  {
    method: 'POST',
    path: `${paths}/me/password`,
    summary: 'Choose a new password; ends all other sessions and refresh tokens',
    body: z.strictObject({ old_password: password, new_password: password }),
    answer: z.object({ message: z.string() }),
    act: 'user.password',
  },
  async ({ tenant, request: { address }, body }, { account, token }) => {
    const { signIn, ctx } = tenant
    const source = { login: loginOf(account), address, device: undefined }
    const { wait, result } = await attemptPassword(signIn, source, ctx.now(), async () =>
      (await signIn.passwords.verify(body.old_password, account.passwordHash)) ? account : undefined,
    )
    if (wait !== undefined) throw new TooMany('too many attempts at a password', wait)
    if (!result) problem(422, 'invalid_request', 'the password was not changed', [{ field: 'old_password', rule: 'is not right' }])
    checkNew(tenant, body.new_password, 'new_password')
    const replaced = await replacePassword(tenant.accounts, account, body.new_password, token.family).catch((error: unknown) =>
      Promise.reject(withUnusablePassword(error, 'new_password')),
    )
    if (replaced === undefined) problem(409, 'invalid_request', 'the password was changed by another request')
    return { answer: { message: 'Password changed' }, target: account.subject }
  },
)

const users = guardedRoute(
  'users:read',
  {
    method: 'GET',
    path: `${paths}/users`,
    summary: 'The accounts of the tenant, a page at a time',
    query: z.strictObject({
      search: z.string().max(254).optional().describe('Part of the user name or email address, case-insensitive'),
      sort: z.enum(['email', '-email', 'username', '-username', 'role', '-role', 'created_at', '-created_at']).default('created_at'),
      offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    answer: z.object({ users: z.array(user), total: z.int() }),
  },
  async ({ tenant, query }) => {
    const { search, offset, limit } = query
    const sort = query.sort.replace('-', '') as 'email'
    const ask = { search, sort, descending: query.sort.startsWith('-'), offset, limit }
    const { accounts, total } = await tenant.accounts.store.accounts.search(ask)
    return { answer: { users: accounts.map((account) => shown(tenant, account)), total } }
  },
)

const changeRole = guardedRoute(
  'roles:write',
  {
    method: 'PUT',
    path: `${paths}/users/:id/role`,
    summary: 'Give another account a role, at most your own',
    body: z.union([role, z.strictObject({ role })]),
    answer: user.pick({ id: true, email: true, role: true }),
    act: 'user.role',
  },
  async ({ tenant, body, path }, by) => {
    const to = typeof body === 'string' ? body : body.role
    return { answer: shown(tenant, administered(await giveRole(tenant.accounts, by, path.id, to))), detail: { role: to } }
  },
)

const changeStatus = guardedRoute(
  'users:suspend',
  {
    method: 'PUT',
    path: `${paths}/users/:id/status`,
    summary: 'Suspend or resume another account',
    body: z.union([status, z.strictObject({ status })]),
    answer: user.pick({ id: true, email: true, status: true }),
    act: 'user.status',
  },
  async ({ tenant, body, path }, by) => {
    const to = typeof body === 'string' ? body : body.status
    return { answer: shown(tenant, administered(await giveStatus(tenant.accounts, by, path.id, to))), detail: { status: to } }
  },
)

/** Actor and target of an audit event of the account's owner. */
function doneBy({ subject }: Account): { by: Actor; target: string } {
  return { by: { type: 'user', id: subject }, target: subject }
}

function shown({ org }: WebTenant, { subject, username, email, claims, role, status }: Account): z.input<typeof user> {
  const name = typeof claims['name'] === 'string' ? claims['name'] : username
  return { id: subject, email: email ?? '', display_name: name, role, org_id: org, status }
}

export const picoAuth: readonly JsonRoute[] = [registration, login, refresh, me, changePassword, users, changeRole, changeStatus]

/** Ours by theirs. */
export const picoAuthPaths: Readonly<Record<string, string>> = { [`${paths}/jwks`]: '/.well-known/jwks.json' }
