/** A trust mark that the server issued: OpenID Federation §7, §8.6. */
import type { CheckContext } from '../context.ts'
import { NotApplicable } from '../expect.ts'
import { withQuery } from '../http/form.ts'
import type { Jwt } from './jwt.ts'
import { superior } from './superior.ts'

export interface TrustMark {
  type: string
  /** The entity that has it. */
  subject: string
  jwt: string
  mark: Jwt
}

/** Of the type that the target names. Not applicable if no entity has one. */
export async function trustMark(context: CheckContext): Promise<TrustMark> {
  const { trustMarkType: type } = context.target
  if (type === undefined) throw new NotApplicable('the target names no type of trust marks')
  const { listed, signed, url } = await superior(context)
  const [subject] = listed(await context.get(withQuery(url('trust_mark_list'), { trust_mark_type: type })))
  if (subject === undefined) throw new NotApplicable('no entity has a trust mark of the type that the target names')
  const reply = await context.get(withQuery(url('trust_mark'), { trust_mark_type: type, sub: subject }))
  return { type, subject, jwt: reply.body.trim(), mark: await signed(reply, 'trust-mark+jwt') }
}
