/** Keys for DPoP, and every way in which a proof can be wrong — RFC 9449 §4.3. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { thumbprint } from '../../src/protocol/codec/public-key.ts'

export interface Key {
  alg: string
  privateKey: CryptoKey
  jwk: object
  jkt: string
}

export async function aKey(alg = 'ES256', options = {}): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, ...options })
  const jwk = await exportJWK(publicKey)
  return { alg, privateKey, jwk, jkt: thumbprint(jwk) }
}

export type Change = { header?: Record<string, unknown>; claims?: Record<string, unknown>; key?: Key }

interface Proofs {
  proof(path: string, change?: Change): Promise<string>
  key(): Key
  other(): Key
  now(): number
  issuer(): string
}

/** By name: the description with which it is refused, and how it is made for a path. */
export function wrongProofs({
  proof,
  key,
  other,
  now,
  issuer,
}: Proofs): Record<string, [description: string, make: (path: string) => Promise<string> | string]> {
  const signature = 'the signature of the DPoP proof is wrong'
  return {
    'no JWT': ['the DPoP header must be one signed JWT of at most 4096 characters', () => 'garbage'],
    'two proofs': [
      'the DPoP header must be one signed JWT of at most 4096 characters',
      async (path) => `${await proof(path)}, ${await proof(path)}`,
    ],
    'a proof that is too long': [
      'the DPoP header must be one signed JWT of at most 4096 characters',
      (path) => proof(path, { claims: { filler: 'x'.repeat(4000) } }),
    ],
    'another typ': ['typ of the DPoP proof must be dpop+jwt', (path) => proof(path, { header: { typ: 'JWT' } })],
    'no typ': ['typ of the DPoP proof must be dpop+jwt', (path) => proof(path, { header: { typ: undefined } })],
    'alg none': ['alg of the DPoP proof is not one of dpop_signing_alg_values_supported', async (path) => unsigned(await proof(path))],
    'a shared secret': [
      'alg of the DPoP proof is not one of dpop_signing_alg_values_supported',
      (path) =>
        new SignJWT({ jti: 'x', htm: 'POST', htu: issuer() + path, iat: now() })
          .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk: key().jwk as never })
          .sign(new Uint8Array(32)),
    ],
    'no key': ['jwk of the DPoP proof must be a public key', (path) => proof(path, { header: { jwk: undefined } })],
    'a private key': [
      'jwk of the DPoP proof must be a public key',
      async (path) => proof(path, { header: { jwk: await exportJWK(key().privateKey) } }),
    ],
    'a key for another algorithm': [
      'jwk of the DPoP proof is not a valid key for its alg',
      async (path) => proof(path, { header: { jwk: (await aKey('PS256')).jwk } }),
    ],
    'a key that is not a point of the curve': [
      'jwk of the DPoP proof is not a valid key for its alg',
      (path) => proof(path, { header: { jwk: { ...key().jwk, x: 'AA' } } }),
    ],
    'the key of somebody else': [signature, (path) => proof(path, { header: { jwk: other().jwk } })],
    'a changed payload': [signature, async (path) => changed(await proof(path))],
    'a critical extension': [
      'the DPoP header must be one signed JWT of at most 4096 characters',
      async (path) => recoded(await proof(path), { crit: ['x'], x: 1 }),
    ],
    'no jti': ['jti of the DPoP proof must be a text of 1 to 255 characters', (path) => proof(path, { claims: { jti: undefined } })],
    'an empty jti': ['jti of the DPoP proof must be a text of 1 to 255 characters', (path) => proof(path, { claims: { jti: '' } })],
    'a long jti': [
      'jti of the DPoP proof must be a text of 1 to 255 characters',
      (path) => proof(path, { claims: { jti: 'x'.repeat(256) } }),
    ],
    'a jti that is a number': [
      'jti of the DPoP proof must be a text of 1 to 255 characters',
      (path) => proof(path, { claims: { jti: 1 } }),
    ],
    'another method': ['htm of the DPoP proof is not the method of this request', (path) => proof(path, { claims: { htm: 'PUT' } })],
    'no method': ['htm of the DPoP proof is not the method of this request', (path) => proof(path, { claims: { htm: undefined } })],
    'a method in lower case': [
      'htm of the DPoP proof is not the method of this request',
      (path) => proof(path, { claims: { htm: 'post' } }),
    ],
    'another path': ['htu of the DPoP proof is not the URL of this request', () => proof('/elsewhere')],
    'another host': [
      'htu of the DPoP proof is not the URL of this request',
      (path) => proof(path, { claims: { htu: `https://evil.example${path}` } }),
    ],
    'an address that is none': ['htu of the DPoP proof is not the URL of this request', (path) => proof(path, { claims: { htu: path } })],
    'no address': ['htu of the DPoP proof is not the URL of this request', (path) => proof(path, { claims: { htu: undefined } })],
    'an old proof': [
      'iat of the DPoP proof is not the current time; check the clock of the client',
      (path) => proof(path, { claims: { iat: now() - 121 } }),
    ],
    'a proof from the future': [
      'iat of the DPoP proof is not the current time; check the clock of the client',
      (path) => proof(path, { claims: { iat: now() + 61 } }),
    ],
    'no time': [
      'iat of the DPoP proof is not the current time; check the clock of the client',
      (path) => proof(path, { claims: { iat: undefined } }),
    ],
    'a time that is a text': [
      'iat of the DPoP proof is not the current time; check the clock of the client',
      (path) => proof(path, { claims: { iat: 'now' } }),
    ],
  }
}

const unsigned = (jwt: string) => recoded(jwt, { alg: 'none' })
const recoded = (jwt: string, change: object) => {
  const [header = '', ...rest] = jwt.split('.')
  const read = JSON.parse(Buffer.from(header, 'base64url').toString())
  return [Buffer.from(JSON.stringify({ ...read, ...change })).toString('base64url'), ...rest].join('.')
}
const changed = (jwt: string) => {
  const [header, payload = '', ...rest] = jwt.split('.')
  const read = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return [header, Buffer.from(JSON.stringify({ ...read, jti: 'changed' })).toString('base64url'), ...rest].join('.')
}
