/** Client authentication by a signed assertion: private_key_jwt and client_secret_jwt — RFC 7523 §2.2, OpenID Connect Core §9. */
import type { Client } from '../client.ts'
import { refuseClient } from '../client-auth.ts'
import { isSignedByClient } from '../client-keys.ts'
import { sha256 } from '../codec/digest.ts'
import { parseJws, parseObject } from '../codec/jws.ts'
import { clientSigningAlgs, showsPrivateKey } from '../codec/public-key.ts'
import { refuse } from '../errors.ts'
import type { ClientAuth, Ctx, Feature } from '../feature.ts'
import type { Params } from '../params.ts'
import type { Request } from '../request-reply.ts'
import type { SingleUse } from '../used-once.ts'

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' // RFC 7523 §2.2
const maxAssertion = 16_384
const maxJti = 255

/** The longest lifetime of an assertion that is accepted, in seconds. RFC 7523 §3 (4) */
const maxLifetime = 300
/** How far the clocks of clients may differ from ours, in seconds. */
const clockSkew = 60

const privateKeyJwt: ClientAuth = {
  method: 'private_key_jwt',
  carrier: 'client_assertion',
  claimedClient,

  async verify(ctx, request, client) {
    const jws = parseJws(request.params.need('client_assertion'), maxAssertion)
    if (!jws || !client) return 'unknown client, or not a JWT'
    if (!(await isSignedByClient(ctx, client, jws, client.token_endpoint_auth_signing_alg)))
      return 'no key of this client made the signature of the assertion'
    return judged(ctx, request, client, parseObject(jws.payload) ?? {})
  },
}

/** The secret never travels. Its algorithm is this one alone: a public key is never taken for a secret. RFC 8725 §3.1 */
const clientSecretJwt: ClientAuth = {
  method: 'client_secret_jwt',
  carrier: 'client_assertion',
  claimedClient,

  async verify(ctx, request, client) {
    const jws = parseJws(request.params.need('client_assertion'), maxAssertion)
    if (!jws || !client) return 'unknown client, or not a JWT'
    if (showsPrivateKey(jws.header)) return 'the header of the assertion shows a secret key'
    if (jws.header['alg'] !== 'HS256' || client.policy.allowed_algs) return 'alg of the assertion is not HS256, or not allowed'
    if (!ctx.tokens.isSignedWith(client.secretHashes, jws.input, jws.signature))
      return 'no secret of this client made the signature of the assertion; one from before it was registered for client_secret_jwt cannot sign'
    return judged(ctx, request, client, parseObject(jws.payload) ?? {})
  },
}

function claimedClient(_ctx: Ctx, { params }: Request): string | undefined {
  const assertion = params.get('client_assertion')
  if (assertion === undefined) return undefined
  if (params.need('client_assertion_type') !== type)
    refuse('invalid_request', 'client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
  const subject = claimsOf(params)?.['sub']
  return typeof subject === 'string' ? subject : params.get('client_id')
}

/** What it claims; nothing is verified yet. */
function claimsOf(params: Params): Readonly<Record<string, unknown>> | undefined {
  const jws = parseJws(params.need('client_assertion'), maxAssertion)
  return jws && parseObject(jws.payload)
}

/** Why the claims do not prove anything to this server now; or the jti, by which they do a single time. RFC 7523 §3 */
function judged(ctx: Ctx, request: Request, client: Client, claims: Readonly<Record<string, unknown>>): string | SingleUse {
  const { iss, sub, aud, exp, iat, nbf, jti } = claims
  const now = ctx.now()
  if (iss !== client.client_id || sub !== client.client_id) return 'iss or sub of the assertion is not the client'
  if (!isAudience(ctx, request, client, aud)) return 'aud of the assertion is not this server'
  if (typeof exp !== 'number' || exp <= now) return 'the assertion has expired or has no exp'
  if (exp > now + maxLifetime + clockSkew) return 'the assertion is valid for too long'
  if ([iat, nbf].some((time) => time !== undefined && (typeof time !== 'number' || time > now + clockSkew)))
    return 'the assertion is not yet valid'
  if (typeof jti !== 'string' || jti === '' || jti.length > maxJti) return 'the assertion has no jti'
  return {
    kind: 'client-assertion',
    id: sha256(`${client.client_id} ${jti}`),
    expiresAt: exp + clockSkew,
    refuse: () => refuseClient('the assertion was used before'),
  }
}

/** The issuer, as one text, where the client's policy is strict; else also the endpoint, by both of its addresses, and lists. RFC 7523 §3 (3), FAPI 2.0 Security Profile §5.3.2.1 */
function isAudience({ issuer }: Ctx, { url }: Request, { policy }: Client, aud: unknown): boolean {
  if (policy.assertion_audience === 'issuer') return aud === issuer
  const named = Array.isArray(aud) ? aud : [aud]
  const advertised = new URL(issuer).origin + new URL(url).pathname // it was called at its alias for certificates
  return [issuer, url, advertised, `${issuer}/token`].some((accepted) => named.includes(accepted))
}

export function clientAssertion(): Feature {
  return {
    id: 'clientAssertion',
    spec: 'RFC 7523 §2.2',
    requires: ['token'],
    clientAuth: [clientSecretJwt, privateKeyJwt],
    serves: { assertion_audience: ['liberal'] },
    /** For each endpoint whose authentication methods are listed. RFC 8414 §2 */
    metadata: ({ server }) => {
      const listed = [...server.endpoints.values()].flatMap(({ clientAuth, advertisedAs }) =>
        clientAuth && advertisedAs ? [advertisedAs] : [],
      )
      return Object.fromEntries(listed.map((name) => [`${name}_auth_signing_alg_values_supported`, [...clientSigningAlgs, 'HS256']]))
    },
  }
}
