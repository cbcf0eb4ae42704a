/** ID tokens: how they are made, and what they say when they come back as hints — OpenID Connect Core §2, §3.1.2.1, RP-Initiated Logout §2. */
import { encryptedForClient } from './client-keys.ts'
import { leftHalfHash } from './codec/digest.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import { subjectFor } from './subject.ts'
import { transportable } from './token-size.ts'
import type { Issuance } from './types.ts'

/** What is issued beside an ID token, and is bound to it by its hash. */
interface Beside {
  accessToken: string | undefined
  refreshToken?: string | undefined
}

/** Undefined unless it was an OpenID request and a person signed in: a client that exchanges a token has not seen a sign-in. */
export async function idToken(ctx: Ctx, issuance: Issuance, { accessToken, refreshToken }: Beside): Promise<string | undefined> {
  const { client, authorization, scope, nonce, code, frontChannel, pushed } = issuance
  if (!authorization || !scope.includes('openid') || issuance.within) return undefined
  const alg = client.id_token_signed_response_alg
  const now = ctx.now()
  const { subject, authTime, acr, amr, sid } = authorization.authentication
  const hashOf = (text: string | undefined) => (text === undefined ? undefined : leftHalfHash(alg, text))
  const extra = {}
  // Beside a code the ID token says who signed in, and no more: the one of the token endpoint does, which no browser sees. §3.3.3.6
  const features = frontChannel && code !== undefined ? [] : ctx.server.having('idTokenClaims')
  for (const feature of features) Object.assign(extra, await feature.idTokenClaims(ctx, issuance))
  const text = await ctx.keys.sign(alg, 'JWT', {
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
    at_hash: hashOf(accessToken), // §3.1.3.6, §3.2.2.9
    c_hash: hashOf(code), // §3.3.2.11
    s_hash: hashOf(frontChannel?.state), // FAPI 1.0 Advanced §5.1
    'urn:openid:params:jwt:claim:auth_req_id': pushed?.authReqId, // CIBA Core §10.3.1
    'urn:openid:params:jwt:claim:rt_hash': pushed && hashOf(refreshToken),
  })
  return transportable(await encryptedForClient(ctx, client, { kind: 'id_token', text }))
}

/** Whether an ID token tells the claims of its scopes: where nothing else can, or the client is registered for that. §5.4 */
export function hasScopeClaims({ client, frontChannel }: Issuance): boolean {
  return client.id_token_scope_claims || (frontChannel !== undefined && !frontChannel.accessToken)
}

/**
 * The claims of an ID token of this tenant, which may have expired; undefined for anything else. An access token may be of the type JWT, too:
 * it has a `client_id`, which no ID token has. A UserInfo response does not expire. Only a client can decrypt what was encrypted for it: it sends
 * the signed token, or encrypts that for this server.
 */
export async function idTokenClaims({ keys }: Pick<Ctx, 'keys'>, text: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const isEncrypted = text.split('.', 5).length === 5
  const signed = isEncrypted
    ? ((await keys.decrypt(text)) ??
      refuse('invalid_request', 'id_token_hint is not encrypted for this server; send the signed ID token inside it'))
    : text
  const claims = await keys.verify(['JWT'], signed, undefined)
  return claims && claims['client_id'] === undefined && typeof claims['exp'] === 'number' ? claims : undefined
}
