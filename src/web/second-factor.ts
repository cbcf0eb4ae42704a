/** The step after the password: a code is shown, or the first second factor is set up. */

import { shown } from '../identity/people.ts'
import { passwordMark, showCode, wrongCode } from '../identity/second-factor.ts'
import { confirmTotp, sameTotp } from '../identity/totp.ts'
import type { Account } from '../identity/types.ts'
import type { Happening } from '../protocol/acts.ts'
import { refuse } from '../protocol/errors.ts'
import { findFlow, hubUrl, type Visit } from '../protocol/flow.ts'
import { progress } from '../protocol/progress.ts'
import type { Reply, Request } from '../protocol/request-reply.ts'
import { applicationOf } from '../protocol/respond.ts'
import { secondFactorPage } from '../protocol/second-factor.ts'
import type { SecondFactorDebt } from '../protocol/types.ts'
import { byThemselves } from './by-themselves.ts'
import { begun, type Entry } from './enter.ts'
import type { Route, TenantRoom } from './route.ts'
import { tooOften } from './too-often.ts'

const wrongFirst = 'The code is not right. Please type the one the app shows now.'
const wrong = 'The code is not right, or was used already. Please try again.'

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
    const outcome = await showCode(signIn, debtor.account, params.get('code') ?? params.get('recovery_code') ?? '', ctx.now())
    if (typeof outcome === 'object' && 'amr' in outcome) return settled(room, debtor, outcome.amr, outcome.detail)
    const page = { client: visit.client, subject: debtor.account.subject, ticket }
    if (outcome === 'wrong') {
      const happened = [wrongCode(debtor.account)]
      return { kind: 'page', status: 401, ...(await secondFactorPage(ctx, { ...page, problem: wrong })), happened }
    }
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
    const [draft, code, now] = [params.need('draft'), params.get('code') ?? '', ctx.now()]
    const codes = await confirmTotp(signIn, account, { place: ticket, draft, code, onlyFirst: true }, now)
    if (codes === 'refused') return { kind: 'redirect', to: hubUrl(ctx, ticket) } // one was set up meanwhile: it is to be shown
    if (!codes) return again(room, debtor, visit, draft)
    const { remember = {}, happened = [] } = await settled(room, debtor, ['otp', 'mfa'])
    const data = { codes, next: hubUrl(ctx, ticket) }
    return {
      kind: 'page',
      page: 'recovery-codes',
      data,
      remember,
      happened: [byThemselves('user.factor-add', account, { factor: 'totp' }), ...happened],
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

async function again({ ctx, signIn }: TenantRoom, { account, entry }: Debtor, { client }: Visit, draft: string): Promise<Reply> {
  const totp = sameTotp(signIn, account, entry.ticket, draft, ctx.now())
  const data = { flow: entry.ticket, application: applicationOf(client), person: shown(account), totp, problem: wrongFirst }
  return { kind: 'page', page: 'enrolment', status: 401, data }
}
