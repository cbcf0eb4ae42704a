/** The pages on which a person uses a second factor or sets one up — NIST SP 800-63B-4 §2.2. */
import type { Client } from './client.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { Page } from './request-reply.ts'
import { applicationOf } from './respond.ts'

interface FactorPageData {
  client: Client
  subject: string
  /** Of the flow. */
  flowToken: string
}

export async function secondFactorPage(
  ctx: Ctx,
  { client, subject, flowToken, problem }: FactorPageData & { problem: string | undefined },
): Promise<Page> {
  const factors = (await ctx.people.secondFactors(subject)) ?? refuse('access_denied', 'the account no longer exists')
  const { person, totp, passkeys, recoveryCodes } = factors
  const passkey =
    passkeys > 0
      ? await ctx.people.passkeyRequest({ context: challengeContext(ctx, 'second-factor', flowToken), subject }, ctx.now())
      : undefined
  return {
    page: 'second-factor',
    data: { flow: flowToken, application: applicationOf(client), person, totp, passkey, recovery: recoveryCodes > 0, problem },
  }
}

export async function enrolmentPage(
  ctx: Ctx,
  { client, subject, flowToken }: FactorPageData,
): Promise<Extract<Page, { page: 'enrolment' }>> {
  const offer = await ctx.people.enrolment(subject, challengeContext(ctx, 'enrolment', flowToken), ctx.now())
  return { page: 'enrolment', data: { flow: flowToken, application: applicationOf(client), ...offer, problem: undefined } }
}

/** The purpose and the flow that a challenge or an offer is bound to. */
export function challengeContext(
  { tokens }: Pick<Ctx, 'tokens'>,
  act: 'sign-in' | 'second-factor' | 'enrolment',
  flowToken: string,
): string {
  return `${act} ${tokens.hash('fl', flowToken)}`
}
