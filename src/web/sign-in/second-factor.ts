/** The step after the password: a code is shown, or the first second factor is set up. */

import { confirmPasskey, showPasskey } from '../../identity/passkeys.ts'
import { passwordMark, showCode, wrongCode } from '../../identity/second-factor.ts'
import type { SignIn } from '../../identity/sign-in.ts'
import { confirmTotp, sameTotp, type TotpConfirmation } from '../../identity/totp.ts'
import type { Account } from '../../identity/types.ts'
import type { Happening } from '../../protocol/audit-events.ts'
import { refuse } from '../../protocol/errors.ts'
import { findFlow, hubUrl, type Visit } from '../../protocol/flow.ts'
import { progress } from '../../protocol/progress.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import { enrolmentPage, placeOf, secondFactorPage } from '../../protocol/second-factor.ts'
import { signInPage } from '../../protocol/sign-in-page.ts'
import type { SecondFactorDebt } from '../../protocol/types.ts'
import { byThemselves } from '../http/own-event.ts'
import type { Route, TenantRoom } from '../http/route.ts'
import { begun, type Entry } from './complete.ts'
import { tooOften } from './too-many-attempts.ts'

const wrongPasskey = 'That passkey cannot be used here. Please try again, or go on another way.'
const wrongFirst = 'The code is not right. Please type the one the app shows now.'
const wrong = 'The code is not right, or was used already. Please try again.'

/** In place of a password: a passkey that has verified who is there. */
export const passkey: Route = {
  path: '/authorize/passkey',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(room, request) {
    const { ctx, signIn } = room
    const { params, browser, address } = request
    const [ticket, now] = [params.need('flow'), ctx.now()]
    const { flow, client } = await findFlow(ctx, ticket, browser)
    const sessions = await ctx.people.sessions(browser.sessions, now, address)
    const answer = { place: placeOf(ctx, 'sign-in', ticket), subject: undefined, response: params.get('response') ?? '' }
    const shown = await showPasskey(signIn, answer, now)
    const how = shown && { acr: 'aal2', amr: shown.amr, authTime: now }
    const reply = shown && how && (await begun(room, { ticket, flow, request, sessions }, shown.account, how, { passkey: true }))
    if (reply) {
      await ctx.store.flows.answer(flow.id, 'sign-in')
      return reply
    }
    const page = { client, ticket, loginHint: undefined, canChoose: sessions.length > 0, problem: wrongPasskey }
    const happened = [{ act: 'user.sign-in', outcome: 'failure', detail: { passkey: true } } as const]
    return { kind: 'page', ...(await signInPage(ctx, page)), status: 401, happened }
  },
}

export const secondFactor: Route = {
  path: '/authorize/second-factor',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(room, request) {
    const { ctx, signIn } = room
    const { params, browser } = request
    const ticket = params.need('flow')
    const visit = await findFlow(ctx, ticket, browser)
    const debtor = await debtorOf(room, visit, { ticket, request }, 'second-factor')
    if (!debtor) return { kind: 'redirect', to: hubUrl(ctx, ticket) } // something else is owed by now, or nothing is
    const { account } = debtor
    const page = { client: visit.client, subject: account.subject, ticket }
    const refused = async (problem: string): Promise<Reply> => {
      const happened = [wrongCode(account)]
      return { kind: 'page', status: 401, ...(await secondFactorPage(ctx, { ...page, problem })), happened }
    }
    const response = params.get('response')
    if (response !== undefined) {
      const about = { place: placeOf(ctx, 'second-factor', ticket), subject: account.subject, response }
      const shown = await showPasskey(signIn, about, ctx.now())
      return shown ? settled(room, debtor, [...shown.amr, 'mfa'], { passkey: true }) : refused(wrongPasskey)
    }
    const outcome = await showCode(signIn, account, params.get('code') ?? params.get('recovery_code') ?? '', ctx.now())
    if (typeof outcome === 'object' && 'amr' in outcome) return settled(room, debtor, outcome.amr, outcome.detail)
    if (outcome === 'wrong') return refused(wrong)
    const late = await secondFactorPage(ctx, { ...page, problem: tooOften(outcome.wait) })
    return { kind: 'page', status: 429, ...late, headers: { 'retry-after': String(outcome.wait) } }
  },
}

/** Only for half a sign-in: whoever has just given the right password and has no other factor. */
export const enrolment: Route = {
  path: '/authorize/enrolment',
  methods: ['POST'],
  audience: 'person',
  ownForm: true,
  async handle(room, request) {
    const { ctx, signIn } = room
    const { params, browser } = request
    const ticket = params.need('flow')
    const visit = await findFlow(ctx, ticket, browser)
    const debtor = await debtorOf(room, visit, { ticket, request }, 'enrolment')
    if (!debtor) return { kind: 'redirect', to: hubUrl(ctx, ticket) }
    const { account } = debtor
    const response = params.get('response')
    const made =
      response === undefined
        ? await firstApp(
            signIn,
            account,
            { place: placeOf(ctx, 'enrolment', ticket), draft: params.need('draft'), code: params.get('code') ?? '' },
            ctx.now(),
          )
        : await confirmPasskey(
            signIn,
            account,
            { place: placeOf(ctx, 'enrolment', ticket), response, name: '', onlyFirst: true },
            ctx.now(),
          )
    if (made === 'refused') return { kind: 'redirect', to: hubUrl(ctx, ticket) } // one was set up meanwhile: it is to be shown
    if (!made) return enrolAgain(room, debtor, visit, params.get('draft'))
    const { remember = {}, happened = [] } = await settled(room, debtor, [...made.amr, 'mfa'])
    const data = { codes: made.codes, next: hubUrl(ctx, ticket) }
    const factor = response === undefined ? 'totp' : 'passkey'
    return {
      kind: 'page',
      page: 'recovery-codes',
      data,
      remember,
      happened: [byThemselves('user.factor-add', account, { factor }), ...happened],
    }
  },
}

/** Who owes a second factor in a flow, and what they have shown before. */
interface Debtor {
  account: Account
  entry: Entry
  before: { amr: readonly string[]; authTime: number }
  /** The half of a sign-in that is to be completed; undefined: a session is to be raised. */
  half: string | undefined
}

/** Undefined when this is not what is owed. */
async function debtorOf(
  { ctx, signIn }: TenantRoom,
  { flow, client }: Visit,
  { ticket, request }: { ticket: string; request: Request },
  debt: SecondFactorDebt,
): Promise<Debtor | undefined> {
  const { half } = flow
  const { step, session, sessions } = await progress(ctx, client, flow, request)
  if (step !== debt) return undefined
  const account = await signIn.store.accounts.bySubject(half?.subject ?? session?.subject ?? '')
  if (!account) return undefined
  const entry = { ticket, flow, request, sessions }
  if (half?.password === passwordMark(signIn, account))
    return { account, entry, before: { amr: half.amr, authTime: ctx.now() }, half: half.id }
  if (half) {
    await ctx.store.flows.halve(flow.id, undefined)
    return undefined
  }
  const [alive] = await ctx.people.sessions([session?.id ?? ''], ctx.now(), request.address) // with the password that the account has now
  return alive && { account, entry, before: alive, half: undefined }
}

/** Everything was shown: a new session, under a new id also where one is raised. */
async function settled(
  room: TenantRoom,
  { account, entry, before, half }: Debtor,
  amr: readonly string[],
  detail: Happening['detail'] = {},
): Promise<Reply> {
  const { flows } = room.ctx.store
  if (half === undefined) await flows.answer(entry.flow.id, 'second-factor')
  else if (!(await flows.complete(entry.flow.id, half))) refuse('invalid_request', 'this sign-in was already finished')
  const how = { acr: 'aal2', amr: [...new Set([...before.amr, ...amr])], authTime: before.authTime }
  return (await begun(room, entry, account, how, detail)) ?? { kind: 'redirect', to: hubUrl(room.ctx, entry.ticket) }
}

async function firstApp(signIn: SignIn, account: Account, ask: Omit<TotpConfirmation, 'onlyFirst'>, now: number) {
  const codes = await confirmTotp(signIn, account, { ...ask, onlyFirst: true }, now)
  return Array.isArray(codes) ? { codes, amr: ['otp'] } : (codes as undefined | 'refused')
}

/** With the same secret, when it was the app's code that was wrong. */
async function enrolAgain(
  { ctx, signIn }: TenantRoom,
  { account, entry: { ticket } }: Debtor,
  { client }: Visit,
  draft: string | undefined,
): Promise<Reply> {
  const page = await enrolmentPage(ctx, { client, subject: account.subject, ticket })
  const totp = draft === undefined ? page.data.totp : sameTotp(signIn, account, placeOf(ctx, 'enrolment', ticket), draft, ctx.now())
  const problem = draft === undefined ? wrongPasskey : wrongFirst
  return { kind: 'page', ...page, status: 401, data: { ...page.data, totp, problem } }
}
