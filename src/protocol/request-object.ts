/** Reads request objects: authorization requests as signed JWTs, which may be encrypted — RFC 9101, OpenID Connect Core §6. */
import type { Client } from './client.ts'
import { isSignedByClient } from './client-keys.ts'
import { sha256 } from './codec/digest.ts'
import { isJsonObject, readJson } from './codec/json.ts'
import { type JsonObject, parseJws } from './codec/jws.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import { Params } from './params.ts'
import type { ResolvedRequest } from './resolved-request.ts'
import type { UsedOnce } from './types.ts'

/** With a trust chain in it. OpenID Federation §12.1.1.1 */
export const maxObject = 49_152
const maxEncrypted = 24_576
const maxJti = 255
/** By how much the clocks of clients may differ from ours, in seconds. */
const clockSkew = 60
/** No request object that works once is good for longer, in seconds: its `jti` is kept as long. */
const longestKept = 3600

/** RFC 9101 §4; without a type in OpenID Connect Core §6.1. All others are JWTs for another purpose. §10.8 */
const types = ['oauth-authz-req+jwt', 'jwt']
/** What a JWT says about itself. RFC 7519 §4.1 */
const ofTheJwt = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'trust_chain']

/** The request that a request object stands for. Refuses one that the client did not sign for this server. §6.2 */
export async function readRequestObject(ctx: Ctx, client: Client, text: string, outside: Params): Promise<ResolvedRequest> {
  const isEncrypted = text.split('.', 5).length === 5
  const claims = await verifiedClaims(ctx, client, isEncrypted ? await decrypted(ctx, text) : text)
  if (claims['request'] !== undefined || claims['request_uri'] !== undefined)
    refuse('invalid_request_object', 'a request object cannot itself contain request or request_uri') // §4
  const isMerged = client.policy.parameters_outside_request_object === 'merged'
  if (claims['client_id'] !== client.client_id && !(isMerged && claims['client_id'] === undefined))
    refuse('invalid_request_object', 'client_id of the request object is not the client_id of the request') // §5, §6.3
  checkClaims(ctx, client, claims)
  const usesUp = await usedUpBy(ctx, client, claims)
  const inside = parametersOf(claims)
  const params = isMerged ? merged(inside, outside) : inside
  return { params, proven: { signed: true, usesUp } }
}

/** What was encrypted for this tenant is a signed object inside. §6.1 */
async function decrypted({ keys }: Ctx, text: string): Promise<string> {
  if (text.length > maxEncrypted) refuse('invalid_request_object', 'the encrypted request object is longer than 24576 characters')
  return (
    (await keys.decrypt(text)) ??
    refuse('invalid_request_object', 'the request object is not encrypted for a key of this server; kid names the one of use enc')
  )
}

async function verifiedClaims(ctx: Ctx, client: Client, text: string): Promise<JsonObject> {
  const jws = parseJws(text, maxObject, maxObject)
  if (!jws) return refuse('invalid_request_object', 'the request object must be one signed JWT of at most 49152 characters')
  const { typ } = jws.header
  if (typ !== undefined && !(typeof typ === 'string' && types.includes(typ.toLowerCase().replace(/^application\//, ''))))
    refuse('invalid_request_object', 'typ of the request object must be oauth-authz-req+jwt')
  if (!(await isSignedByClient(ctx, client, jws, client.request_object_signing_alg)))
    refuse('invalid_request_object', 'the request object is not signed with a registered key of this client and an algorithm it may use')
  const read = readJson(jws.payload.toString())
  if (!('value' in read) || !isJsonObject(read.value)) return refuse('invalid_request_object', 'the request object holds no JSON object')
  return read.value
}

/** For this server, from this client, now. */
function checkClaims({ issuer, now }: Ctx, client: Client, { iss, sub, aud, exp, nbf, iat }: JsonObject): void {
  if (iss !== undefined && iss !== client.client_id) refuse('invalid_request_object', 'iss of the request object is not the client_id') // §4
  if (sub !== undefined) refuse('invalid_request_object', 'a request object cannot have a sub: it is no client assertion') // §10.8
  if (![aud].flat().includes(issuer)) refuse('invalid_request_object', 'aud of the request object is not this issuer') // §4
  const isStrict = client.policy.request_object_audience === 'issuer'
  if (isStrict && (iss === undefined || [aud].flat().length > 1))
    refuse('invalid_request_object', 'the request object of this client needs iss, and aud with this issuer alone') // OpenID Federation §12.1.1.1
  const times = [exp, nbf, iat].filter((time) => time !== undefined)
  if (times.some((time) => typeof time !== 'number'))
    refuse('invalid_request_object', 'exp, nbf and iat of the request object must be numbers')
  if (typeof exp === 'number' && exp <= now()) refuse('invalid_request_object', 'the request object has expired')
  if ([nbf, iat].some((time) => typeof time === 'number' && time > now() + clockSkew))
    refuse('invalid_request_object', 'the request object is not yet good; check the clock of the client')
  const most = client.policy.request_object_lifetime
  if (most === undefined) return
  if (typeof exp !== 'number' || typeof nbf !== 'number') refuse('invalid_request_object', 'the request object needs exp and nbf')
  // exp is still to come, so nbf is not longer ago either
  if (exp > nbf + most) refuse('invalid_request_object', 'the request object is older, or good for longer, than this client may make it') // FAPI 2.0 Message Signing §5.3.1
}

/** What the answer uses up, so that a reload of the page does not. */
async function usedUpBy(ctx: Ctx, client: Client, { jti, exp }: JsonObject): Promise<UsedOnce | undefined> {
  if (client.policy.request_object_jti !== 'required') return undefined
  if (typeof jti !== 'string' || jti === '' || jti.length > maxJti)
    refuse('invalid_request_object', 'jti of the request object must be a text of 1 to 255 characters')
  if (typeof exp !== 'number' || exp > ctx.now() + longestKept)
    refuse('invalid_request_object', 'exp of a request object that works once must be within an hour')
  const id = sha256(`${client.client_id} ${jti}`)
  if (await ctx.store.usedOnce.wasUsed('request-object', id))
    refuse('invalid_request_object', 'the request object was used before; make a new one for each request')
  return { id, expiresAt: exp + clockSkew + longestKept + ctx.tenant.lifetimes.flow } // a pushed request and a flow may outlive it
}

/** Claims as the parameters they stand for: a list of texts is a parameter that is sent several times, what else is no text is JSON. §4 */
export function parametersOf(claims: JsonObject): Params {
  const named = Object.entries(claims).filter(([name, value]) => !ofTheJwt.includes(name) && value !== null)
  return new Params(named.flatMap(([name, value]) => textsOf(value).map((text): [string, string] => [name, text])))
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : [JSON.stringify(value)]
}

/** What the object says wins. OpenID Connect Core §6.1 */
function merged(inside: Params, outside: Params): Params {
  const missing = outside.entries().filter(([name]) => name !== 'request' && name !== 'request_uri' && inside.all(name).length === 0)
  return new Params([...inside.entries(), ...missing])
}
