/** What a client asks at the backchannel authentication endpoint — OpenID Connect CIBA Core §7.1. */
import type { Client } from './client.ts'
import { isSignedByClient } from './client-keys.ts'
import { sha256 } from './codec/digest.ts'
import { type JsonObject, parseJws, parseObject } from './codec/jws.ts'
import { refuse } from './errors.ts'
import type { Ctx } from './feature.ts'
import type { Params } from './params.ts'
import { parametersOf } from './request-object.ts'
import { isCleanText } from './text.ts'

const maxSignedRequest = 16_384
const maxText = 255
/** By how much the clocks of clients may differ from ours, in seconds. */
const clockSkew = 60
/** How long a signed request may be good, in seconds. FAPI-CIBA §5.2.2 */
const longestSigned = 3600
const longestMessage = 64
const longestToken = 1024

/** What authenticates the client, and may stand beside a signed request. §7.1.1 */
const beside = ['request', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

/** The parameters, those of the signed request if there is one. A client that registered an algorithm for it always signs. */
export async function backchannelParams(ctx: Ctx, client: Client, sent: Params): Promise<Params> {
  const text = sent.get('request')
  const alg = client.backchannel_authentication_request_signing_alg
  const mustSign = alg !== undefined || client.require_signed_request_object || client.policy.signed_requests === 'required'
  if (text === undefined)
    return mustSign ? refuse('invalid_request', 'this client must sign its backchannel authentication requests') : sent
  if (sent.entries().some(([name]) => !beside.includes(name))) refuse('invalid_request', 'a signed request must have all parameters inside') // §7.1.1
  const jws = parseJws(text, maxSignedRequest) ?? refuse('invalid_request', 'request must be one signed JWT of at most 16384 characters')
  const claims = parseObject(jws.payload) ?? refuse('invalid_request', 'request holds no JSON object')
  if (!(await isSignedByClient(ctx, client, jws, alg)))
    refuse('invalid_request', 'request is not signed with a registered key of this client and an algorithm it may use')
  await checkClaims(ctx, client, claims)
  return parametersOf(claims)
}

/** All of them are required. §7.1.1 */
async function checkClaims(ctx: Ctx, client: Client, { iss, aud, exp, iat, nbf, jti }: JsonObject): Promise<void> {
  const now = ctx.now()
  if (iss !== client.client_id) refuse('invalid_request', 'iss of the signed request is not the client')
  if (![aud].flat().some((name) => name === ctx.issuer)) refuse('invalid_request', 'aud of the signed request is not this issuer')
  if (!isTime(exp) || !isTime(iat) || !isTime(nbf)) return refuse('invalid_request', 'the signed request needs exp, iat and nbf')
  if (exp <= now) refuse('invalid_request', 'the signed request has expired')
  if (nbf > now + clockSkew || iat > now + clockSkew)
    refuse('invalid_request', 'the signed request is not yet good; check the clock of the client')
  // exp is still to come, so nbf is not longer ago either
  if (exp > nbf + longestSigned) refuse('invalid_request', 'the signed request is older, or good for longer, than an hour')
  if (typeof jti !== 'string' || jti === '' || jti.length > maxText)
    refuse('invalid_request', 'jti of the signed request must be a text of 1 to 255 characters')
  const first = await ctx.store.usedOnce.first('backchannel-request', sha256(`${client.client_id} ${jti}`), exp + clockSkew)
  if (!first) refuse('invalid_request', 'the signed request was used before; make a new one for each request')
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

/** Short, and of characters that a page can show beside what the client shows. §7.1 */
export function bindingMessage(params: Params): string | undefined {
  const [text, ...more] = params.all('binding_message')
  if (text === undefined) return undefined
  const isPlain =
    more.length === 0 && [...text].length <= longestMessage && isCleanText(text) && !/[\t\n\r\u2028\u2029]/.test(text) && text.trim() !== ''
  return isPlain ? text : refuse('invalid_binding_message', 'binding_message must be one line of at most 64 plain characters')
}

/** Seconds; at most `most`. §7.1 */
export function requestedExpiry(params: Params, most: number): number {
  const text = params.get('requested_expiry')
  if (text !== undefined && !/^[1-9]\d{0,8}$/.test(text))
    refuse('invalid_request', 'requested_expiry must be a positive whole number of seconds')
  return Math.min(text === undefined ? most : Number(text), most)
}

/** By which the client knows our notifications; undefined where it polls. RFC 6750 §2.1 */
export function notificationToken(client: Client, params: Params): string | undefined {
  if (client.backchannel_token_delivery_mode === 'poll') return undefined
  const token = params.need('client_notification_token')
  return token.length <= longestToken && /^[\w.~+/-]+=*$/.test(token)
    ? token
    : refuse('invalid_request', 'client_notification_token must be a bearer token of at most 1024 characters')
}
