/** Whether a trust mark is still active: as this tenant knows of its own, and as other issuers answer — OpenID Federation 1.0 §8.4. */
import { parseJws, parseObject } from '../codec/jws.ts'
import type { Ctx } from '../feature.ts'
import type { PublicJwk } from '../remote.ts'
import { type EntityStatement, isSignedWith } from './entity-statement.ts'
import { federationKeysOf } from './own-federation.ts'
import type { IssuedTrustMark } from './store.ts'
import { isInForce, type TrustMark } from './trust-mark.ts'

export type TrustMarkStatus = 'active' | 'expired' | 'revoked' | 'invalid'

/** In characters: a mark of 16384 in it. */
const maxAnswer = 32_768

export function stateOf({ revokedAt, expiresAt }: IssuedTrustMark, now: number): Exclude<TrustMarkStatus, 'invalid'> {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'active'
}

/** Of a mark that this tenant issued; undefined: it knows none like it. */
export async function statusOfOwn(ctx: Ctx, mark: TrustMark, jwt: string): Promise<TrustMarkStatus | undefined> {
  const stored = mark.iss === ctx.issuer ? await ctx.store.trustMarks.find(mark.type, mark.sub) : undefined
  if (!stored) return undefined
  if (!(await federationKeysOf(ctx).verify(['trust-mark+jwt'], jwt, undefined))) return 'invalid'
  const now = ctx.now()
  const isReplaced = mark.claims['jti'] !== stored.id
  const current = isReplaced ? 'revoked' : stateOf(stored, now)
  return current === 'active' && !isInForce(mark, now) ? 'expired' : current
}

/** What the issuer of a mark answers where it has a status endpoint; one without it cannot take a mark back. `keys`: those of the issuer. */
export async function isActiveAtIssuer(
  { remote }: Ctx,
  jwt: string,
  { configuration, keys }: { configuration: EntityStatement; keys: readonly PublicJwk[] },
): Promise<boolean> {
  const url = configuration.metadata['federation_entity']?.['federation_trust_mark_status_endpoint']
  if (url === undefined) return true
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/trust-mark-status-response+jwt' }
  const body = new URLSearchParams({ trust_mark: jwt }).toString()
  const ask = { url: String(url), method: 'POST', headers, body, maxBytes: maxAnswer, timeout: 3 }
  const answer = await remote.request(ask).catch(() => undefined)
  const jws = answer?.status === 200 ? parseJws(answer.body.trim(), maxAnswer) : undefined
  if (jws?.header['typ'] !== 'trust-mark-status-response+jwt' || !isSignedWith(jws, keys)) return false
  const { iss, trust_mark, status } = parseObject(jws.payload) ?? {}
  return iss === configuration.sub && trust_mark === jwt && status === 'active'
}
