/** JWTs as a client or an API reads them. */
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import { demand, Failure, json } from '../expect.ts'
import type { Reply } from '../http/exchange.ts'

export interface Jwt {
  header: JWTHeaderParameters
  claims: JWTPayload
}

/** Three parts, the first of which is a JSON object. */
export function isJwt(token: string): boolean {
  try {
    return token.split('.').length === 3 && typeof decodeProtectedHeader(token) === 'object'
  } catch {
    return false
  }
}

/** Without looking at the signature. */
export function decode(token: string): Jwt {
  demand(isJwt(token), 'the token is no JWT')
  return { header: decodeProtectedHeader(token) as JWTHeaderParameters, claims: decodeJwt(token) }
}

/** Signed by one of these keys, RFC 7517 §5. */
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

/** A JWT made of other parts: header and claims are changed, the signature stays what it was. */
export function tampered(token: string, changes: { header?: object; claims?: object }): string {
  const { header, claims } = decode(token)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signature = token.split('.')[2]
  return [part({ ...header, ...changes.header }), part({ ...claims, ...changes.claims }), signature].join('.')
}

/** The same claims, signed by nobody. */
export function unsigned(token: string): string {
  return tampered(token, { header: { alg: 'none' } }).replace(/[^.]*$/, '')
}
