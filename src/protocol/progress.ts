/** Where a visit to the authorization endpoint stands: who is there, what they allowed before, what they still owe. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'
import { type ConsentRule, nextStep } from './next-step.ts'
import type { Request } from './request-reply.ts'
import type { Flow, Grant, SecondFactorDebt, Session, Step } from './types.ts'

export interface Progress {
  sessions: readonly Session[]
  /** The one the visit is about. */
  session: Session | undefined
  grant: Grant | undefined
  step: Step
}

/** What of a flow decides. */
export type Standing = Pick<Flow, 'asked' | 'answered' | 'half'>

export async function progress(ctx: Ctx, client: Client, flow: Standing, who: Pick<Request, 'browser' | 'address'>): Promise<Progress> {
  const { asked } = flow
  const sessions = await ctx.people.sessions(who.browser.sessions, ctx.now(), who.address)
  const session = sessions.find((s) => s.subject === asked.hintedSubject) ?? sessions[0]
  const grant = session && (await ctx.store.grants.find(client.client_id, session.subject))
  const terms = { consent: consentRule(client, asked.redirectUri), secondFactor: await secondFactorDebt(ctx, flow, session) }
  return { sessions, session, grant, step: nextStep(flow, session, grant, terms, ctx.now()) }
}

/** Half a sign-in owes its other half; a session owes as much as this tenant demands, or the request wishes and the person can give. */
async function secondFactorDebt(ctx: Ctx, { asked, half }: Standing, session: Session | undefined): Promise<SecondFactorDebt | undefined> {
  const { acrValues } = ctx.people
  const required = demanded(ctx)
  const aim = required ?? asked.acrValues.find((acr) => acrValues.includes(acr)) // OpenID Connect Core §3.1.2.1
  const short = session !== undefined && isBelow(ctx, session, aim)
  if (!half && !short) return undefined
  const factors = await ctx.people.secondFactors(half?.subject ?? (session as Session).subject)
  if (factors?.any) return 'second-factor'
  return required ? 'enrolment' : undefined
}

/** The authentication context class that this tenant demands of everybody; undefined: none in particular. */
function demanded({ people, tenant }: Ctx): string | undefined {
  return tenant.secondFactor === 'required' ? people.acrValues.at(-1) : undefined
}

function isBelow({ people: { acrValues } }: Ctx, session: Session, aim: string | undefined): boolean {
  return aim !== undefined && acrValues.indexOf(session.acr) < acrValues.indexOf(aim)
}

/** Whether a session is good for our own pages: it owes nothing, and is as strong as this tenant demands. */
export function isComplete(ctx: Ctx, session: Session): boolean {
  return session.owes === undefined && !isBelow(ctx, session, demanded(ctx))
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
