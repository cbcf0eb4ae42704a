/** Access tokens that are JWTs — RFC 9068 §4. */
import { hash } from 'node:crypto'
import { type Claims, checkClaims, frozen, type Terms } from './caller.ts'
import type { Issuer, Known } from './issuer.ts'
import { algorithmOf, claimsOf, hasType, type Jws, readJws } from './jws.ts'
import type { Algorithm, VerifyingKey } from './public-key.ts'
import { refuse } from './refusal.ts'

export interface JwtTerms extends Terms {
  issuer: string
  algorithms: readonly Algorithm[]
}

/** What a token says, if the issuer says so. Refuses otherwise. */
export async function verifyJwt(text: string, source: Issuer, terms: JwtTerms): Promise<Claims> {
  const known = await source.known()
  const name = hash('sha256', text, 'base64url')
  const found = known.verified.get(name)
  if (found) return found

  const jws = readJws(text) ?? refuse('invalid_token', 'the access token is malformed or too long')
  const alg = checkHeader(jws, terms.algorithms)
  const { from, key } = await keyOf(jws, alg, known, source)
  if (!key.isSignature(jws.signed, jws.signature)) refuse('invalid_token', 'the signature of the access token is wrong')
  const claims = checkJwtClaims(claimsOf(jws) ?? refuse('invalid_token', 'the access token is malformed or too long'), terms)
  from.verified.set(name, claims, claims.exp + terms.clockTolerance)
  return claims
}

function checkHeader(jws: Jws, algorithms: readonly Algorithm[]): Algorithm {
  const alg = algorithmOf(jws, algorithms) ?? refuse('invalid_token', 'the access token is signed in a way that is not accepted here')
  if (!hasType(jws, 'at+jwt')) refuse('invalid_token', 'this is no access token: its typ is not at+jwt') // §4
  return alg
}

async function keyOf({ header: { kid } }: Jws, alg: Algorithm, known: Known, source: Issuer): Promise<{ from: Known; key: VerifyingKey }> {
  if (kid !== undefined && typeof kid !== 'string') refuse('invalid_token', 'the access token is malformed or too long')
  const key = known.keyFor(kid, alg)
  if (key) return { from: known, key }
  const from = await source.newer(known)
  return {
    from,
    key: from.keyFor(kid, alg) ?? refuse('invalid_token', 'the access token is signed with a key that its issuer does not publish'),
  }
}

function checkJwtClaims(said: Record<string, unknown>, terms: JwtTerms): Claims {
  const { iss, iat, jti } = said
  if (iss !== terms.issuer) refuse('invalid_token', 'the access token is of another issuer') // §4
  if (typeof iat !== 'number' || typeof jti !== 'string') refuse('invalid_token', 'the access token lacks a claim that it must have') // §2.2
  return frozen(checkClaims(said, terms))
}
