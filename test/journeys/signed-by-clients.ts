/** Keys of clients, and what they sign. */
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface ClientKey {
  alg: string
  privateKey: CryptoKey
  /** The public half. */
  jwk: JWK & { kid: string }
}

export async function aClientKey(alg: string, kid: string): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } }
}

/** A JWT. A header member or claim that is undefined is left out. */
export function signedWith(key: ClientKey, claims: Readonly<Record<string, unknown>>, header: object = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: key.alg, kid: key.jwk.kid, ...header }).sign(key.privateKey)
}
