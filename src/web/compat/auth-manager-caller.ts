/** Who calls the Auth Manager's API: a person of ours by an access token with `sid`, or one of the provider by a token that it vouches for. */
import type { Connection } from '../../connections/connection.ts'
import { introspect } from '../../connections/tokens.ts'
import { bearer } from '../../protocol/access-token.ts'
import { sha256 } from '../../protocol/codec/digest.ts'
import { parseJws, parseObject } from '../../protocol/codec/jws.ts'
import type { Request } from '../../protocol/request-reply.ts'
import type { Owner } from '../../vault/entry.ts'
import type { WebTenant } from '../http/route.ts'
import { fail } from './auth-manager-answers.ts'

export interface AuthManagerCaller {
  owner: Owner
  session: string
  /** client_id of the application that sent the token. */
  client: string
}

/** For how long an answer about a token is believed, in seconds, and how many are remembered. */
const believedFor = 10
const mostVouched = 1000
const maxToken = 16_384

type Vouched = Readonly<Record<string, unknown>>
export type VouchedTokens = Map<string, { claims: Vouched; until: number }>

export async function authManagerCaller(
  tenant: WebTenant,
  request: Request,
  { connection, vouched }: { connection: Connection; vouched: VouchedTokens },
): Promise<AuthManagerCaller> {
  const text = /^bearer +(\S+) *$/i.exec(String(request.headers['authorization'] ?? ''))?.[1]
  if (text === undefined || isOurs(tenant, text)) return personHere(tenant, request)
  const claims = await vouchedClaims(tenant, connection, vouched, text)
  if (!claims) fail('token_not_active', 'Token is not active')
  const { sub, sid, session_state: state, client_id: client, azp } = claims
  if (typeof sub !== 'string' || sub === '') fail('invalid_request', 'Token missing required claim: sub')
  const session = sid ?? state
  if (typeof session !== 'string' || session === '') fail('invalid_request', 'Token missing required claim: session_state')
  return { owner: { type: 'upstream', id: sub }, session, client: String(client ?? azp ?? 'unknown') }
}

/** An opaque token or API key of this server, or a JWT that says it is of this issuer: nobody else is asked about it. */
function isOurs({ ctx }: WebTenant, text: string): boolean {
  if (text.startsWith('gth_')) return true
  const jws = parseJws(text, maxToken)
  return (jws && parseObject(jws.payload)?.['iss']) === ctx.issuer
}

async function personHere(tenant: WebTenant, request: Request): Promise<AuthManagerCaller> {
  const { subject, sid, clientId } = await bearer(tenant.ctx, request)
  if (sid === undefined) fail('invalid_request', 'Token missing required claim: session_state')
  if (!(await tenant.ctx.people.claims(subject))) fail('token_not_active', 'Token is not active')
  return { owner: { type: 'account', id: subject }, session: sid, client: clientId ?? 'unknown' }
}

/** RFC 7662 §4: a cached answer may be wrong for as long as it is believed, and never longer than the token lasts. */
async function vouchedClaims(
  { connections }: WebTenant,
  connection: Connection,
  vouched: VouchedTokens,
  text: string,
): Promise<Vouched | undefined> {
  const now = connections.now()
  const key = `${connections.issuer} ${sha256(text)}`
  const known = vouched.get(key)
  if (known && known.until > now) return known.claims
  const claims = await introspect(connections, connection, text)
  if (!claims) return undefined
  const exp = typeof claims['exp'] === 'number' ? claims['exp'] : now + believedFor
  vouched.set(key, { claims, until: Math.min(exp, now + believedFor) })
  if (vouched.size > mostVouched) vouched.delete(vouched.keys().next().value as string)
  return claims
}
