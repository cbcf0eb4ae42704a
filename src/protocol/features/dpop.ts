/** Demonstrating proof of possession — RFC 9449. */
import { isAllowedAlg } from '../algs.ts'
import type { Client } from '../client.ts'
import { equal, sha256 } from '../codec/digest.ts'
import { type CompactJws, parseJws, parseObject } from '../codec/jws.ts'
import { type ClientSigningAlg, clientSigningAlgs, isPublicJwk, publicKeyFor, thumbprint, verifySignature } from '../codec/public-key.ts'
import { OAuthError, refuse } from '../errors.ts'
import type { Ctx, Feature, ProvenSender, ShownToken } from '../feature.ts'
import type { Request } from '../request-reply.ts'
import { normalised } from '../resource-identifier.ts'
import { useUp } from '../use-up.ts'
import type { SingleUse } from '../used-once.ts'

/** How far the `iat` of a proof may differ from the current time, in seconds: for slow networks and clocks that differ. §11.1 */
const window = { past: 120, future: 60 }
const maxProof = 4096
const maxJti = 255

const noncePurpose = 'dpop'

/** Whether the proof needs a nonce of this server. `token`: the access token, at an endpoint that accepts one. */
interface Expected {
  nonce: boolean
  token: string | undefined
  allowedAlgs: readonly string[] | undefined
}

interface ProvenKey {
  jkt: string
  usesUp: SingleUse
}

/** The thumbprint of the key that the proof was made with; undefined when the request has no proof. Refuses an invalid one. §4.3 */
async function provenKey(ctx: Ctx, request: Request, expected: Expected): Promise<ProvenKey | undefined> {
  const header = request.headers['dpop']
  if (header === undefined) return undefined
  const jws = typeof header === 'string' ? parseJws(header, maxProof) : undefined
  if (!jws) return refuse('invalid_dpop_proof', 'the DPoP header must be one signed JWT of at most 4096 characters')
  const { typ, jwk } = jws.header
  const alg = clientSigningAlgs.find((one) => one === jws.header['alg'])
  if (typ !== 'dpop+jwt') refuse('invalid_dpop_proof', 'typ of the DPoP proof must be dpop+jwt')
  if (!alg) return refuse('invalid_dpop_proof', 'alg of the DPoP proof is not one of dpop_signing_alg_values_supported')
  if (!isAllowedAlg(expected.allowedAlgs, alg))
    refuse('invalid_dpop_proof', 'alg of the DPoP proof is not one that this client may sign with: policy.allowed_algs')
  await checkSignature(jws, jwk, alg)
  const jkt = thumbprint(jwk as object)
  return { jkt, usesUp: judged(ctx, request, { claims: parseObject(jws.payload) ?? {}, jkt, ...expected }) }
}

async function checkSignature(jws: CompactJws, jwk: unknown, alg: ClientSigningAlg): Promise<void> {
  if (!isPublicJwk(jwk)) refuse('invalid_dpop_proof', 'jwk of the DPoP proof must be a public key')
  const key = publicKeyFor(jwk, alg) ?? refuse('invalid_dpop_proof', 'jwk of the DPoP proof is not a valid key for its alg')
  if (!(await verifySignature(key, alg, jws.input, jws.signature))) refuse('invalid_dpop_proof', 'the signature of the DPoP proof is wrong')
}

interface Proof extends Expected {
  claims: Readonly<Record<string, unknown>>
  jkt: string
}

/** The jti, by which the claims prove something to this server now, a single time. */
function judged(ctx: Ctx, request: Request, { claims, jkt, nonce, token }: Proof): SingleUse {
  const { jti, htm, htu, iat, ath } = claims
  if (typeof jti !== 'string' || jti === '' || jti.length > maxJti)
    refuse('invalid_dpop_proof', 'jti of the DPoP proof must be a text of 1 to 255 characters')
  if (htm !== request.method) refuse('invalid_dpop_proof', 'htm of the DPoP proof is not the method of this request')
  if (typeof htu !== 'string' || !isSameAddress(htu, request.url))
    refuse('invalid_dpop_proof', 'htu of the DPoP proof is not the URL of this request')
  if (token !== undefined && (typeof ath !== 'string' || !equal(ath, sha256(token))))
    refuse('invalid_dpop_proof', 'ath of the DPoP proof is not the hash of the access token')
  if (nonce && !(typeof claims['nonce'] === 'string' && ctx.tokens.isNonce(noncePurpose, claims['nonce'], ctx.now()))) throw needsNonce(ctx)
  const now = ctx.now()
  if (typeof iat !== 'number' || iat < now - window.past || iat > now + window.future)
    refuse('invalid_dpop_proof', 'iat of the DPoP proof is not the current time; check the clock of the client')
  return {
    kind: 'dpop-proof',
    id: sha256(`${jkt} ${jti}`),
    expiresAt: iat + window.past + window.future,
    refuse: () => refuse('invalid_dpop_proof', 'the DPoP proof was used before; make a new one for each request'),
  }
}

/** Compared after normalisation, without query and fragment. §4.3 (9) */
function isSameAddress(htu: string, url: string): boolean {
  return URL.canParse(htu) && addressOf(htu) === addressOf(url)
}

function addressOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return normalised(origin + pathname)
}

/** §8, §9: the client repeats the request with the nonce of this answer. */
function needsNonce(ctx: Ctx): OAuthError {
  const error = new OAuthError('use_dpop_nonce', 'the DPoP proof needs the nonce of the DPoP-Nonce header')
  error.headers['dpop-nonce'] = ctx.tokens.nonce(noncePurpose, ctx.now())
  return error
}

/** An endpoint that accepts access tokens answers errors with a challenge. §7.1, §9 */
function asChallenge(error: unknown): never {
  if (!(error instanceof OAuthError)) throw error
  error.status = 401
  error.headers['www-authenticate'] =
    `DPoP error="${error.code}", error_description="${error.description}", algs="${clientSigningAlgs.join(' ')}"`
  throw error
}

async function proveHolder(ctx: Ctx, request: Request, { token, text, scheme }: ShownToken): Promise<readonly string[]> {
  const jkt = token.cnf?.['jkt']
  if (scheme !== 'dpop') {
    if (jkt !== undefined)
      asChallenge(new OAuthError('invalid_token', 'the access token is bound to a key; send it with the DPoP scheme and a proof'))
    return []
  }
  if (jkt === undefined)
    asChallenge(new OAuthError('invalid_token', 'the access token is not bound to a key; send it with the Bearer scheme'))
  const client = token.clientId === undefined ? undefined : await ctx.store.clients.find(token.clientId)
  const expected = { nonce: client?.policy.dpop_nonce === 'required', token: text, allowedAlgs: client?.policy.allowed_algs }
  try {
    const proven = await provenKey(ctx, request, expected)
    if (!proven || !equal(proven.jkt, jkt as string))
      return refuse('invalid_dpop_proof', 'a DPoP proof with the key of the access token is needed')
    await useUp(ctx.store, [proven.usesUp])
  } catch (error) {
    asChallenge(error)
  }
  return ['jkt']
}

async function proveSender(
  ctx: Ctx,
  request: Request,
  { policy, dpop_bound_access_tokens: bound }: Client,
  issuing: boolean,
): Promise<ProvenSender | undefined> {
  const expected = { nonce: policy.dpop_nonce === 'required', token: undefined, allowedAlgs: policy.allowed_algs }
  const proven = await provenKey(ctx, request, expected)
  if (proven) return { binding: { cnf: { jkt: proven.jkt }, tokenType: 'DPoP' }, usesUp: proven.usesUp }
  return bound && issuing ? refuse('invalid_request', 'this client must send a DPoP proof') : undefined // §5.2
}

export function dpop(): Feature {
  return {
    id: 'dpop',
    spec: 'RFC 9449',
    requires: ['token'],
    serves: { sender_constraint: ['required'], dpop_nonce: ['required'], dpop_bound_access_tokens: ['true'] },
    tokenSchemes: ['dpop'],
    corsHeaders: { request: ['DPoP'], response: ['DPoP-Nonce'] },
    metadata: () => ({ dpop_signing_alg_values_supported: clientSigningAlgs }), // §5.1
    proveSender,
    proveHolder,
    challenge: (ctx) => ({ 'dpop-nonce': ctx.tokens.nonce(noncePurpose, ctx.now()) }),

    /** The code will be redeemed with this key. §10 */
    readRequest(_ctx, { params }): Record<string, string> {
      const jkt = params.get('dpop_jkt')
      if (jkt === undefined) return {}
      return /^[\w-]{43}$/.test(jkt)
        ? { dpopKey: jkt }
        : refuse('invalid_request', 'dpop_jkt must be the SHA-256 thumbprint of a key: 43 characters')
    },

    checkCode({ asked }, { binding }) {
      const jkt = asked.extensions['dpopKey']
      if (jkt !== undefined && binding?.cnf['jkt'] !== jkt)
        refuse('invalid_grant', 'code is bound to another key than that of the DPoP proof') // §10
    },
  }
}
