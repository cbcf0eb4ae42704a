/** The token endpoint — RFC 6749 §3.2. Five steps, the same for every grant type. */
import type { Client } from './client.ts'
import { instanceOf, verifyClient } from './client-auth.ts'
import { mustBind } from './client-binding.ts'
import { refuse } from './errors.ts'
import type { Ctx, Endpoint, ProvenSender } from './feature.ts'
import { issueTokens } from './issue-tokens.ts'
import type { Request } from './request-reply.ts'
import type { Binding } from './types.ts'
import { useUp } from './use-up.ts'
import type { SingleUse } from './used-once.ts'

export const tokenEndpoint: Endpoint = {
  path: '/token',
  advertisedAs: 'token_endpoint',
  methods: ['POST'],
  audience: 'program',
  cors: 'clients',
  clientAuth: 'any',
  async handle(ctx, request) {
    const { params } = request
    params.check(ctx.server.mayRepeat)
    const name = params.need('grant_type')
    const offered = ctx.tenant.withoutGrantTypes.includes(name) ? undefined : ctx.server.grantTypes.get(name)
    const grantType = offered ?? refuse('unsupported_grant_type', 'this grant_type is not offered here')

    const { client, usesUp } = await verifyClient(ctx, request)
    if (!client.grant_types.includes(name)) refuse('unauthorized_client', 'this client is not registered for this grant_type')

    const sender = await proveSender(ctx, request, client, true)
    await useUp(ctx.store, [...usesUp, ...sender.usesUp])
    const { binding } = sender
    const ask = { params, client, binding, instance: instanceOf(ctx, request, client), address: request.address }
    for (const feature of ctx.server.having('answerToken')) {
      const answer = await feature.answerToken(ctx, ask)
      if (answer) return answer
    }
    const issuance = await grantType.redeem(ctx, ask)
    return issueTokens(ctx, issuance, ask)
  },
}

/**
 * What the request proved about its sender: at most one key, by a proof that the caller uses up. `issuing`: tokens are to be issued, for which
 * some clients must prove one.
 */
export async function proveSender(
  ctx: Ctx,
  request: Request,
  client: Client,
  issuing: boolean,
): Promise<{ binding: Binding | undefined; usesUp: readonly SingleUse[] }> {
  let sender: ProvenSender | undefined
  for (const feature of ctx.server.having('proveSender')) {
    const proven = await feature.proveSender(ctx, request, client, issuing)
    if (proven && sender) refuse('invalid_request', 'more than one proof of possession was sent')
    sender ??= proven
  }
  if (issuing && !sender && mustBind(client)) refuse('invalid_request', 'this client must prove possession of a key')
  return { binding: sender?.binding, usesUp: sender?.usesUp ? [sender.usesUp] : [] }
}
