/** UserInfo endpoint — OpenID Connect Core §5.3. */
import { bearer } from '../access-token.ts'
import { claimsFor, claimsOfScope } from '../claims.ts'
import type { Client } from '../client.ts'
import { encryptedForClient } from '../client-keys.ts'
import { contentEncryptionAlgs, keyEncryptionAlgs } from '../codec/jwe.ts'
import { refuse } from '../errors.ts'
import type { Ctx, Endpoint, Feature } from '../feature.ts'
import { hasScopeClaims } from '../id-token.ts'
import type { Reply } from '../request-reply.ts'
import { toldSubject } from '../subject.ts'
import { subjectClaims } from '../subject-claims.ts'

const endpoint: Endpoint = {
  path: '/userinfo',
  advertisedAs: 'userinfo_endpoint',
  methods: ['GET', 'POST'],
  audience: 'program',
  cors: 'clients',
  async handle(ctx, request) {
    const token = await bearer(ctx, request)
    const client = token.clientId === undefined ? undefined : await ctx.store.clients.find(token.clientId)
    if (client && token.grantId === undefined) return claimsReply(ctx, client, { ...token.extra, sub: token.subject }) // the subject does not tell: an account may have a client's name
    if (!token.scope.includes('openid')) refuse('insufficient_scope', 'the access token needs the scope openid') // §5.3.1
    const known = token.person ?? (await ctx.people.claims(token.subject)) ?? refuse('invalid_token', 'the account is no longer active')
    const { subject, scope, extra } = token
    const claims = await subjectClaims(ctx, { subject, scope, known, extra })
    return claimsReply(ctx, client, { ...claims, sub: await toldSubject(ctx, token) }) // §5.3.2
  },
}

const headers = { 'cache-control': 'no-store' }

/** As JSON, or as a JWT that is signed, encrypted or both, as the client registered. Credentials without a client get JSON. §5.3.2 */
async function claimsReply(ctx: Ctx, client: Client | undefined, claims: object): Promise<Reply> {
  const { userinfo_signed_response_alg: alg, userinfo_encrypted_response_alg: encryption } = client ?? {}
  if (!client || (alg === undefined && encryption === undefined)) return { kind: 'json', status: 200, headers, body: claims }
  // Without `exp` and `client_id` it can be taken neither for an ID token nor for an access token. RFC 8725 §3.12
  const body = { ...claims, client_id: undefined, exp: undefined, iss: ctx.issuer, aud: client.client_id }
  const said = alg === undefined ? JSON.stringify(body) : await ctx.keys.sign(alg, 'JWT', body)
  const text = await encryptedForClient(ctx, client, { kind: 'userinfo', text: said, isJwt: alg !== undefined })
  return { kind: 'text', status: 200, type: 'application/jwt', text, headers }
}

export function userinfo(): Feature {
  return {
    id: 'userinfo',
    spec: 'OpenID Connect Core §5.3',
    requires: ['openid'],
    endpoints: [endpoint],
    scopes: {
      profile: 'See your profile, such as name, picture and birthday',
      email: 'See your email address',
      address: 'See your postal address',
      phone: 'See your telephone number',
    },
    async idTokenClaims(ctx, issuance) {
      return hasScopeClaims(issuance) ? claimsFor(issuance.scope, (await ctx.people.claims(issuance.subject)) ?? {}) : {} // §5.4
    },
    metadata: (ctx) => ({
      userinfo_signing_alg_values_supported: ctx.keys.algs,
      userinfo_encryption_alg_values_supported: keyEncryptionAlgs,
      userinfo_encryption_enc_values_supported: contentEncryptionAlgs,
      claims_supported: [
        'sub',
        'iss',
        'aud',
        'exp',
        'iat',
        'auth_time',
        'nonce',
        'acr',
        'amr',
        'sid',
        ...Object.values(claimsOfScope).flat(),
        ...ctx.server.having('claims').flatMap((feature) => feature.claims(ctx)),
      ],
    }),
  }
}
