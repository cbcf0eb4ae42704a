/** The client secret of Sign in with Apple: a JWT by the key that Apple gave out as a file — RFC 7515. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { encode } from './jwt.ts'

/** `key`: PKCS #8, PEM. Throws `RangeError` when it is no key for ES256. */
export function appleSecret({ key, keyId, claims }: { key: string; keyId: string; claims: object }): string {
  const input = `${encode({ alg: 'ES256', kid: keyId })}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key: keyOf(key), dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

function keyOf(pem: string): KeyObject {
  const key = parsed(pem)
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new RangeError('the secret is not the key file (.p8) of Apple')
  return key
}

function parsed(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
