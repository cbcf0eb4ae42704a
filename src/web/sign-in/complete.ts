/** The way in by our pages: what a person has shown becomes a session here, when nothing more is owed, and nowhere else — NIST SP 800-63B-4 §2. */

import type { Account } from '../../identity/account.ts'
import { rememberDevice } from '../../identity/devices.ts'
import { passwordFingerprint, pendingSignInLifetime, secondFactorStepOf } from '../../identity/second-factor.ts'
import { startSession } from '../../identity/sign-in.ts'
import type { AuditEvent } from '../../protocol/audit-events.ts'
import { continueUrl } from '../../protocol/flow.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import type { Flow, Session } from '../../protocol/types.ts'
import { ownEvent } from '../http/own-event.ts'
import type { WebTenant } from '../http/route.ts'

/** Where somebody signs in. */
export interface FlowRequest {
  /** Of the flow. */
  flowToken: string
  flow: Flow
  request: Request
  sessions: readonly Session[]
}

/**
 * After a right password: in, or on to what else is owed, with half a sign-in that only this flow knows of. Undefined: the account has since
 * got another password or been suspended.
 */
export async function completeSignIn(tenant: WebTenant, entry: FlowRequest, account: Account): Promise<Reply | undefined> {
  const { ctx, signIn } = tenant
  const [now, { subject }] = [ctx.now(), account]
  if ((await secondFactorStepOf(signIn, subject)) === undefined) {
    const reply = await startBrowserSession(tenant, entry, account, { acr: 'aal1', amr: ['pwd'], authTime: now })
    if (reply) await ctx.store.flows.answer(entry.flow.id, 'sign-in')
    return reply
  }
  const pending = {
    id: ctx.id(),
    subject,
    password: passwordFingerprint(signIn, account),
    amr: ['pwd'],
    expiresAt: now + pendingSignInLifetime,
  }
  await ctx.store.flows.setPending(entry.flow.id, pending)
  return { kind: 'redirect', to: continueUrl(ctx, entry.flowToken) }
}

/** Starts the session. `detail`: for the audit log. Undefined as above. */
export async function startBrowserSession(
  { ctx, signIn }: WebTenant,
  { flowToken, request, sessions: brought }: FlowRequest,
  account: Account,
  how: { acr: string; amr: readonly string[]; authTime: number },
  detail: AuditEvent['detail'] = {},
): Promise<Reply | undefined> {
  const now = ctx.now()
  const sessions = await startSession(signIn, account, brought, { ...how, now, from: request })
  if (!sessions) return undefined
  const device = await rememberDevice(signIn, request.browser.device, account.subject, now)
  const auditEvents = [ownEvent('user.sign-in', account, { acr: how.acr, ...detail })]
  return { kind: 'redirect', to: continueUrl(ctx, flowToken), remember: { sessions, device }, auditEvents }
}
