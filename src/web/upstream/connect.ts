/** Connecting an account of another provider from the account page: to sign in by it, to keep its tokens, or both. */
import { redeem } from '../../connections/authorization.ts'
import { type Connection, settingsOf } from '../../connections/connection.ts'
import { redirectUriOf } from '../../connections/deps.ts'
import { beginRequest } from '../../connections/pending.ts'
import { profileOf } from '../../connections/profile.ts'
import { UpstreamError } from '../../connections/upstream-error.ts'
import type { AuditEvent } from '../../protocol/audit-events.ts'
import { isComplete } from '../../protocol/progress.ts'
import type { Page, Reply, Request } from '../../protocol/request-reply.ts'
import { keepTokens } from '../../vault/keep.ts'
import { ownEvent } from '../http/own-event.ts'
import type { WebTenant } from '../http/route.ts'
import type { UpstreamAnswer } from './answer.ts'
import { identityOf } from './arrival.ts'

/** How long a person may take at the provider, in seconds. */
const connectLifetime = 600

/** The URL at the provider, for the account in this browser. Rejects with `UpstreamError`. */
export function connectUrl(
  { connections }: WebTenant,
  connection: Connection,
  { subject, browser }: { subject: string; browser: string },
): Promise<string> {
  const { signInScope, vaultScope, vaultParams } = settingsOf(connection)
  const { enabled: keeps } = connection.vault
  return beginRequest(connections, connection, {
    purpose: 'connect',
    redirectUri: redirectUriOf(connections, connection.name),
    scope: keeps
      ? [...new Set(`${connection.sign_in.enabled ? signInScope : ''} ${vaultScope}`.split(' '))].filter(Boolean).join(' ')
      : signInScope,
    owner: { type: 'account', id: subject },
    browser,
    lifetime: connectLifetime,
    params: keeps ? vaultParams : {},
  })
}

/** A page of its own on the way to the provider: it ends the form's chain of redirects. */
export function towardsProvider(connection: Connection, to: string): Extract<Page, { page: 'leave' }> {
  const none = { clientUri: undefined, logoUri: undefined, policyUri: undefined, tosUri: undefined }
  return { page: 'leave', data: { application: { name: settingsOf(connection).label, ...none }, to, isProvider: true } }
}

/** The same person must still be signed in at this browser. */
export async function finishConnecting(tenant: WebTenant, request: Request, answer: UpstreamAnswer): Promise<Reply> {
  const { ctx } = tenant
  const sessions = await ctx.people.sessions(request.browser.sessions, ctx.now(), request.address)
  const subject = answer.request.owner?.id
  const session = sessions.find((one) => one.subject === subject)
  if (subject === undefined || !session || !isComplete(ctx, session)) return backTo(tenant, 'stranger')
  try {
    return await connected(tenant, answer, subject)
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    tenant.vault.warn({ connection: answer.connection.name, why: error.message }, 'an account of a provider could not be connected')
    return backTo(tenant, error.failure === 'denied' ? 'denied' : error.failure === 'unavailable' ? 'unavailable' : 'failed')
  }
}

async function connected(tenant: WebTenant, { connection, binding, params, request }: UpstreamAnswer, subject: string): Promise<Reply> {
  const { ctx, signIn, vault } = tenant
  const { tokens, person } = await redeem(tenant.connections, connection, params, binding)
  const events: AuditEvent[] = []
  if (connection.sign_in.enabled && person) {
    const identity = identityOf(connection, person, profileOf(connection, person), subject, ctx.now())
    if (!(await signIn.store.upstreamIdentities.link(identity))) return backTo(tenant, 'taken')
    events.push(ownEvent('user.connect', { subject }, { connection: connection.name }))
  }
  if (connection.vault.enabled) {
    const owner = { type: 'account', id: subject } as const
    await keepTokens(vault, { connection, owner, kind: 'offline', tokens, person, scope: request.scope, session: undefined })
  }
  return { ...backTo(tenant, 'connected'), auditEvents: events }
}

/** The section of the account page, which has a sentence for each. */
function backTo({ ctx }: WebTenant, done: string): Reply {
  return { kind: 'redirect', to: `${ctx.issuer}/account/connections?done=${done}` }
}
