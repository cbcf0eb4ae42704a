/** Where a visit to the authorization endpoint stands: who is there, what they allowed before, what they still owe. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'
import { type ConsentRule, nextStep } from './next-step.ts'
import type { Browser } from './request-reply.ts'
import type { Flow, Grant, Session, Step } from './types.ts'

export interface Progress {
  sessions: readonly Session[]
  /** The one the visit is about. */
  session: Session | undefined
  grant: Grant | undefined
  step: Step
}

export async function progress(ctx: Ctx, client: Client, flow: Pick<Flow, 'asked' | 'answered'>, browser: Browser): Promise<Progress> {
  const { asked } = flow
  const sessions = await ctx.people.sessions(browser.sessions, ctx.now())
  const session = sessions.find((s) => s.subject === asked.hintedSubject) ?? sessions[0]
  const grant = session && (await ctx.store.grants.find(client.client_id, session.subject))
  return { sessions, session, grant, step: nextStep(flow, session, grant, consentRule(client, asked.redirectUri), ctx.now()) }
}

/**
 * Anyone on the person's device can pose as a public client that listens at a loopback or private-use address, and would get a code
 * without the person noticing: so there an earlier consent counts for nothing. RFC 8252 §8.6, RFC 6749 §10.2.
 */
export function consentRule(client: Client, redirectUri: string): ConsentRule {
  if (client.policy.consent === 'skip') return 'skip'
  const unproven = client.application_type === 'native' && client.token_endpoint_auth_method === 'none' && !redirectUri.startsWith('https:')
  return unproven ? 'always' : 'once'
}
