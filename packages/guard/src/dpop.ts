/** Proof that the sender holds the key its token is bound to — RFC 9449 §4.3, §7.1. */
import { hash } from 'node:crypto'
import { onlyOnce } from './cache.ts'
import { algorithmOf, claimsOf, hasType, type Jws, readJws } from './jws.ts'
import { type Algorithm, type VerifyingKey, verifyingKey } from './public-key.ts'
import { refuse } from './refusal.ts'
import { type GuardRequest, headerOf } from './request.ts'

export interface ProofTerms {
  /** Scheme and host of this API as its callers know it: what proxies in between call it does not matter. */
  origin: string
  algorithms: readonly Algorithm[]
  /** Seconds. */
  clockTolerance: number
  now(): number
}

/** Seconds from the making of a proof to its use. */
const LIFETIME = 60
/** How many used proofs are remembered. When so many were used within a minute, further ones wait. */
const MOST_USED = 100_000

/** Checks the proof of a request for this token, whose `cnf.jkt` is `jkt`. Refuses when there is none, or it proves something else. */
export function proofCheck(terms: ProofTerms): (request: GuardRequest, token: string, jkt: string) => void {
  const { clockTolerance, now } = terms
  const used = onlyOnce(MOST_USED, now)
  return (request, token, jkt) => {
    const [text, ...others] = headerOf(request.headers, 'dpop')
    if (text === undefined || others.length > 0) refuse('invalid_dpop_proof', 'send one DPoP header with a proof') // §4.3 (1)
    const jws = readJws(text) ?? refuse('invalid_dpop_proof', 'the DPoP proof is malformed or too long') // §4.3 (2)
    const key = keyOf(jws, terms.algorithms)
    const claims = claimsOf(jws)
    if (!claims || !key.isSignature(jws.signed, jws.signature)) refuse('invalid_dpop_proof', 'the signature of the DPoP proof is wrong') // §4.3 (6)
    const { jti, htm, htu, iat, ath } = claims
    if (typeof jti !== 'string' || jti === '') refuse('invalid_dpop_proof', 'the DPoP proof has no jti') // §4.3 (3)
    if (htm !== request.method) refuse('invalid_dpop_proof', 'the htm of the DPoP proof is not the method of this request') // §4.3 (8)
    if (!isAddress(htu, request.url, terms.origin))
      refuse('invalid_dpop_proof', 'the htu of the DPoP proof is not the address of this request') // §4.3 (9)
    if (typeof iat !== 'number' || iat > now() + clockTolerance || iat < now() - LIFETIME - clockTolerance)
      refuse('invalid_dpop_proof', 'the DPoP proof was not made just now') // §4.3 (11)
    if (ath !== hash('sha256', token, 'base64url'))
      refuse('invalid_dpop_proof', 'the ath of the DPoP proof is not that of the access token') // §4.3 (12)
    if (thumbprint(key) !== jkt) refuse('invalid_token', 'the access token is bound to another key') // §4.3 (12)
    const use = used(hash('sha256', `${jkt} ${jti}`, 'base64url'), now() + LIFETIME + 2 * clockTolerance)
    if (use === 'again') refuse('invalid_dpop_proof', 'the DPoP proof was used before') // §11.1
    if (use === 'full') refuse('temporarily_unavailable', 'too many requests with proofs at this moment')
  }
}

function keyOf(jws: Jws, algorithms: readonly Algorithm[]): VerifyingKey {
  if (!hasType(jws, 'dpop+jwt')) refuse('invalid_dpop_proof', 'the typ of the DPoP proof is not dpop+jwt') // §4.3 (4)
  const alg = algorithmOf(jws, algorithms) ?? refuse('invalid_dpop_proof', 'the DPoP proof is signed in a way that is not accepted here') // §4.3 (5)
  const jwk = jws.header['jwk'] as Record<string, unknown> | null | undefined
  if (typeof jwk === 'object' && jwk !== null && 'd' in jwk) refuse('invalid_dpop_proof', 'the DPoP proof shows a private key') // §4.3 (7)
  return verifyingKey(jwk, alg) ?? refuse('invalid_dpop_proof', 'the DPoP proof has no key that its algorithm can use')
}

/** Without query and fragment. A request line may name a host of its own choice, which counts only if it is ours. */
function isAddress(htu: unknown, url: string, origin: string): boolean {
  const whole = url.startsWith('/') ? origin + url : url
  if (typeof htu !== 'string' || !URL.canParse(htu) || !URL.canParse(whole)) return false
  const said = new URL(htu)
  const called = new URL(whole)
  return called.origin === origin && said.origin === origin && said.pathname === called.pathname
}

/** RFC 7638 §3: the required members alone, in the order of their names. */
function thumbprint({ key }: VerifyingKey): string {
  const { crv, e, kty, n, x, y } = key.export({ format: 'jwk' })
  return hash('sha256', JSON.stringify({ crv, e, kty, n, x, y }), 'base64url')
}
