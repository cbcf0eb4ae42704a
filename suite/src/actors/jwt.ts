/** Decoding, verifying and manipulating JWTs. */
import { createHash } from 'node:crypto'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import { demand, Failure, json } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'

export interface Jwt {
  header: JWTHeaderParameters
  claims: JWTPayload
}

/** True if the token has three parts and a JSON header. */
export function isJwt(token: string): boolean {
  try {
    return token.split('.').length === 3 && typeof decodeProtectedHeader(token) === 'object'
  } catch {
    return false
  }
}

/** Does not verify the signature. */
export function decode(token: string): Jwt {
  demand(isJwt(token), 'the token is no JWT')
  return { header: decodeProtectedHeader(token) as JWTHeaderParameters, claims: decodeJwt(token) }
}

/** Verifies the signature with a key set, RFC 7517 §5. */
export async function verify(token: string, keySet: Reply, { anyTime = false } = {}): Promise<Jwt> {
  demand(isJwt(token), 'the token is no JWT')
  const keys = json(keySet) as unknown as Parameters<typeof createLocalJWKSet>[0]
  try {
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      clockTolerance: 5,
      ...(anyTime ? { currentDate: new Date(0) } : {}),
    })
    return { header: protectedHeader, claims: payload }
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new Failure(`the JWT does not verify with the server's keys: ${error.message}`)
    throw error
  }
}

const digests: Readonly<Record<string, string>> = { 256: 'sha256', 384: 'sha384', 512: 'sha512', Ed25519: 'sha512' }

/** `at_hash` or `c_hash` of an ID token that is signed with `alg`, OpenID Connect Core §3.1.3.6. */
export function halfHash(alg: string, value: string): string {
  const hash = createHash(digests[alg.slice(2)] ?? 'sha512')
    .update(value)
    .digest()
  return hash.subarray(0, hash.length / 2).toString('base64url')
}

/** The same JWT with changed header or claims and its original signature. */
export function tampered(token: string, changes: { header?: object; claims?: object }): string {
  const { header, claims } = decode(token)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signature = token.split('.')[2]
  return [part({ ...header, ...changes.header }), part({ ...claims, ...changes.claims }), signature].join('.')
}

/** The same claims with algorithm "none" and no signature. */
export function unsigned(token: string): string {
  return tampered(token, { header: { alg: 'none' } }).replace(/[^.]*$/, '')
}
