/** Completing a sign-in on our pages: the only place where they start a session, once nothing more is required — NIST SP 800-63B-4 §2. */

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

/** The flow within which somebody signs in. */
export interface FlowRequest {
  flowToken: string
  flow: Flow
  request: Request
  sessions: readonly Session[]
}

/**
 * After a right password: starts a session, or leaves a pending sign-in in the flow when a further step is required. Undefined: the password
 * was changed or the account suspended meanwhile.
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
