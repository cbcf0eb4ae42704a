/** Keys of clients, for the operator who registers them: made here, or read from PEM — RFC 7517 §4. */
import { createPublicKey, X509Certificate } from 'node:crypto'
import { makeKeyPair } from './signer.ts'

/** Algorithms that every security profile accepts, or all but FAPI 1.0. */
export const clientKeyAlgs = ['ES256', 'PS256', 'EdDSA'] as const

/** The halves of a key pair, as JWKs with `kid`, `alg` and `use`. */
export interface ClientKey {
  publicJwk: Record<string, unknown>
  privateJwk: Record<string, unknown>
}

export async function makeClientKey(alg: (typeof clientKeyAlgs)[number]): Promise<ClientKey> {
  const { jwk, privateKey } = await makeKeyPair(alg, 3072)
  return { publicJwk: { ...jwk }, privateJwk: { ...privateKey.export({ format: 'jwk' }), kid: jwk.kid, alg, use: 'sig' } }
}

/** The public keys and the certificates of a PEM text. Undefined unless it has some, and nothing else. */
export function publicJwksOf(pem: string): Record<string, unknown>[] | undefined {
  const blocks = pem.match(/-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----[^-]*-----END [A-Z ]+-----/g) ?? []
  if (blocks.length === 0 || pem.match(/-----BEGIN /g)?.length !== blocks.length) return undefined
  try {
    return blocks.map(publicJwkOf)
  } catch {
    return undefined
  }
}

/** Of a certificate also itself, so that no other one of the same key counts. RFC 7517 §4.7 */
function publicJwkOf(pem: string): Record<string, unknown> {
  if (!pem.includes('CERTIFICATE')) return { ...createPublicKey(pem).export({ format: 'jwk' }) }
  const certificate = new X509Certificate(pem)
  return { ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] }
}
