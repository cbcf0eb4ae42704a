/** Client authentication: RFC 6749 §2.3, RFC 7521 §4.2. */
import { importJWK, SignJWT } from 'jose'
import type { Params } from '../http/form.ts'
import type { Random } from '../random.ts'
import type { Registration } from '../target/target.ts'

export interface Credentials {
  headers: Readonly<Record<string, string>>
  params: Params
}

/** `audience`: of a client assertion. */
export async function credentialsOf(client: Registration, audience: string, random: Random): Promise<Credentials> {
  const { client_id, client_secret = '' } = client
  switch (client.token_endpoint_auth_method) {
    case 'client_secret_basic':
      return { headers: { authorization: basic(client_id, client_secret) }, params: {} }
    case 'client_secret_post':
      return { headers: {}, params: { client_id, client_secret } }
    case 'private_key_jwt':
      return { headers: {}, params: { client_id, ...assertion(await clientAssertion(client, audience, random)) } }
    case 'tls_client_auth': // RFC 8705 §2
    case 'none':
      return { headers: {}, params: { client_id } }
  }
}

/** HTTP Basic with form-encoded credentials, RFC 6749 §2.3.1. */
export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')}`
}

export function assertion(jwt: string): Params {
  return { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: jwt }
}

export type Changes = Readonly<Record<string, unknown>>

/** A client assertion, RFC 7523 §3. `claims` and `header` override defaults; undefined removes a member. */
export async function clientAssertion(
  { client_id, private_key = {} }: Registration,
  audience: string,
  random: Random,
  { claims = {}, header = {} }: { claims?: Changes; header?: Changes } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const usual = { iss: client_id, sub: client_id, aud: audience, iat: now, exp: now + 60, jti: `${random.text()}-${now}` }
  return signed(private_key, { ...usual, ...claims }, { typ: 'JWT', ...header })
}

/** A JWS signed with a private JWK, which has `alg` and optionally `kid`. */
export async function signed(jwk: Changes, claims: Changes, header: Changes): Promise<string> {
  const { alg = 'ES256', kid } = jwk as { alg?: string; kid?: string }
  const key = await importJWK({ ...jwk }, alg)
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }), ...header }).sign(key)
}

const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
