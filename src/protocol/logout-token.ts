/** Logout tokens — OpenID Connect Back-Channel Logout 1.0. Who gets one is decided where sessions end. */
import type { Client } from './client.ts'
import type { Ctx } from './feature.ts'
import { RemoteError } from './remote-error.ts'
import { subjectFor } from './subject.ts'

/** Seconds. §2.4 */
const logoutTokenLifetime = 120

/** The member of `events` that makes a token a logout token. §2.4 */
export const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** `sid`: as the ID tokens of this client name it. */
export interface EndedAtClient {
  client: Client
  subject: string
  sid: string
}

/** A compact JWS, for one attempt: its `jti` and times are new. §2.4 */
function logoutToken(ctx: Ctx, { client, subject, sid }: EndedAtClient): Promise<string> {
  const now = ctx.now()
  return ctx.keys.sign(client.id_token_signed_response_alg, 'logout+jwt', {
    iss: ctx.issuer,
    aud: client.client_id,
    iat: now,
    exp: now + logoutTokenLifetime,
    jti: ctx.id(),
    events: { [logoutEvent]: {} },
    sub: subjectFor(ctx, client, subject),
    sid,
  })
}

/** What the client answers: the status, or why there was no answer. Redirects are not followed. §2.5 */
export async function sendLogoutToken(ctx: Ctx, ended: EndedAtClient): Promise<number | RemoteError> {
  const body = new URLSearchParams({ logout_token: await logoutToken(ctx, ended) }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  try {
    return (await ctx.remote.request({ url: ended.client.backchannel_logout_uri as string, method: 'POST', headers, body })).status
  } catch (error) {
    if (error instanceof RemoteError) return error
    throw error
  }
}

/** §2.8 */
export function isAccepted(answer: number | RemoteError): boolean {
  return typeof answer === 'number' && answer >= 200 && answer < 300
}
