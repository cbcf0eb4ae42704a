/** The public keys of a client, and what it signed with them — RFC 7517 §5, OpenID Connect Registration §2. */
import type { Client } from './client.ts'
import { type ContentEncryptionAlg, encryptionKey, encryptJwt, type KeyEncryptionAlg } from './codec/jwe.ts'
import type { CompactJws } from './codec/jws.ts'
import { type ClientSigningAlg, clientSigningAlgs, isSignedBy, publicKeyFor } from './codec/public-key.ts'
import { refuse } from './errors.ts'

/**
 * True if the private half of a registered key made the signature. `registered`: the one algorithm that the client may use here; undefined:
 * each that its policy allows. A header that names a key must name the one that signed. RFC 8725 §3.1
 */
export async function isSignedByClient(client: Client, jws: CompactJws, registered: ClientSigningAlg | undefined): Promise<boolean> {
  const alg = clientSigningAlgs.find((one) => one === jws.header['alg'])
  if (!alg || (registered ?? alg) !== alg || !(client.policy.allowed_algs?.some((one) => one === alg) ?? true)) return false
  return isSignedByOneOf(client.jwks?.keys ?? [], jws, alg)
}

function isSignedByOneOf(jwks: readonly Readonly<Record<string, unknown>>[], jws: CompactJws, alg: ClientSigningAlg): boolean {
  const { header, input, signature } = jws
  return jwks
    .filter((jwk) => header['kid'] === undefined || jwk['kid'] === header['kid'])
    .some((jwk) => {
      const key = publicKeyFor(jwk, alg)
      return key !== undefined && isSignedBy(key, alg, input, signature)
    })
}

/** A signed JWT, encrypted for a key of this client. Refuses when it has none for the algorithm: what is to be hidden is not sent in the clear. */
export async function encryptedForClient(
  client: Client,
  jwt: string,
  { alg, enc }: { alg: KeyEncryptionAlg; enc: ContentEncryptionAlg },
): Promise<string> {
  const key = encryptionKey(client.jwks?.keys ?? [], alg)
  return key
    ? encryptJwt(jwt, { alg, enc, key })
    : refuse('invalid_request', 'the client has no key for which its responses can be encrypted')
}
