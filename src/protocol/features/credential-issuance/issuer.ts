/** What every endpoint of the credential issuer shares — OpenID for Verifiable Credential Issuance 1.0 §8, §10. */
import { bearer } from '../../access-token.ts'
import { isJsonObject, readJson } from '../../codec/json.ts'
import { type ContentEncryptionAlg, contentEncryptionAlgs, encryptionKey, encryptJson, keyEncryptionAlgs } from '../../codec/jwe.ts'
import { isPublicJwk } from '../../codec/public-key.ts'
import { issuerKey } from '../../credential-issuer.ts'
import { refuse } from '../../errors.ts'
import type { Ctx } from '../../feature.ts'
import type { Reply, Request, RequestBody } from '../../request-reply.ts'
import type { Credential } from '../../types.ts'

export type Members = Readonly<Record<string, unknown>>

/** A person's wallet, by its access token. */
export async function wallet(ctx: Ctx, request: Request): Promise<Credential & { clientId: string }> {
  issuerKey(ctx)
  const token = await bearer(ctx, request)
  if (token.clientId === undefined || token.grantId === undefined)
    return refuse('invalid_token', 'credentials are issued to people; this access token is not for one')
  if (!(await ctx.people.claims(token.subject))) refuse('invalid_token', 'the account is no longer active')
  return { ...token, clientId: token.clientId }
}

/** A message of a wallet, which may be encrypted for this tenant. Members that are not known are ignored. §10 */
export async function readMessage(ctx: Ctx, { json, jwt }: RequestBody): Promise<{ members: Members; encrypted: boolean }> {
  const text = jwt === undefined ? json : await ctx.keys.decrypt(jwt)
  if (jwt !== undefined && text === undefined)
    refuse('invalid_encryption_parameters', 'the request cannot be decrypted; encrypt it for a key of credential_request_encryption')
  const read = text === undefined ? undefined : readJson(text)
  return read && 'value' in read && isJsonObject(read.value)
    ? { members: read.value, encrypted: jwt !== undefined }
    : refuse('invalid_credential_request', 'the request must be a JSON object')
}

/** How the answer is encrypted; undefined: it is not. */
export type AnswerEncryption = ReturnType<typeof readEncryption>

/** §8.2: the request must be encrypted too, or else somebody in between could put in a key of their own. */
export function readEncryption({ members, encrypted }: { members: Members; encrypted: boolean }) {
  const asked = members['credential_response_encryption']
  if (asked === undefined) return undefined
  if (!encrypted) refuse('invalid_encryption_parameters', 'encrypt the request too when it asks for an encrypted answer')
  const { jwk, enc, zip } = isJsonObject(asked) ? asked : {}
  if (zip !== undefined) refuse('invalid_encryption_parameters', 'zip is not offered')
  const found = contentEncryptionAlgs.find((one): one is ContentEncryptionAlg => one === enc)
  const alg = keyEncryptionAlgs.find((one) => isJsonObject(jwk) && one === jwk['alg'])
  const key = alg && isPublicJwk(jwk) ? encryptionKey([jwk], alg) : undefined
  if (!found || !alg || !key)
    return refuse(
      'invalid_encryption_parameters',
      'jwk must be a public key with an alg, and enc an algorithm, of credential_response_encryption',
    )
  return { alg, enc: found, key }
}

export async function answer(status: number, body: object, encryption: AnswerEncryption): Promise<Reply> {
  const headers = { 'cache-control': 'no-store' }
  if (!encryption) return { kind: 'json', status, headers, body }
  return { kind: 'text', status, type: 'application/jwt', headers, text: await encryptJson(body, encryption) }
}
