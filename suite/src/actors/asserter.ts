/** The client `assertion`, which presents assertions of an issuer that the server trusts: RFC 7523 §2.1. */
import type { CheckContext } from '../context.ts'
import { NotApplicable } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'
import { grantTypeOf } from '../target/prepared.ts'
import { type Changes, signed } from './authenticate.ts'

export interface Asserter {
  /** An assertion about the first person. `changes`: override defaults; undefined removes a member. */
  assertion(claims?: Changes, how?: { header?: Changes; key?: Changes }): Promise<string>
  /** Presents it. */
  present(assertion: string | undefined): Promise<Reply>
}

export const bearerGrant = grantTypeOf('jwt_bearer')

/** Not applicable if the target names no such issuer. */
export function asserter({ app, random, target }: CheckContext): Asserter {
  const { assertionIssuer: trusted, people, issuer } = target
  const [person] = people
  if (trusted === undefined || person === undefined) throw new NotApplicable('the target names no issuer of assertions about its people')
  const client = app('assertion')
  return {
    assertion(claims = {}, { header = {}, key = trusted.private_key } = {}) {
      const now = Math.floor(Date.now() / 1000)
      const usual = { iss: trusted.issuer, sub: person.username, aud: issuer, iat: now, exp: now + 60, jti: `${random.text()}-${now}` }
      return signed({ ...key, kid: trusted.private_key['kid'] }, { ...usual, ...claims }, { typ: 'JWT', ...header })
    },
    present: (assertion) => client.token({ grant_type: bearerGrant, assertion }),
  }
}
