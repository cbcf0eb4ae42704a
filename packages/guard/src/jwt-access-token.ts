/** Access tokens that are JWTs — RFC 9068 §4. */
import { hash } from 'node:crypto'
import { type AccessTokenClaims, audienceOf, type ClaimsOptions, checkAccessToken, deepFreeze } from './claims.ts'
import type { Issuer, IssuerSnapshot } from './issuer.ts'
import { algorithmOf, claimsOf, hasType, type Jws, readJws } from './jws.ts'
import type { Algorithm, VerifyingKey } from './public-key.ts'
import { refuse } from './refusal.ts'

export interface JwtOptions extends ClaimsOptions {
  issuer: string
  algorithms: readonly Algorithm[]
  acceptTypJwt: boolean
}

/** Claims of OpenID Connect's ID tokens and logout tokens that access tokens never have. Core §2, §3.3.2.11; Back-Channel Logout §2.4 */
const CLAIMS_OF_OTHER_TOKENS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events']

/** The claims, if the issuer signed them. Refuses if not. */
export async function verifyJwt(text: string, issuer: Issuer, options: JwtOptions): Promise<AccessTokenClaims> {
  const snapshot = await issuer.current()
  const id = hash('sha256', text, 'base64url')
  const cached = snapshot.verified.get(id)
  if (cached) return cached

  const jws = readJws(text) ?? refuse('invalid_token', 'the access token is malformed or too long')
  const alg =
    algorithmOf(jws, options.algorithms) ??
    refuse('invalid_token', 'the access token is signed with an algorithm that is not accepted here')
  const isAccessToken = hasType(jws, 'at+jwt')
  if (!isAccessToken && !(options.acceptTypJwt && hasType(jws, 'jwt'))) refuse('invalid_token', 'the typ of the access token is not at+jwt') // §4
  const { from, key } = await findKey(jws, alg, snapshot, issuer)
  if (!key.isSignature(jws.signed, jws.signature)) refuse('invalid_token', 'the signature of the access token is invalid')
  const claims = checkClaims(claimsOf(jws) ?? refuse('invalid_token', 'the access token is malformed or too long'), options)
  if (!isAccessToken) checkIsNoOtherToken(claims)
  from.verified.set(id, claims, claims.exp + options.clockTolerance)
  return claims
}

async function findKey(
  { header: { kid } }: Jws,
  alg: Algorithm,
  snapshot: IssuerSnapshot,
  issuer: Issuer,
): Promise<{ from: IssuerSnapshot; key: VerifyingKey }> {
  if (kid !== undefined && typeof kid !== 'string') refuse('invalid_token', 'the access token is malformed or too long')
  const key = snapshot.keys.find(kid, alg)
  if (key) return { from: snapshot, key }
  const from = await issuer.newest()
  return {
    from,
    key: from.keys.find(kid, alg) ?? refuse('invalid_token', 'the access token is signed with a key that its issuer does not publish'),
  }
}

function checkClaims(claims: Record<string, unknown>, options: JwtOptions): AccessTokenClaims {
  const { iss, iat, jti } = claims
  if (iss !== options.issuer) refuse('invalid_token', 'the access token is from another issuer') // §4
  if (typeof iat !== 'number' || typeof jti !== 'string') refuse('invalid_token', 'the access token lacks iat or jti') // §2.2
  return deepFreeze(checkAccessToken(claims, options))
}

/** A typ of `JWT` is ambiguous. A token whose audience is its own client, or with claims of other tokens, is not an access token. RFC 8725 §2.8, §3.12 */
function checkIsNoOtherToken(claims: AccessTokenClaims): void {
  const isForItsClient = audienceOf(claims.aud).includes(claims.client_id)
  if (isForItsClient || CLAIMS_OF_OTHER_TOKENS.some((name) => claims[name] !== undefined))
    refuse('invalid_token', 'this is not an access token but a token of another kind')
}
