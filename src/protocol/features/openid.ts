/** ID tokens — OpenID Connect Core §2, §3.1.3.3, §3.1.3.6. */
import { leftHalfHash } from '../codec/digest.ts'
import type { Ctx, Feature } from '../feature.ts'
import { subjectFor } from '../subject.ts'
import { transportable } from '../token-size.ts'
import type { Issuance } from '../types.ts'

/** Undefined unless it was an OpenID request and a person signed in: a client that exchanges a token has not seen a sign-in. */
async function idToken(ctx: Ctx, issuance: Issuance, accessToken: string): Promise<string | undefined> {
  const { client, authorization, scope, nonce, code } = issuance
  if (!authorization || !scope.includes('openid') || issuance.within) return undefined
  const alg = client.id_token_signed_response_alg
  const now = ctx.now()
  const { subject, authTime, acr, amr, sid } = authorization.authentication
  const extra = {}
  for (const feature of ctx.server.features) if (feature.idTokenClaims) Object.assign(extra, await feature.idTokenClaims(ctx, issuance))
  const token = await ctx.keys.sign(alg, 'JWT', {
    ...extra,
    client_id: undefined, // no ID token can be taken for an access token of the same type
    iss: ctx.issuer,
    sub: subjectFor(ctx, client, subject), // §8
    aud: client.client_id,
    iat: now,
    exp: now + (client.id_token_lifetime ?? ctx.tenant.lifetimes.idToken),
    auth_time: authTime,
    nonce,
    acr,
    amr,
    sid,
    at_hash: leftHalfHash(alg, accessToken), // §3.1.3.6
    c_hash: code === undefined ? undefined : leftHalfHash(alg, code), // §3.3.2.11
  })
  return transportable(token)
}

export function openid(): Feature {
  return {
    id: 'openid',
    spec: 'OpenID Connect Core §2',
    requires: ['authorizationCode', 'keys'],
    scopes: { openid: 'Know who you are' },
    metadata: (ctx) => ({
      id_token_signing_alg_values_supported: ctx.keys.algs,
      acr_values_supported: ctx.people.acrValues,
      subject_types_supported: ['public', 'pairwise'],
      request_parameter_supported: ctx.server.parameters.has('request'),
      request_uri_parameter_supported: ctx.tenant.requestUri && ctx.server.parameters.has('request_uri'), // Its absence would mean true. Discovery §3.
      claims_parameter_supported: ctx.server.parameters.has('claims'),
    }),
    respondToken: async (ctx, { issuance, accessToken }) => ({ id_token: await idToken(ctx, issuance, accessToken) }),
  }
}
