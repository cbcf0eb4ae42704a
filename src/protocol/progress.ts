/** The state of an authorization request: the sessions of the browser, the earlier grant, and the next step. */
import { mayUse } from './assignment.ts'
import type { Client } from './client.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import { grantFor, managedGrant } from './granted.ts'
import { type ConsentRule, nextStep } from './next-step.ts'
import type { Request } from './request-reply.ts'
import { consentItemsOf, isAllowed } from './requested-permissions.ts'
import { isPerson } from './subject.ts'
import type { AuthorizationRequest, Flow, Grant, SecondFactorStep, Session, Step } from './types.ts'

export interface FlowProgress {
  sessions: readonly Session[]
  /** The session that the request is for. */
  session: Session | undefined
  grant: Grant | undefined
  step: Step
}

/** The part of a flow that decides the next step. */
export type FlowState = Pick<Flow, 'asked' | 'answered' | 'pending'>

export async function progress(
  ctx: Ctx,
  client: Client,
  flow: FlowState,
  who: Pick<Request, 'browser' | 'address'>,
): Promise<FlowProgress> {
  const { asked } = flow
  const sessions = await ctx.people.sessions(who.browser.sessions, ctx.now(), who.address)
  const hinted = sessions.find((one) => isHinted(ctx, asked, one))
  const session = hinted ?? (await sessionFor(ctx, asked, sessions))
  const grant = session && (await grantFor(ctx, client, asked, session.subject))
  const terms = {
    consent: consentRuleOf(ctx, client, asked),
    secondFactor: await secondFactorStep(ctx, flow, session),
    assigned: session === undefined || (await mayUse(ctx, client, session.subject)),
    covered: await isAllowed(ctx, asked, grant),
  }
  const hintedSubject = hinted?.subject ?? asked.hintedSubject
  const step = nextStep({ ...flow, asked: { ...asked, hintedSubject } }, session, terms, ctx.now())
  if (session && (step === 'consent' || step === 'done') && isBelow(ctx, session, demandedAcr(ctx, asked)))
    refuse('unmet_authentication_requirements', 'this person cannot sign in as strongly as the required acr says')
  return { sessions, session, grant, step }
}

/** A device must be compared, and a grant that the client manages is allowed for this request alone. */
function consentRuleOf(ctx: Ctx, client: Client, asked: AuthorizationRequest): ConsentRule {
  const { server } = ctx
  const anew = server.responseTypes.get(asked.responseType)?.comparison !== undefined || managedGrant(asked) !== undefined
  if (anew) return 'always'
  const rule = consentRule(client, asked.redirectUri)
  const eachTime = consentItemsOf(ctx, asked, undefined).some((item) => item.eachTime)
  return rule === 'once' && eachTime ? 'always' : rule
}

/** Is it the person of id_token_hint? */
export function isHinted(ctx: Ctx, { hintedSubject: subject, hintedSector: sector }: AuthorizationRequest, session: Session): boolean {
  return subject !== undefined && isPerson(ctx, { subject, sector }, session.subject)
}

/**
 * That of whom login_hint names, or else the first. Nobody can be asked with prompt=none: a session of somebody else than login_hint names
 * does not answer it. Core §3.1.2.1
 */
async function sessionFor(
  { people }: Ctx,
  { hintedSubject, loginHint, prompt }: FlowState['asked'],
  sessions: readonly Session[],
): Promise<Session | undefined> {
  if (hintedSubject !== undefined || loginHint === undefined || sessions.length === 0) return sessions[0]
  const hinted = await people.subjectOf(loginHint)
  const named = sessions.find(({ subject }) => subject === hinted)
  return named ?? (prompt.includes('none') ? undefined : sessions[0])
}

/** A pending sign-in needs its second factor. A session needs one when this tenant requires it, or when the request asks for it and the person has one. */
async function secondFactorStep(
  ctx: Ctx,
  { asked, pending }: FlowState,
  session: Session | undefined,
): Promise<SecondFactorStep | undefined> {
  const { acrValues } = ctx.people
  const required = tenantAcr(ctx)
  const wanted = required ?? demandedAcr(ctx, asked) ?? asked.acrValues.find((acr) => acrValues.includes(acr)) // OpenID Connect Core §3.1.2.1
  const short = session !== undefined && isBelow(ctx, session, wanted)
  if (!pending && !short) return undefined
  const factors = await ctx.people.secondFactors(pending?.subject ?? (session as Session).subject)
  if (factors?.any) return 'second-factor'
  return required ? 'enrolment' : undefined
}

/** The authentication context class that this tenant requires of everybody; undefined when it requires none. */
function tenantAcr({ people, tenant }: Ctx): string | undefined {
  return tenant.secondFactor === 'required' ? people.acrValues.at(-1) : undefined
}

/** The weakest class that is strong enough for the request. OpenID Connect Core §5.5.1.1 */
function demandedAcr({ people }: Ctx, { requiredAcr }: Pick<AuthorizationRequest, 'requiredAcr'>): string | undefined {
  return people.acrValues.find((acr) => requiredAcr.includes(acr))
}

/** The class that the client is told: one that it requires, if it requires any. OpenID Connect Core §5.5.1.1 */
export function toldAcr({ people }: Ctx, { requiredAcr }: Pick<AuthorizationRequest, 'requiredAcr'>, acr: string): string {
  const reached = people.acrValues.slice(0, people.acrValues.indexOf(acr) + 1)
  return reached.findLast((one) => requiredAcr.includes(one)) ?? acr
}

function isBelow({ people: { acrValues } }: Ctx, session: Session, wanted: string | undefined): boolean {
  return wanted !== undefined && acrValues.indexOf(session.acr) < acrValues.indexOf(wanted)
}

/** Whether a session is valid for our own pages: no action is required, and it is as strong as this tenant requires. */
export function isComplete(ctx: Ctx, session: Session): boolean {
  return session.requiredAction === undefined && !isBelow(ctx, session, tenantAcr(ctx))
}

/**
 * Anyone on the person's device can pose as a public client that listens at a loopback or private-use address, and would get a code
 * without the person noticing, so an earlier consent does not count there. RFC 8252 §8.6, RFC 6749 §10.2.
 */
export function consentRule(client: Client, redirectUri: string): ConsentRule {
  if (client.policy.consent === 'skip') return 'skip'
  const unproven = client.application_type === 'native' && client.token_endpoint_auth_method === 'none' && !redirectUri.startsWith('https:')
  return unproven ? 'always' : 'once'
}
