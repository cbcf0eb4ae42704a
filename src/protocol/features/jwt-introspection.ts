/** Signed and encrypted introspection responses — RFC 9701. */
import type { SigningAlg } from '../algs.ts'
import { contentEncryptionAlgs, encrypt, encryptionKey, keyEncryptionAlgs } from '../codec/jwe.ts'
import type { Ctx, Feature } from '../feature.ts'
import { keysOf, type Resource } from '../resource.ts'

const typ = 'token-introspection+jwt'
const mediaType = `application/${typ}`

/** Whether the request prefers a JWT to JSON. RFC 9110 §12.5.1. */
export function asksForJwt(accept: string | string[] | undefined): boolean {
  const ranges = [accept ?? []].flat().join(',').toLowerCase().split(',')
  const weightOf = (type: string) => {
    const range = ranges.map((text) => text.split(';').map((part) => part.trim())).find(([name]) => name === type)
    return range && Number(range.find((part) => part.startsWith('q='))?.slice(2) ?? 1)
  }
  const weight = weightOf(mediaType) ?? 0
  return weight > 0 && weight >= (weightOf('application/json') ?? 0)
}

/** RFC 9701 §6: RS256 unless registered otherwise, or an algorithm that the tenant has. */
function algFor({ keys }: Ctx, resource: Resource | undefined): SigningAlg {
  const usual = keys.algs.includes('RS256') ? 'RS256' : keys.algs[0]
  return resource?.introspection_signed_response_alg ?? (usual as SigningAlg)
}

/** Encrypted for the resource, if it registered for that. §5, §6. */
function encryptedFor(resource: Resource | undefined, jwt: string): Promise<string> | string {
  const alg = resource?.introspection_encrypted_response_alg
  if (!alg) return jwt
  const key = encryptionKey(keysOf(resource), alg)
  if (!key) throw new Error('a resource that is registered for encryption has no key for it')
  return encrypt(jwt, { alg, enc: resource.introspection_encrypted_response_enc ?? 'A128CBC-HS256', key, isJwt: true })
}

export function jwtIntrospection(): Feature {
  return {
    id: 'jwtIntrospection',
    spec: 'RFC 9701',
    requires: ['introspection', 'keys'],

    async respondIntrospection(ctx, { request, caller: { clientId, audience, resource }, body }) {
      if (!asksForJwt(request.headers['accept'])) return undefined // §4
      const claims = { iss: ctx.issuer, aud: audience ?? clientId, iat: ctx.now(), token_introspection: body } // §5: neither sub nor exp
      const jwt = await ctx.keys.sign(algFor(ctx, resource), typ, claims)
      const text = await encryptedFor(resource, jwt)
      return { kind: 'text', status: 200, type: mediaType, text, headers: { 'cache-control': 'no-store' } }
    },

    // §7
    metadata: (ctx) => ({
      introspection_signing_alg_values_supported: ctx.keys.algs,
      introspection_encryption_alg_values_supported: keyEncryptionAlgs,
      introspection_encryption_enc_values_supported: contentEncryptionAlgs,
    }),
  }
}
