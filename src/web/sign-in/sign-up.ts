/** Self-registration: the step within a flow, and the page of the link that verifies the address. */
import { z } from 'zod'
import { UnusablePassword } from '../../crypto/passwords.ts'
import type { Account, SignUp } from '../../identity/account.ts'
import { accountSchema, claimsSchema } from '../../identity/accounts.ts'
import { rememberDevice } from '../../identity/devices.ts'
import type { MailDeps } from '../../identity/links.ts'
import { passwordProblem } from '../../identity/password-policy.ts'
import { type Applicant, confirmSignUp, findSignUp, signUp } from '../../identity/sign-up.ts'
import { attemptPassword, countMail } from '../../identity/throttle.ts'
import { refuse } from '../../protocol/errors.ts'
import { continueUrl, liveFlow } from '../../protocol/flow.ts'
import type { Params } from '../../protocol/params.ts'
import type { Browser, PageReply, Pages, Reply, Request } from '../../protocol/request-reply.ts'
import { applicationOf } from '../../protocol/respond.ts'
import { ownEvent } from '../http/own-event.ts'
import type { Route, WebTenant } from '../http/route.ts'
import { completeSignIn, type FlowRequest, flowRequestOf } from './complete.ts'
import { typedOf, valueFaults, valuesOf } from './questions.ts'
import { openSignUp, signUpRule } from './sign-up-rule.ts'
import { tooManyAttempts } from './too-many-attempts.ts'

const dead = 'this link was already used or has expired; sign up again'
const gone = 'another account now has this name or address; sign up again with another'
const unfit = 'more details are required here than when you signed up; sign up again, or ask an administrator for an account'
const marked = 'Please check the marked fields.'
const changed = 'The required details have just changed. Please check the form again.'
const taken = 'An account with this address exists already. Please sign in, or choose a new password if you forgot it.'
const wrong = 'This is not the password that you chose when you signed up. Please try again.'

const signUpStep: Route = {
  path: '/authorize/sign-up',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(tenant, request) {
    const { ctx, signIn, accounts } = tenant
    const { params, address } = request
    const flowRequest = await flowRequestOf(ctx, request)
    const { flow, client, flowToken, sessions } = flowRequest
    const { rule, asked } = await openSignUp(tenant)
    const { email, claims, password, repeated } = typedBy(params)
    const typed = typedOf(asked, params)
    const attributes = valuesOf(asked, typed) as Applicant['attributes'] & object
    const again = async (status: number, refusal: Refusal, headers: Record<string, string> = {}): Promise<Reply> => {
      const shown = { flow: flowToken, application: applicationOf(client), email, name: claims.name, canChoose: sessions.length > 0 }
      const data = { ...shown, asked: await ctx.people.askedAtSignUp(), typed, faults: {}, ...refusal }
      return { kind: 'page', page: 'sign-up', status, data, headers }
    }
    const faults = valueFaults(asked, attributes)
    const problem = problemOf(tenant, { email, claims }, password, repeated) ?? (Object.keys(faults).length > 0 && { text: marked })
    if (problem) return again(400, { problem, faults })
    const wait = await countMail(signIn, 'sign-up', { logins: [email], address }, ctx.now())
    if (wait !== undefined) return again(429, { problem: { text: tooManyAttempts(wait) } }, { 'retry-after': String(wait) })
    const at = { browser: flow.browser, flow: flowToken }
    const outcome = await signUp(accounts, rule, { email, claims, attributes, at }, password).catch(unusable)
    if (typeof outcome === 'object' && 'problem' in outcome) return again(400, outcome)
    if (outcome === 'taken') return again(409, { problem: { text: taken, field: 'email' } })
    if (outcome === 'mail-sent')
      return {
        ...done('sign-up-mail-sent', flowToken),
        auditEvents: [{ act: 'user.sign-up', outcome: 'success', detail: { proven: false } }],
      }
    return signInNewAccount(tenant, flowRequest, outcome)
  },
}

function typedBy(params: Params) {
  const name = params.get('name')?.trim() ?? ''
  const claims: Applicant['claims'] = name === '' ? {} : { name }
  return {
    email: params.get('email')?.trim() ?? '',
    claims,
    password: params.get('password') ?? '',
    repeated: params.get('repeated'),
  }
}

type Problem = NonNullable<Pages['sign-up']['problem']>

/** Why the page is displayed again. */
interface Refusal {
  problem: Problem
  faults?: Pages['sign-up']['faults']
}

function unusable(error: unknown): Refusal {
  if (error instanceof UnusablePassword) return { problem: { text: error.message, field: 'password' } }
  if (error instanceof z.ZodError) return { problem: { text: changed } } // everything was checked against the attributes of a moment ago
  throw error
}

function problemOf(
  { signIn }: WebTenant,
  { email, claims }: Applicant,
  password: string,
  repeated: string | undefined,
): Problem | undefined {
  if (!accountSchema.shape.email.safeParse(email).success)
    return { text: 'Please type an email address such as ada@example.com.', field: 'email' }
  if (!claimsSchema.safeParse(claims).success) return { text: 'Please type a shorter name.', field: 'name' }
  const text = passwordProblem(password, { repeated, account: { username: email, email, claims }, isPopular: signIn.passwords.isPopular })
  return text === undefined ? undefined : { text, field: 'password' }
}

/** Signs the new account in and returns to the flow; an account suspended at this moment gets no session. */
async function signInNewAccount(tenant: WebTenant, flowRequest: FlowRequest, account: Account): Promise<Reply> {
  const reply = (await completeSignIn(tenant, flowRequest, account)) ?? {
    kind: 'redirect' as const,
    to: continueUrl(tenant.ctx, flowRequest.flowToken),
  }
  return { ...reply, auditEvents: [ownEvent('user.sign-up', account), ...(reply.auditEvents ?? [])] }
}

/** Opening it spends nothing: mail scanners follow links too. */
const openConfirm: Route = {
  path: '/sign-up/confirm',
  methods: ['GET'],
  audience: 'person',
  wayOn: 'sign-up',
  async handle(tenant, { params, browser }) {
    signUpRule(tenant)
    const token = params.need('token')
    const waiting = (await findSignUp(tenant.mail as MailDeps, token)) ?? refuse('invalid_request', dead)
    return confirmPage(tenant, waiting, { token, flow: params.get('flow'), browser })
  },
}

function confirmPage(
  tenant: WebTenant,
  waiting: SignUp,
  { token, flow, browser }: { token: string; flow: string | undefined; browser: Browser },
  problem?: string,
): PageReply {
  const data = { token, flow, email: waiting.email, mustProve: !isHere(tenant, waiting, browser), problem }
  return { kind: 'page', page: 'confirm-sign-up', data }
}

function isHere({ ctx }: WebTenant, { browser: kept }: SignUp, { id }: Browser): boolean {
  return kept !== undefined && id !== undefined && ctx.tokens.hash('br', id) === kept
}

/** Address and password must be one person's: in another browser than that of the sign-up, the password is asked for. */
const confirm: Route = {
  path: '/sign-up/confirm',
  methods: ['POST'],
  audience: 'person',
  wayOn: 'sign-up',
  ownForm: true,
  async handle(tenant, request) {
    signUpRule(tenant)
    const { params, browser } = request
    const [token, flowToken] = [params.need('token'), params.get('flow')]
    const waiting = (await findSignUp(tenant.mail as MailDeps, token)) ?? refuse('invalid_request', dead)
    const refusal = isHere(tenant, waiting, browser) ? undefined : await provePassword(tenant, waiting, request)
    if (refusal) {
      const { status, problem, headers } = refusal
      return { ...confirmPage(tenant, waiting, { token, flow: flowToken, browser }, problem), status, headers }
    }
    const account = await confirmSignUp(tenant.accounts, waiting)
    if (account === 'unknown') refuse('invalid_request', dead)
    if (account === 'taken') refuse('invalid_request', gone)
    if (account === 'unfit') refuse('access_denied', unfit)
    const live = flowToken === undefined ? undefined : await liveFlow(tenant.ctx, flowToken, browser)
    if (live && flowToken !== undefined) {
      const sessions = await tenant.ctx.people.sessions(browser.sessions, tenant.ctx.now(), request.address)
      return signInNewAccount(tenant, { flowToken, ...live, request, sessions }, account)
    }
    const device = await rememberDevice(tenant.signIn, browser.device, account.subject, tenant.ctx.now())
    return { ...done('signed-up', undefined), remember: { device }, auditEvents: [ownEvent('user.sign-up', account)] }
  },
}

async function provePassword({ signIn, ctx }: WebTenant, { email, passwordHash }: SignUp, { params, browser, address }: Request) {
  const source = { login: email, address, device: browser.device }
  const { wait, result } = await attemptPassword(signIn, source, ctx.now(), async () =>
    (await signIn.passwords.verify(params.get('password') ?? '', passwordHash)) ? email : undefined,
  )
  if (wait !== undefined) return { status: 429, problem: tooManyAttempts(wait), headers: { 'retry-after': String(wait) } }
  return result === undefined ? { status: 401, problem: wrong, headers: {} } : undefined
}

function done(what: 'sign-up-mail-sent' | 'signed-up', flow: string | undefined): PageReply {
  return { kind: 'page', page: 'done', data: { what, flow } }
}

export const signUpSteps: readonly Route[] = [signUpStep]
/** Served only where mail can be sent. */
export const signUpLinks: readonly Route[] = [openConfirm, confirm]
