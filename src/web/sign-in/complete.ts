/** The way in by our pages: what a person has shown becomes a session here, when nothing more is owed, and nowhere else — NIST SP 800-63B-4 §2. */
import { rememberDevice } from '../../identity/devices.ts'
import { debtOf, halfLifetime, passwordMark } from '../../identity/second-factor.ts'
import { startSession } from '../../identity/sign-in.ts'
import type { Account } from '../../identity/types.ts'
import type { Happening } from '../../protocol/audit-events.ts'
import { hubUrl } from '../../protocol/flow.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import type { Flow, Session } from '../../protocol/types.ts'
import { byThemselves } from '../http/own-event.ts'
import type { TenantRoom } from '../http/route.ts'

/** Where somebody signs in. */
export interface Entry {
  /** Of the flow. */
  ticket: string
  flow: Flow
  request: Request
  sessions: readonly Session[]
}

/**
 * After a right password: in, or on to what else is owed, with half a sign-in that only this flow knows of. Undefined: the account has since
 * got another password or been suspended.
 */
export async function enter(room: TenantRoom, entry: Entry, account: Account): Promise<Reply | undefined> {
  const { ctx, signIn } = room
  const [now, { subject }] = [ctx.now(), account]
  if ((await debtOf(signIn, subject)) === undefined) {
    const reply = await begun(room, entry, account, { acr: 'aal1', amr: ['pwd'], authTime: now })
    if (reply) await ctx.store.flows.answer(entry.flow.id, 'sign-in')
    return reply
  }
  const half = { id: ctx.id(), subject, password: passwordMark(signIn, account), amr: ['pwd'], expiresAt: now + halfLifetime }
  await ctx.store.flows.halve(entry.flow.id, half)
  return { kind: 'redirect', to: hubUrl(ctx, entry.ticket) }
}

/** Starts the session. `detail`: for the audit log. Undefined as above. */
export async function begun(
  { ctx, signIn }: TenantRoom,
  { ticket, request, sessions: brought }: Entry,
  account: Account,
  how: { acr: string; amr: readonly string[]; authTime: number },
  detail: Happening['detail'] = {},
): Promise<Reply | undefined> {
  const now = ctx.now()
  const sessions = await startSession(signIn, account, brought, { ...how, now, from: request })
  if (!sessions) return undefined
  const device = await rememberDevice(signIn, request.browser.device, account.subject, now)
  const happened = [byThemselves('user.sign-in', account, { acr: how.acr, ...detail })]
  return { kind: 'redirect', to: hubUrl(ctx, ticket), remember: { sessions, device }, happened }
}
