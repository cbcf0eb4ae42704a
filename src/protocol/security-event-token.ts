/** Security event tokens — RFC 8417, OpenID Shared Signals Framework 1.0, CAEP 1.0. */
import { type Client, scopesOf } from './client.ts'
import { type EventStream, type StreamEvent, verification } from './event-stream.ts'
import type { Ctx } from './feature.ts'
import { subjectFor } from './subject.ts'

/** As it is registered now. */
function mayReceive(client: Client): boolean {
  return client.grant_types.includes('client_credentials') && ['ssf.read', 'ssf.manage'].some((word) => scopesOf(client).includes(word))
}

/** A compact JWS; undefined where the client is gone or disabled, or may not receive events any more. It has neither `sub` nor `exp`, so that nothing takes it for another kind of token. SSF §4.1 */
export async function securityEventToken(
  ctx: Ctx,
  { clientId }: EventStream,
  { stream, jti, type, at, subject, sid, claims }: StreamEvent,
): Promise<string | undefined> {
  const client = await ctx.store.clients.find(clientId)
  if (!client || !mayReceive(client)) return undefined
  const alg = ctx.keys.algs.find((one) => one === 'RS256') ?? (ctx.keys.algs[0] as (typeof ctx.keys.algs)[number]) // CAEP interoperability profile §2.6
  const user = subject === undefined ? undefined : { format: 'iss_sub', iss: ctx.issuer, sub: subjectFor(ctx, client, subject) }
  const session = { format: 'opaque', id: sid ?? stream }
  return ctx.keys.sign(alg, 'secevent+jwt', {
    ...{ iss: ctx.issuer, aud: clientId, iat: at, jti },
    sub_id: user && sid !== undefined ? { format: 'complex', user, session } : (user ?? session), // RFC 9493 §3, SSF §3.2
    events: { [type]: type === verification ? claims : { event_timestamp: at, ...claims } },
  })
}
