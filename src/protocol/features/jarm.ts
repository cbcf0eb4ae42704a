/** Authorization responses as signed, and encrypted, JWTs — JWT Secured Authorization Response Mode for OAuth 2.0 (JARM). */
import { isAllowedAlg, type SigningAlg } from '../algs.ts'
import type { Client } from '../client.ts'
import { encryptedForClient } from '../client-keys.ts'
import { contentEncryptionAlgs, keyEncryptionAlgs } from '../codec/jwe.ts'
import type { Ctx, Feature, ResponseMode } from '../feature.ts'

/** Seconds. §2.1 */
const responseLifetime = 120

/** Sends the response as the one parameter `response`, in the way of another mode. §2.3 */
function asJwt(carrier: 'query' | 'fragment' | 'form_post'): ResponseMode {
  return {
    name: `${carrier}.jwt`,
    signed: true,
    ...(carrier === 'query' ? { insteadOfQuery: 'fragment.jwt' } : {}), // §2.3.1
    async reply(ctx, address, answer) {
      const { client } = address
      const claims = { ...answer, iss: ctx.issuer, aud: client.client_id, exp: ctx.now() + responseLifetime } // §2.1
      const signed = await ctx.keys.sign(algFor(ctx, client), 'JWT', claims)
      const response = await encryptedForClient(ctx, client, { kind: 'authorization', text: signed }) // §2.2
      return (ctx.server.responseModes.get(carrier) as ResponseMode).reply(ctx, address, { response })
    },
  }
}

/** §2.3.4 */
const shortcut: ResponseMode = {
  name: 'jwt',
  signed: true,
  standsFor: { query: 'query.jwt', fragment: 'fragment.jwt' },
  reply: (ctx, address, answer) => (ctx.server.responseModes.get('query.jwt') as ResponseMode).reply(ctx, address, answer),
}

/** As registered. A refusal must be told too, so there is always one: without another, that of the tenant which the client may be answered in. */
function algFor(
  { keys }: Ctx,
  { authorization_signed_response_alg: registered, id_token_signed_response_alg: usual, policy }: Client,
): SigningAlg {
  const allowed = keys.algs.filter((alg) => isAllowedAlg(policy.allowed_algs, alg))
  return allowed.find((alg) => alg === (registered ?? usual)) ?? allowed[0] ?? (keys.algs[0] as SigningAlg)
}

export function jarm(): Feature {
  return {
    id: 'jarm',
    spec: 'JWT Secured Authorization Response Mode for OAuth 2.0',
    requires: ['authorizationCode', 'formPost', 'keys'],
    responseModes: [asJwt('query'), asJwt('fragment'), asJwt('form_post'), shortcut],
    serves: { signed_responses: ['required'] },

    // §4
    metadata: (ctx) => ({
      authorization_signing_alg_values_supported: ctx.keys.algs,
      authorization_encryption_alg_values_supported: keyEncryptionAlgs,
      authorization_encryption_enc_values_supported: contentEncryptionAlgs,
    }),
  }
}
