/** Signed authorization requests, sent by value — RFC 9101 §5.1, OpenID Connect Core §6.1. */
import { contentEncryptionAlgs, decryptionAlgs } from '../codec/jwe.ts'
import { clientSigningAlgs } from '../codec/public-key.ts'
import type { Feature } from '../feature.ts'
import { readRequestObject } from '../request-object.ts'

export function requestObjects(): Feature {
  return {
    id: 'requestObjects',
    spec: 'RFC 9101',
    requires: ['authorizationCode'],
    parameters: ['request'],
    serves: {
      signed_requests: ['required', 'unless_pushed'],
      request_object_jti: ['required'],
      request_object_audience: ['issuer'],
      parameters_outside_request_object: ['merged'],
    },
    metadata: () => ({
      request_object_signing_alg_values_supported: clientSigningAlgs,
      request_object_encryption_alg_values_supported: decryptionAlgs,
      request_object_encryption_enc_values_supported: contentEncryptionAlgs,
      require_signed_request_object: false, // §10.5: it is for each client's policy to say
    }),

    async resolveRequest(ctx, { params, client }) {
      const text = params.get('request')
      return text === undefined ? undefined : readRequestObject(ctx, client, text, params)
    },
  }
}
