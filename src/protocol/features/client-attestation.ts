/** Clients whose instances an attester vouches for: attest_jwt_client_auth — OAuth 2.0 Attestation-Based Client Authentication (draft 11). */
import { isAllowedAlg } from '../algs.ts'
import { isAttested } from '../attesters.ts'
import type { Client } from '../client.ts'
import { refuseClient } from '../client-auth.ts'
import { sha256 } from '../codec/digest.ts'
import { isJsonObject } from '../codec/json.ts'
import { type CompactJws, type JsonObject, parseJws, parseObject } from '../codec/jws.ts'
import {
  type ClientSigningAlg,
  clientSigningAlgs,
  isPublicJwk,
  isSignedBy,
  publicKeyFor,
  showsPrivateKey,
  thumbprint,
} from '../codec/public-key.ts'
import { OAuthError, refuse } from '../errors.ts'
import type { ClientAuth, Ctx, Endpoint, Feature } from '../feature.ts'
import type { Request } from '../request-reply.ts'
import type { SingleUse } from '../used-once.ts'

const headers = { attestation: 'oauth-client-attestation', proof: 'oauth-client-attestation-pop' } as const
const maxAttestation = 16_384
/** Of the attestation: with certificates. */
const maxHeader = 12_288
const maxProof = 4096
const maxJti = 255

/** How far the clocks of instances and attesters may differ from ours, in seconds. */
const clockSkew = 60
/** How old a proof of possession may be, in seconds: as old as a challenge. §7.2 (6) */
const maxAge = 300

const purpose = 'client-attestation'

interface Jwt extends CompactJws {
  claims: JsonObject
}

/** Nothing is verified yet. A header that is sent twice is no JWT. §7.1 (1), §7.2 (1) */
function jwtOf(text: string | string[] | undefined, maxLength: number, maxHeader?: number): Jwt | undefined {
  const jws = typeof text === 'string' ? parseJws(text, maxLength, maxHeader) : undefined
  const claims = jws && parseObject(jws.payload)
  return jws && claims ? { ...jws, claims } : undefined
}

function attestationIn({ headers: sent }: Request): Jwt | undefined {
  return jwtOf(sent[headers.attestation], maxAttestation, maxHeader)
}

const attested: ClientAuth = {
  method: 'attest_jwt_client_auth',
  carrier: 'client attestation',

  claimedClient(_ctx, request) {
    if (request.headers[headers.attestation] === undefined) return undefined
    const subject = attestationIn(request)?.claims['sub']
    return typeof subject === 'string' ? subject : request.params.get('client_id')
  },

  async verify(ctx, request, client) {
    const attestation = attestationIn(request)
    const proof = jwtOf(request.headers[headers.proof], maxProof)
    if (!client || !attestation || !proof) return 'unknown client, or no client attestation with a proof of possession'
    return (await attestationFault(ctx, client, attestation)) ?? judged(ctx, client, keyOf(attestation), proof)
  },

  instance(request) {
    const attestation = attestationIn(request)
    return attestation && thumbprint(keyOf(attestation) as object)
  },
}

/** §4 */
function keyOf({ claims }: Jwt): unknown {
  return isJsonObject(claims['cnf']) ? claims['cnf']['jwk'] : undefined
}

function algOf({ header }: Jwt, { policy }: Client): ClientSigningAlg | undefined {
  return clientSigningAlgs.find((one) => one === header['alg'] && isAllowedAlg(policy.allowed_algs, one))
}

/** Why no attester that is trusted vouches for this instance now; undefined when one does. §7.1 */
async function attestationFault(ctx: Ctx, client: Client, jwt: Jwt): Promise<string | undefined> {
  const alg = algOf(jwt, client)
  if (jwt.header['typ'] !== 'oauth-client-attestation+jwt' || !alg) return 'typ or alg of the client attestation is not accepted'
  const { iss, sub, exp, iat, nbf } = jwt.claims
  if (iss !== undefined && typeof iss !== 'string') return 'iss of the client attestation is no text'
  const now = ctx.now()
  if (!(await isAttested(ctx.tenant.attesters, client, { jws: jwt, alg, issuer: iss, now })))
    return 'no attester that is trusted for this client signed the client attestation'
  if (sub !== client.client_id) return 'sub of the client attestation is not the client'
  if (typeof exp !== 'number') return 'the client attestation has no exp'
  if (exp <= now - clockSkew) refuse('invalid_client_attestation', 'the client attestation has expired; get a new one from the attester')
  if ([iat, nbf].some((time) => time !== undefined && (typeof time !== 'number' || time > now + clockSkew)))
    return 'the client attestation is not yet valid'
  return isPublicJwk(keyOf(jwt)) ? undefined : 'cnf of the client attestation has no public key'
}

/** Why the sender does not prove to be that instance now; or the jti, by which it does a single time. §7.2 */
function judged(ctx: Ctx, client: Client, jwk: unknown, jwt: Jwt): string | SingleUse {
  const alg = algOf(jwt, client)
  if (jwt.header['typ'] !== 'oauth-client-attestation-pop+jwt' || !alg) return 'typ or alg of the proof of possession is not accepted'
  const key = showsPrivateKey(jwt.header) ? undefined : publicKeyFor(jwk, alg)
  if (!key || !isSignedBy(key, alg, jwt.input, jwt.signature))
    return 'the key of the client attestation did not sign the proof of possession'
  const { aud, jti, iat, exp, challenge } = jwt.claims
  const now = ctx.now()
  if (aud !== ctx.issuer) return 'aud of the proof of possession is not this issuer'
  if (typeof iat !== 'number' || iat < now - maxAge || iat > now + clockSkew)
    return 'iat of the proof of possession is not the current time'
  if (exp !== undefined && (typeof exp !== 'number' || exp <= now - clockSkew)) return 'the proof of possession has expired'
  if (typeof jti !== 'string' || jti === '' || jti.length > maxJti) return 'the proof of possession has no jti'
  if (typeof challenge !== 'string' || !ctx.tokens.isNonce(purpose, challenge, now)) throw needsChallenge(ctx)
  return {
    kind: 'client-attestation',
    id: sha256(`${thumbprint(jwk as object)} ${jti}`),
    expiresAt: iat + maxAge + clockSkew,
    refuse: () => refuseClient('the proof of possession was used before'),
  }
}

/** §6.1 */
function needsChallenge(ctx: Ctx): OAuthError {
  const error = new OAuthError(
    'use_attestation_challenge',
    'the proof of possession needs the challenge of the OAuth-Client-Attestation-Challenge header',
  )
  error.headers['oauth-client-attestation-challenge'] = ctx.tokens.nonce(purpose, ctx.now())
  return error
}

/** §6.3 */
const challengeEndpoint: Endpoint = {
  path: '/challenge',
  advertisedAs: 'challenge_endpoint',
  methods: ['POST'],
  audience: 'program',
  cors: 'clients',
  async handle(ctx) {
    const nonces = Object.assign({}, ...ctx.server.having('challenge').map((feature) => feature.challenge(ctx)))
    return {
      kind: 'json',
      status: 200,
      headers: { ...nonces, 'cache-control': 'no-store' },
      body: { attestation_challenge: ctx.tokens.nonce(purpose, ctx.now()) },
    }
  },
}

export function clientAttestationDraft11(): Feature {
  return {
    id: 'clientAttestationDraft11',
    spec: 'OAuth 2.0 Attestation-Based Client Authentication (draft 11)',
    requires: ['token'],
    endpoints: [challengeEndpoint],
    clientAuth: [attested],
    corsHeaders: {
      request: ['OAuth-Client-Attestation', 'OAuth-Client-Attestation-PoP'],
      response: ['OAuth-Client-Attestation-Challenge'],
    },
    metadata: () => ({
      client_attestation_signing_alg_values_supported: clientSigningAlgs, // §8
      client_attestation_pop_signing_alg_values_supported: clientSigningAlgs,
    }),
  }
}
