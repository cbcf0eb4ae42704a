/** What became of a backchannel request — OpenID Connect CIBA Core §11. */
import { type Client, isVoid } from './client.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { BackchannelRequest, PushedRequest } from './kept-requests.ts'
import type { Code } from './types.ts'
import { denied } from './waiting-code.ts'

export const backchannelGrant = 'urn:openid:params:grant-type:ciba' // CIBA Core §10.1

const expired = 'auth_req_id has expired; start again'

/** The request of a link, by the hash of its token; undefined when it no longer waits for its person. */
export async function unansweredRequest(
  ctx: Ctx,
  hash: string,
): Promise<{ kept: PushedRequest; waiting: BackchannelRequest; client: Client } | undefined> {
  const kept = await ctx.store.pushedRequests.find(hash, ctx.now())
  const waiting = kept && (await ctx.store.backchannelRequests.ofRequest(kept.hash))
  const client = waiting && (await ctx.store.clients.find(waiting.clientId))
  return client && !isVoid(client, waiting.createdAt) ? { kept, waiting, client } : undefined
}

/** The code that the person's answer has made of it; undefined while there is no answer. Refuses where there is, or can be, none. */
export async function answerOf(ctx: Ctx, client: Client, waiting: BackchannelRequest): Promise<Code | undefined> {
  if (isVoid(client, waiting.createdAt)) refuse('expired_token', expired)
  const pending = await ctx.store.pushedRequests.find(waiting.request, ctx.now()) // first: the person's answer ends it and adds the code
  const code = await ctx.store.codes.find(waiting.hash)
  if (code) return code.expiresAt > ctx.now() ? code : refuse('expired_token', expired)
  if (waiting.refused) throw denied()
  if (waiting.expiresAt <= ctx.now()) refuse('expired_token', expired)
  return pending ? undefined : refuse('transaction_failed', 'what the person allowed has ended; start again')
}
