/** Proof that the sender holds the key a token is bound to — RFC 9449 §4.3, §7.1. */
import { hash } from 'node:crypto'
import type { DpopNonces } from './dpop-nonce.ts'
import { algorithmOf, claimsOf, hasType, type Jws, readJws } from './jws.ts'
import { type Algorithm, type VerifyingKey, verifyingKey } from './public-key.ts'
import { refuse } from './refusal.ts'
import type { ReplayStore } from './replay.ts'
import { type GuardRequest, headerValues } from './request.ts'

export interface ProofOptions {
  /** Scheme and host of this API as its callers know them, whatever proxies call it. */
  origin: string
  algorithms: readonly Algorithm[]
  replay: ReplayStore
  /** Undefined when none are required. */
  nonces: DpopNonces | undefined
  /** Seconds. */
  clockTolerance: number
  now(): number
}

/** Checks that the request has a proof for this token, by the key whose thumbprint is `jkt`. */
export type ProofCheck = (request: GuardRequest, token: string, jkt: unknown) => Promise<void>

/** The longest time between the creation of a proof and its use, in seconds. */
const LIFETIME = 60
/** Members of a JWK that only a private key has. RFC 7518 §6.2.2, §6.3.2, RFC 8037 §2, RFC 9964 */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv']

export function proofCheck(options: ProofOptions): ProofCheck {
  const { clockTolerance, now } = options
  return async (request, token, jkt) => {
    const [text, ...others] = headerValues(request.headers, 'dpop')
    if (text === undefined || others.length > 0) refuse('invalid_dpop_proof', 'send one DPoP header with a proof') // §4.3 (1)
    const jws = readJws(text) ?? refuse('invalid_dpop_proof', 'the DPoP proof is malformed or too long') // §4.3 (2)
    const key = proofKey(jws, options.algorithms)
    const claims = claimsOf(jws)
    if (!claims || !key.isSignature(jws.signed, jws.signature)) refuse('invalid_dpop_proof', 'the signature of the DPoP proof is invalid') // §4.3 (6)
    const { jti, htm, htu, iat, ath, nonce } = claims
    if (typeof jti !== 'string' || jti === '') refuse('invalid_dpop_proof', 'the DPoP proof has no jti') // §4.3 (3)
    if (htm !== request.method) refuse('invalid_dpop_proof', 'the htm of the DPoP proof is not the method of this request') // §4.3 (8)
    if (!isTarget(htu, request.url, options.origin))
      refuse('invalid_dpop_proof', 'the htu of the DPoP proof is not the URL of this request') // §4.3 (9)
    if (options.nonces && !options.nonces.isValid(nonce))
      refuse('use_dpop_nonce', 'the DPoP proof needs the nonce of the DPoP-Nonce header') // §4.3 (10), §9
    if (typeof iat !== 'number' || iat > now() + clockTolerance || iat <= now() - LIFETIME - clockTolerance)
      refuse('invalid_dpop_proof', 'the iat of the DPoP proof is not within the last minute') // §4.3 (11)
    if (ath !== hash('sha256', token, 'base64url'))
      refuse('invalid_dpop_proof', 'the ath of the DPoP proof is not the hash of the access token') // §4.3 (12)
    if (key.thumbprint !== jkt) refuse('invalid_token', 'the access token is bound to another key') // §4.3 (12)
    const until = Math.ceil(now() + LIFETIME + 2 * clockTolerance)
    if (!(await isFirstUse(options.replay, `${jkt} ${jti}`, until))) refuse('invalid_dpop_proof', 'the DPoP proof was used before') // §11.1
  }
}

function proofKey(jws: Jws, algorithms: readonly Algorithm[]): VerifyingKey {
  if (!hasType(jws, 'dpop+jwt')) refuse('invalid_dpop_proof', 'the typ of the DPoP proof is not dpop+jwt') // §4.3 (4)
  const alg =
    algorithmOf(jws, algorithms) ?? refuse('invalid_dpop_proof', 'the DPoP proof is signed with an algorithm that is not accepted here') // §4.3 (5)
  const { jwk } = jws.header
  if (typeof jwk === 'object' && jwk !== null && PRIVATE_MEMBERS.some((name) => name in jwk))
    refuse('invalid_dpop_proof', 'the DPoP proof contains a private key') // §4.3 (7)
  return verifyingKey(jwk, alg) ?? refuse('invalid_dpop_proof', 'the DPoP proof has no public key for its algorithm')
}

/** Without query and fragment. A request line may name a host, too: it must be the host of this API. */
function isTarget(htu: unknown, url: string, origin: string): boolean {
  const target = normalizedUrl(url.startsWith('/') ? origin + url : url)
  return typeof htu === 'string' && target !== undefined && target.startsWith(`${origin}/`) && normalizedUrl(htu) === target
}

/** Origin and path, normalized by syntax and by scheme. Undefined for text that is not an http URL, or has user information. RFC 3986 §6.2.2, §6.2.3 */
function normalizedUrl(text: string): string | undefined {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text)) return undefined
  const { origin, username, password, pathname } = new URL(text)
  return username || password ? undefined : origin + pathname.replace(/%[\da-f]{2}/gi, normalizedOctet)
}

/** Decodes characters that need no encoding, and puts other encodings into upper case. RFC 3986 §6.2.2.1, §6.2.2.2 */
function normalizedOctet(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
  return /[\w.~-]/.test(character) ? character : encoded.toUpperCase()
}

async function isFirstUse(replay: ReplayStore, name: string, until: number): Promise<boolean> {
  try {
    return await replay.first(hash('sha256', name, 'base64url'), until)
  } catch (error) {
    return refuse('temporarily_unavailable', 'the record of used DPoP proofs cannot be reached', error)
  }
}
