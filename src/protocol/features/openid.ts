/** ID tokens — OpenID Connect Core §2, §3.1.3.3, §3.1.3.6. */
import { contentEncryptionAlgs, keyEncryptionAlgs } from '../codec/jwe.ts'
import { refuse } from '../errors.ts'
import type { Feature } from '../feature.ts'
import { idToken } from '../id-token.ts'

export function openid(): Feature {
  return {
    id: 'openid',
    spec: 'OpenID Connect Core §2',
    requires: ['authorizationCode', 'keys'],
    scopes: { openid: 'Know who you are' },
    metadata: (ctx) => ({
      id_token_signing_alg_values_supported: ctx.keys.algs,
      id_token_encryption_alg_values_supported: keyEncryptionAlgs,
      id_token_encryption_enc_values_supported: contentEncryptionAlgs,
      acr_values_supported: ctx.people.acrValues,
      subject_types_supported: ['public', 'pairwise'],
      request_parameter_supported: ctx.server.parameters.has('request'),
      request_uri_parameter_supported: ctx.tenant.requestUri && ctx.server.parameters.has('request_uri'), // Its absence would mean true. Discovery §3.
      claims_parameter_supported: ctx.server.parameters.has('claims'),
    }),
    readRequest(_ctx, { params, type }): Record<string, string> {
      if (!type.idToken) return {}
      if (!params.words('scope').includes('openid')) refuse('invalid_scope', 'scope must have openid for a response_type with id_token')
      if (params.get('nonce') === undefined) refuse('invalid_request', 'nonce is missing; a response_type with id_token needs it') // §3.2.2.1, §3.3.2.11
      return {}
    },
    respondToken: async (ctx, { issuance, accessToken, refreshToken }) => ({
      id_token: await idToken(ctx, issuance, { accessToken, refreshToken }),
    }),
  }
}
