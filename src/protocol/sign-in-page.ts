/** The page on which a person says who they are — OpenID Connect Core §3.1.2.3. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'
import type { Page } from './request-reply.ts'
import { applicationOf } from './respond.ts'
import { placeOf } from './second-factor.ts'

interface Visitor {
  client: Client
  /** Of the flow. */
  ticket: string
  loginHint: string | undefined
  canChoose: boolean
  problem?: string
}

export async function signInPage(ctx: Ctx, visitor: Visitor): Promise<Extract<Page, { page: 'sign-in' }>> {
  const { client, ticket, loginHint, canChoose, problem } = visitor
  const passkey = await ctx.people.askForPasskey({ place: placeOf(ctx, 'sign-in', ticket), subject: undefined }, ctx.now())
  return { page: 'sign-in', data: { flow: ticket, application: applicationOf(client), loginHint, problem, passkey, canChoose } }
}
