/** A bound access token that is presented with a proof by another key. */
import type { CheckContext } from '../context.ts'
import { accepted, denied } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'

/** The answer of UserInfo, which takes the token with a proof by its own key. RFC 9449 §7.1 */
export async function refusedProof({ app, random, userinfo }: CheckContext): Promise<Reply> {
  const dpop = random.key()
  const { access_token } = await app().with({ dpop }).tokens()
  accepted(await userinfo(access_token, dpop))
  const reply = await userinfo(access_token, random.key())
  denied(reply)
  return reply
}
