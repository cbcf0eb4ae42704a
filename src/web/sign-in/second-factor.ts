/** The steps for second factors: verifying one, or setting up the first. */

import type { Account } from '../../identity/account.ts'
import { wrongFactor } from '../../identity/failed-sign-in.ts'
import { confirmPasskey, unknownPasskey, verifyPasskey } from '../../identity/passkeys.ts'
import { checkCode, passwordFingerprint } from '../../identity/second-factor.ts'
import type { SignInDeps } from '../../identity/sign-in.ts'
import { confirmTotp, sameTotp, type TotpConfirmation } from '../../identity/totp.ts'
import type { AuditEvent } from '../../protocol/audit-events.ts'
import { refuse } from '../../protocol/errors.ts'
import { continueUrl } from '../../protocol/flow.ts'
import { progress } from '../../protocol/progress.ts'
import type { Reply } from '../../protocol/request-reply.ts'
import { challengeContext, enrolmentPage, secondFactorPage } from '../../protocol/second-factor.ts'
import { signInPage } from '../../protocol/sign-in-page.ts'
import type { SecondFactorStep } from '../../protocol/types.ts'
import { ownEvent } from '../http/own-event.ts'
import type { Route, WebTenant } from '../http/route.ts'
import { type FlowRequest, flowRequestOf, type SignInMethod, startBrowserSession } from './complete.ts'
import { tooManyAttempts } from './too-many-attempts.ts'

const wrongPasskey = 'That passkey cannot be used here. Please try again, or sign in another way.'
const wrongFirst = 'The code is not right. Please type the one the app shows now.'
const wrong = 'The code is not right, or was used already. Please try again.'

/** Instead of a password: a passkey with user verification. */
export const passkey: Route = {
  path: '/authorize/passkey',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(tenant, request) {
    const { ctx, signIn } = tenant
    const flowRequest = await flowRequestOf(ctx, request)
    const { flowToken, flow, client, sessions } = flowRequest
    const [response, now] = [request.params.get('response') ?? '', ctx.now()]
    const shown = await verifyPasskey(signIn, { context: challengeContext(ctx, 'sign-in', flowToken), subject: undefined, response }, now)
    const how = shown && { acr: 'aal2', amr: shown.amr, authTime: now }
    const reply = shown && how && (await startBrowserSession(tenant, flowRequest, shown.account, how, { passkey: true }))
    if (reply) {
      await ctx.store.flows.answer(flow.id, 'sign-in')
      return reply
    }
    const page = { client, flowToken, loginHint: undefined, canChoose: sessions.length > 0, problem: wrongPasskey }
    const auditEvents = [
      { act: 'user.sign-in', outcome: 'failure', detail: { passkey: true, reason: 'passkey_refused', place: 'page' } } as const,
    ]
    return { kind: 'page', ...(await signInPage(ctx, page)), status: 401, auditEvents }
  },
}

/** A form that is handled only while this is the required step. */
function factorRoute(step: SecondFactorStep, handle: (tenant: WebTenant, factor: PendingFactor) => Promise<Reply>): Route {
  return {
    path: `/authorize/${step}`,
    methods: ['POST'],
    audience: 'person',
    ownForm: true,
    async handle(tenant, request) {
      const flowRequest = await flowRequestOf(tenant.ctx, request)
      const factor = await pendingFactorOf(tenant, flowRequest, step)
      return factor ? handle(tenant, factor) : { kind: 'redirect', to: continueUrl(tenant.ctx, flowRequest.flowToken) }
    },
  }
}

export const secondFactor = factorRoute('second-factor', async (tenant, factor) => {
  const { ctx, signIn } = tenant
  const { account, flowRequest } = factor
  const { request, client, flowToken } = flowRequest
  const { params } = request
  const page = { client, subject: account.subject, flowToken }
  const refused = async (problem: string): Promise<Reply> => {
    const auditEvents = [wrongFactor(account, 'page')]
    return { kind: 'page', status: 401, ...(await secondFactorPage(ctx, { ...page, problem })), auditEvents }
  }
  const response = params.get('response')
  if (response !== undefined) {
    const about = { context: challengeContext(ctx, 'second-factor', flowToken), subject: account.subject, response }
    const shown = await verifyPasskey(signIn, about, ctx.now())
    return shown ? completeSecondFactor(tenant, factor, [...shown.amr, 'mfa'], { passkey: true }) : refused(wrongPasskey)
  }
  const outcome = await checkCode(signIn, account, params.get('code') ?? params.get('recovery_code') ?? '', ctx.now())
  if (typeof outcome === 'object' && 'amr' in outcome) return completeSecondFactor(tenant, factor, outcome.amr, outcome.detail)
  if (outcome === 'wrong') return refused(wrong)
  const late = await secondFactorPage(ctx, { ...page, problem: tooManyAttempts(outcome.wait) })
  return { kind: 'page', status: 429, ...late, headers: { 'retry-after': String(outcome.wait) } }
})

/** Only for a pending sign-in: the right password was just given, and the account has no second factor. */
export const enrolment = factorRoute('enrolment', async (tenant, factor) => {
  const { ctx, signIn } = tenant
  const { account, flowRequest } = factor
  const { request, flowToken } = flowRequest
  const { params } = request
  const response = params.get('response')
  const made =
    response === undefined
      ? await firstApp(
          signIn,
          account,
          { context: challengeContext(ctx, 'enrolment', flowToken), draft: params.need('draft'), code: params.get('code') ?? '' },
          ctx.now(),
        )
      : await confirmPasskey(
          signIn,
          account,
          { context: challengeContext(ctx, 'enrolment', flowToken), response, name: '', onlyFirst: true },
          ctx.now(),
        )
  if (made === 'refused') return { kind: 'redirect', to: continueUrl(ctx, flowToken) } // one was set up meanwhile, and must be verified
  if (!made) return enrolAgain(tenant, factor, params.get('draft'), response)
  const { remember = {}, auditEvents = [] } = await completeSecondFactor(tenant, factor, [...made.amr, 'mfa'])
  const data = { codes: made.codes, next: continueUrl(ctx, flowToken) }
  const added = response === undefined ? 'totp' : 'passkey'
  return {
    kind: 'page',
    page: 'recovery-codes',
    data,
    remember,
    auditEvents: [ownEvent('user.factor-add', account, { factor: added }), ...auditEvents],
  }
})

/** The account that must verify or set up a second factor, and what was shown before. */
interface PendingFactor {
  account: Account
  flowRequest: FlowRequest
  before: SignInMethod & { authTime: number }
  /** Id of the pending sign-in to complete; undefined: the session is stepped up. */
  pending: string | undefined
}

/** Undefined when this is not the required step. */
async function pendingFactorOf(
  { ctx, signIn }: WebTenant,
  flowRequest: FlowRequest,
  expected: SecondFactorStep,
): Promise<PendingFactor | undefined> {
  const { flow, client, request } = flowRequest
  const { pending } = flow
  const { step, session } = await progress(ctx, client, flow, request)
  if (step !== expected) return undefined
  const account = await signIn.store.accounts.bySubject(pending?.subject ?? session?.subject ?? '')
  if (!account) return undefined
  if (pending?.password === passwordFingerprint(signIn, account))
    return { account, flowRequest, before: { amr: pending.amr, upstream: pending.upstream, authTime: ctx.now() }, pending: pending.id }
  if (pending) {
    await ctx.store.flows.setPending(flow.id, undefined)
    return undefined
  }
  const [alive] = await ctx.people.sessions([session?.id ?? ''], ctx.now(), request.address) // ended by a change of the password
  return alive && { account, flowRequest, before: alive, pending: undefined }
}

/** Everything was verified: starts a session, under a new id also for a step-up. */
async function completeSecondFactor(
  tenant: WebTenant,
  { account, flowRequest, before, pending }: PendingFactor,
  amr: readonly string[],
  detail: AuditEvent['detail'] = {},
): Promise<Reply> {
  const { flows } = tenant.ctx.store
  if (pending === undefined) await flows.answer(flowRequest.flow.id, 'second-factor')
  else if (!(await flows.complete(flowRequest.flow.id, pending))) refuse('invalid_request', 'this sign-in was already finished')
  const { authTime, upstream } = before
  const how = { acr: 'aal2', amr: [...new Set([...before.amr, ...amr])], authTime, upstream }
  const started = await startBrowserSession(tenant, flowRequest, account, how, detail)
  return started ?? { kind: 'redirect', to: continueUrl(tenant.ctx, flowRequest.flowToken) }
}

async function firstApp(signIn: SignInDeps, account: Account, ask: Omit<TotpConfirmation, 'onlyFirst'>, now: number) {
  const codes = await confirmTotp(signIn, account, { ...ask, onlyFirst: true }, now)
  return Array.isArray(codes) ? { codes, amr: ['otp'] } : (codes as undefined | 'refused')
}

/** With the same secret when the app's code was wrong. */
async function enrolAgain(
  { ctx, signIn }: WebTenant,
  { account, flowRequest: { client, flowToken } }: PendingFactor,
  draft: string | undefined,
  response: string | undefined,
): Promise<Reply> {
  const page = await enrolmentPage(ctx, { client, subject: account.subject, flowToken })
  const totp =
    draft === undefined ? page.data.totp : sameTotp(signIn, account, challengeContext(ctx, 'enrolment', flowToken), draft, ctx.now())
  const problem = draft === undefined ? wrongPasskey : wrongFirst
  const unknown = response === undefined ? undefined : await unknownPasskey(signIn, response)
  return { kind: 'page', ...page, status: 401, data: { ...page.data, totp, unknown, problem } }
}
