/** Completing a sign-in on our pages: the only place where they start a session, once nothing more is required — NIST SP 800-63B-4 §2. */

import type { Account } from '../../identity/account.ts'
import { rememberDevice } from '../../identity/devices.ts'
import { passwordFingerprint, pendingSignInLifetime, secondFactorStepOf } from '../../identity/second-factor.ts'
import { startSession } from '../../identity/sign-in.ts'
import type { AuditEvent } from '../../protocol/audit-events.ts'
import type { Client } from '../../protocol/client.ts'
import type { Ctx } from '../../protocol/feature.ts'
import { continueUrl, findFlow } from '../../protocol/flow.ts'
import type { Reply, Request } from '../../protocol/request-reply.ts'
import type { Flow, Session } from '../../protocol/types.ts'
import type { UpstreamSignIn } from '../../protocol/upstream-sign-in.ts'
import { ownEvent } from '../http/own-event.ts'
import type { WebTenant } from '../http/route.ts'

/** A request within a flow, and the sessions of its browser. */
export interface FlowRequest {
  flowToken: string
  flow: Flow
  client: Client
  request: Request
  sessions: readonly Session[]
}

/** The flow that a form was posted in. Refuses when it has expired or belongs to another browser. */
export async function flowRequestOf(ctx: Ctx, request: Request): Promise<FlowRequest> {
  const flowToken = request.params.need('flow')
  const { flow, client } = await findFlow(ctx, flowToken, request.browser)
  const sessions = await ctx.people.sessions(request.browser.sessions, ctx.now(), request.address)
  return { flowToken, flow, client, request, sessions }
}

/** How somebody signed in. `upstream`: at another provider. */
export interface SignInMethod {
  amr: readonly string[]
  upstream?: UpstreamSignIn | undefined
}

/**
 * After a right password, or a sign-in at another provider: starts a session, or leaves a pending sign-in in the flow when a further step is required. Undefined: the password
 * was changed or the account suspended meanwhile.
 */
export async function completeSignIn(
  tenant: WebTenant,
  flowRequest: FlowRequest,
  account: Account,
  { amr, upstream }: SignInMethod = { amr: ['pwd'] },
): Promise<Reply | undefined> {
  const { ctx, signIn } = tenant
  const [now, { subject }] = [ctx.now(), account]
  if ((await secondFactorStepOf(signIn, subject)) === undefined) {
    const reply = await startBrowserSession(tenant, flowRequest, account, { acr: 'aal1', amr, upstream, authTime: now })
    if (reply) await ctx.store.flows.answer(flowRequest.flow.id, 'sign-in')
    return reply
  }
  const pending = {
    id: ctx.id(),
    subject,
    password: passwordFingerprint(signIn, account),
    amr,
    upstream,
    expiresAt: now + pendingSignInLifetime,
  }
  await ctx.store.flows.setPending(flowRequest.flow.id, pending)
  return { kind: 'redirect', to: continueUrl(ctx, flowRequest.flowToken), auditEvents: [ownEvent('user.sign-in-begun', account)] }
}

/** Starts the session. `detail`: for the audit log. Undefined as above. */
export async function startBrowserSession(
  { ctx, signIn }: WebTenant,
  { flowToken, request, sessions: brought }: FlowRequest,
  account: Account,
  how: SignInMethod & { acr: string; authTime: number },
  detail: AuditEvent['detail'] = {},
): Promise<Reply | undefined> {
  const now = ctx.now()
  const sessions = await startSession(signIn, account, brought, { ...how, now, from: request })
  if (!sessions) return undefined
  const device = await rememberDevice(signIn, request.browser.device, account.subject, now)
  const auditEvents = [ownEvent('user.sign-in', account, { acr: how.acr, ...detail })]
  return { kind: 'redirect', to: continueUrl(ctx, flowToken), remember: { sessions, device }, auditEvents }
}
