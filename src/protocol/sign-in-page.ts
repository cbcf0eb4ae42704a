/** The page on which a person says who they are — OpenID Connect Core §3.1.2.3. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'
import type { Page } from './request-reply.ts'
import { applicationOf } from './respond.ts'
import { challengeContext } from './second-factor.ts'

interface SignInPageData {
  client: Client
  /** Of the flow. */
  flowToken: string
  loginHint: string | undefined
  canChoose: boolean
  problem?: string
  throttled?: true
}

export async function signInPage(ctx: Ctx, data: SignInPageData): Promise<Extract<Page, { page: 'sign-in' }>> {
  const { client, flowToken, loginHint, canChoose, problem, throttled } = data
  const passkey = await ctx.people.passkeyRequest({ context: challengeContext(ctx, 'sign-in', flowToken), subject: undefined }, ctx.now())
  const upstreams = (await ctx.people.upstreams()).map(({ name, label }) => ({ name, label }))
  const application = applicationOf(client)
  return {
    page: 'sign-in',
    data: { flow: flowToken, application, loginHint, problem, upstreams, passkey, canChoose, ...(throttled && { throttled }) },
  }
}
