/** Deterministic random values, so that a run can be repeated. */
import { createECDH, createHmac } from 'node:crypto'

export interface Random {
  /** base64url of this many bytes. */
  text(bytes?: number): string
  /** A private P-256 key as a JWK. */
  key(): PrivateKey
}

export interface PrivateKey {
  kty: 'EC'
  crv: 'P-256'
  x: string
  y: string
  d: string
}

/** Each `scope` has its own sequence. */
export function random(seed: string, scope: string): Random {
  let count = 0
  const bytes = () => createHmac('sha256', seed).update(`${scope}#${count++}`).digest()
  const base64url = (data: Buffer) => data.toString('base64url')
  return {
    text: (size = 16) => base64url(bytes().subarray(0, size)),
    key() {
      const curve = createECDH('prime256v1')
      const d = bytes()
      curve.setPrivateKey(d)
      const point = curve.getPublicKey()
      const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(base64url) as [string, string]
      return { kty: 'EC', crv: 'P-256', x, y, d: base64url(d) }
    },
  }
}
