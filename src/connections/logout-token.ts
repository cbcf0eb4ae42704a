/** Logout tokens of providers — OpenID Connect Back-Channel Logout 1.0 §2.6. */
import { keyThatSigned } from '../protocol/client-keys.ts'
import { sha256 } from '../protocol/codec/digest.ts'
import { type CompactJws, type JsonObject, parseJws, parseObject } from '../protocol/codec/jws.ts'
import type { Store } from '../protocol/ports.ts'
import type { KeySets } from '../protocol/remote.ts'
import type { Connection } from './connection.ts'
import type { ConnectionDeps } from './deps.ts'
import { providerOf } from './provider.ts'

const maxToken = 16_384
/** By how much the clock of the provider may differ from ours, in seconds. */
const tolerance = 60
/** The longest that a token is good for, and how long one is that does not say, in seconds. */
const longestLife = 3600
const usualLife = 120
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'
/** As providers write it; some leave it out. RFC 8725 §3.11 */
const types = ['logout+jwt', 'application/logout+jwt', 'jwt']

export interface UpstreamLogout {
  subject: string | undefined
  sid: string | undefined
}

interface LogoutDeps {
  connections: ConnectionDeps
  keySets: KeySets
  usedOnce: Store['usedOnce']
}

/** Who signed out there; a text for the log when the token is not valid. Rejects with `UpstreamError` when the provider cannot be asked for its keys. */
export async function readLogoutToken(deps: LogoutDeps, connection: Connection, token: string): Promise<UpstreamLogout | string> {
  const jws = parseJws(token, maxToken)
  const claims = jws && parseObject(jws.payload)
  if (!claims) return 'it is no JWT'
  if (!types.includes(String(jws.header['typ'] ?? 'jwt').toLowerCase())) return 'its typ is another'
  const { server } = await providerOf(deps.connections, connection)
  if (claims['iss'] !== server.issuer) return 'its iss is not the provider'
  if (![claims['aud']].flat().includes(connection.client_id)) return 'its aud is not our client'
  if (!(await isSignedByProvider(deps.keySets, server.jwks_uri, jws))) return 'its signature is not by a key of the provider'
  return checked(deps, connection, claims)
}

async function isSignedByProvider(keySets: KeySets, uri: string | undefined, jws: CompactJws): Promise<boolean> {
  return (await keyThatSigned({ keySets }, { jwks_uri: uri }, jws)) !== undefined
}

async function checked({ connections, usedOnce }: LogoutDeps, { name }: Connection, claims: JsonObject): Promise<UpstreamLogout | string> {
  const { iat, exp, events, nonce, jti, sub, sid } = claims
  const now = connections.now()
  if (typeof iat !== 'number' || iat > now + tolerance) return 'its iat is missing or in the future'
  if (exp !== undefined && typeof exp !== 'number') return 'its exp is no number'
  const until = Math.min(exp ?? iat + usualLife, iat + longestLife) + tolerance
  if (until <= now) return 'it has expired'
  const event = typeof events === 'object' && events !== null ? (events as JsonObject)[logoutEvent] : undefined
  if (typeof event !== 'object' || event === null) return 'it has no logout event'
  if (nonce !== undefined) return 'it has a nonce'
  if (!isText(sub) && !isText(sid)) return 'it names neither a person nor a session'
  if (!isText(jti) || !(await usedOnce.first('upstream-logout', sha256(`${name} ${jti}`), until))) return 'its jti is missing or was used'
  return { subject: isText(sub) ? sub : undefined, sid: isText(sid) ? sid : undefined }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 255
