/** What clients sign before the measured window: assertions and DPoP proofs, each good for one request. */
import { createPrivateKey, randomUUID, sign } from 'node:crypto'
import { privateKey, publicKey } from './contestant.ts'

const key = createPrivateKey({ key: privateKey, format: 'jwk' })

/** RFC 7523 §3 */
export function assertions(client: string, issuer: string, count: number): string[] {
  const exp = now() + 300
  return Array.from({ length: count }, () => signed({ alg: 'ES256' }, { iss: client, sub: client, aud: issuer, jti: randomUUID(), exp }))
}

/** RFC 9449 §4.2 */
export function dpopProofs(htu: string, count: number): string[] {
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: publicKey }
  const iat = now()
  return Array.from({ length: count }, () => signed(header, { jti: randomUUID(), htm: 'POST', htu, iat }))
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}

function signed(header: object, claims: object): string {
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
