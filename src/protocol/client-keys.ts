/** The public keys of a client, and what it signed with them — RFC 7517 §5, OpenID Connect Registration §2. */
import { isAllowedAlg, isSameAlg } from './algs.ts'
import type { Client, EncryptedKind } from './client.ts'
import { encrypt, encryptionKey } from './codec/jwe.ts'
import type { CompactJws } from './codec/jws.ts'
import { type ClientSigningAlg, clientSigningAlgs, publicKeyFor, showsPrivateKey, verifySignature } from './codec/public-key.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { PublicJwk } from './remote.ts'

/** Who has public keys, registered or at an address. */
export type KeyHolder = Partial<Pick<Client, 'jwks' | 'jwks_uri'>>
/**
 * What `find` makes of the keys that this client registered, or has at its `jwks_uri`; undefined if it finds nothing. There it looks a second
 * time at keys that are fetched anew, because clients replace their keys.
 */
export async function findClientKey<T>(
  { keySets }: Pick<Ctx, 'keySets'>,
  { jwks, jwks_uri: uri }: KeyHolder,
  find: (keys: readonly PublicJwk[]) => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  if (uri === undefined) return find(jwks?.keys ?? [])
  const known = await keySets.at(uri)
  const found = await find(known)
  if (found !== undefined) return found
  const latest = await keySets.anew(uri)
  return latest === known ? undefined : find(latest)
}

/**
 * True if the private half of a key of this client made the signature. `registered`: the one algorithm that the client may use here; undefined:
 * each that its policy allows. A header that names a key must name the one that signed. RFC 8725 §3.1
 */
export async function isSignedByClient(
  ctx: Ctx,
  client: Client,
  jws: CompactJws,
  registered: ClientSigningAlg | 'HS256' | undefined,
): Promise<boolean> {
  const alg = clientSigningAlgs.find((one) => one === jws.header['alg'])
  if (!alg || !isSameAlg(registered ?? alg, alg) || !isAllowedAlg(client.policy.allowed_algs, alg)) return false
  return (await keyThatSigned(ctx, client, jws)) !== undefined
}

/** The key of this holder whose private half made the signature, in the algorithm of the header; undefined when there is none, or the header tells it. */
export async function keyThatSigned(ctx: Pick<Ctx, 'keySets'>, holder: KeyHolder, jws: CompactJws): Promise<PublicJwk | undefined> {
  const alg = clientSigningAlgs.find((one) => one === jws.header['alg'])
  if (showsPrivateKey(jws.header)) return undefined
  return alg && findClientKey(ctx, holder, (keys) => keyOf(keys, jws, alg))
}

async function keyOf(keys: readonly PublicJwk[], jws: CompactJws, alg: ClientSigningAlg): Promise<PublicJwk | undefined> {
  for (const jwk of keys) if (await isSignedByKey(jwk, jws, alg)) return jwk
  return undefined
}

/** True if the private half of a key of this holder made the signature, with one of these algorithms. */
export async function isSignedByOwner(ctx: Ctx, holder: KeyHolder, jws: CompactJws, algs: readonly ClientSigningAlg[]): Promise<boolean> {
  return algs.some((alg) => isSameAlg(alg, jws.header['alg'])) && (await keyThatSigned(ctx, holder, jws)) !== undefined
}

async function isSignedByKey(jwk: PublicJwk, { header, input, signature }: CompactJws, alg: ClientSigningAlg): Promise<boolean> {
  if (header['kid'] !== undefined && jwk['kid'] !== header['kid']) return false
  const key = publicKeyFor(jwk, alg)
  return key !== undefined && (await verifySignature(key, alg, input, signature))
}

/**
 * What a client is sent of this kind, encrypted if it registered for that; `isJwt`: it is a signed JWT. Refuses when the client has no key for
 * the algorithm: what is to be hidden is not sent in the clear.
 */
export async function encryptedForClient(
  ctx: Ctx,
  client: Client,
  { kind, text, isJwt = true }: { kind: EncryptedKind; text: string; isJwt?: boolean },
): Promise<string> {
  const alg = client[`${kind}_encrypted_response_alg`]
  const enc = client[`${kind}_encrypted_response_enc`] ?? 'A128CBC-HS256'
  if (alg === undefined) return text
  const key = await findClientKey(ctx, client, (keys) => encryptionKey(keys, alg))
  return key
    ? encrypt(text, { alg, enc, key, isJwt })
    : refuse('invalid_request', 'the client has no key for which its responses can be encrypted')
}
