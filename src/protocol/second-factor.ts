/** The pages on which a person shows a second factor, or sets one up first — NIST SP 800-63B-4 §2.2. */
import type { Client } from './client.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { Page } from './request-reply.ts'
import { applicationOf } from './respond.ts'

interface Debtor {
  client: Client
  subject: string
  /** Of the flow. */
  ticket: string
}

export async function secondFactorPage(
  ctx: Ctx,
  { client, subject, ticket, problem }: Debtor & { problem: string | undefined },
): Promise<Page> {
  const factors = (await ctx.people.secondFactors(subject)) ?? refuse('access_denied', 'the account is gone')
  const { person, totp, recoveryCodes } = factors
  return {
    page: 'second-factor',
    data: { flow: ticket, application: applicationOf(client), person, totp, recovery: recoveryCodes > 0, problem },
  }
}

export async function enrolmentPage(ctx: Ctx, { client, subject, ticket }: Debtor): Promise<Page> {
  const { person, totp } = await ctx.people.enrolment(subject, ticket, ctx.now())
  return { page: 'enrolment', data: { flow: ticket, application: applicationOf(client), person, totp, problem: undefined } }
}
