/** What a client is sent about a request: that there is an answer, or its tokens, or why there are none — OpenID Connect CIBA Core §10.2, §10.3, §12. */
import { answerOf, backchannelGrant } from './backchannel-answer.ts'
import type { Client } from './client.ts'
import { type ErrorCode, OAuthError, refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import { issueTokens } from './issue-tokens.ts'
import type { BackchannelRequest } from './kept-requests.ts'
import { Params } from './params.ts'
import type { Ping } from './remote.ts'
import type { Code } from './types.ts'
import { issuanceOf } from './waiting-code.ts'

type Body = Readonly<Record<string, unknown>>

/** Errors of ours that such a client knows; to it all others are one. §12 */
const told: readonly ErrorCode[] = ['access_denied', 'expired_token']

class SpentElsewhere extends Error {}

/** `id`: of the message. 'gone': as the client is registered now, there is nobody to send it to. 'not yet': another attempt will know. */
export async function notificationOf(ctx: Ctx, id: string, ping: Ping): Promise<{ url: string; body: Body } | 'gone' | 'not yet'> {
  const hash = ctx.tokens.hash('aq', ping.authReqId)
  const waiting = hash === undefined ? undefined : await ctx.store.backchannelRequests.find(hash)
  const client = waiting && (await ctx.store.clients.find(waiting.clientId))
  const url = client?.backchannel_client_notification_endpoint
  if (!waiting || !client || url === undefined || client.backchannel_token_delivery_mode !== (ping.push ? 'push' : 'ping')) return 'gone'
  const body = ping.push ? await pushedResponse(ctx, { waiting, client }, id, ping) : { auth_req_id: ping.authReqId }
  return body === 'not yet' ? body : { url, body }
}

async function pushedResponse(
  ctx: Ctx,
  { waiting, client }: { waiting: BackchannelRequest; client: Client },
  id: string,
  ping: Ping,
): Promise<Body | 'not yet'> {
  const { response } = ping
  if (response) {
    const { expires_in: lifetime } = response.body
    return { ...response.body, expires_in: Math.max(0, (lifetime as number) - (ctx.now() - response.madeAt)) }
  }
  try {
    if (!client.grant_types.includes(backchannelGrant) || ctx.tenant.withoutGrantTypes.includes(backchannelGrant))
      refuse('unauthorized_client', 'this client may not make backchannel requests any more')
    const code = await answerOf(ctx, client, waiting)
    return code && code.usedAt === undefined ? await tokensOf(ctx, { client, code, id, ping }) : 'not yet'
  } catch (error) {
    if (error instanceof SpentElsewhere) return 'not yet'
    if (!(error instanceof OAuthError)) throw error
    const { code, description } = error
    return { auth_req_id: ping.authReqId, error: told.includes(code) ? code : 'transaction_failed', error_description: description }
  }
}

/** One transaction spends the code, stores the tokens, and stores this response in the message: a further attempt sends the same. */
async function tokensOf(ctx: Ctx, about: { client: Client; code: Code; id: string; ping: Ping }): Promise<Body> {
  const { client, code, id, ping } = about
  const { authReqId } = ping
  const withId = (body: Body): Body => ({ auth_req_id: authReqId, ...body })
  const message = (body: Body) => {
    const response = { body: withId(body), madeAt: ctx.now() }
    return { id, sealed: ctx.pings.sealAnew(id, { ...ping, response }) }
  }
  const alreadySpent = async () => {
    throw new SpentElsewhere()
  }
  const issuance = { ...issuanceOf(ctx, client, code, alreadySpent), pushed: { authReqId, message } }
  const reply = await issueTokens(ctx, issuance, { params: new Params([]), binding: undefined, instance: code.asked.instance })
  return withId((reply as { body: Body }).body)
}
