/** Somebody whom a provider sent back, within a flow. */
import type { UpstreamPerson } from '../../connections/authorization.ts'
import type { Connection } from '../../connections/connection.ts'
import type { UpstreamProfile } from '../../connections/profile.ts'
import type { UpstreamIdentity } from '../../identity/upstream-identities.ts'
import type { LiveFlow } from '../../protocol/flow.ts'
import { cleanPart } from '../../protocol/text.ts'

/** Who came, and where. */
export interface Arrival {
  connection: Connection
  person: UpstreamPerson
  profile: UpstreamProfile
  live: LiveFlow
  flowToken: string
  /** IP address. */
  address: string
}

export function identityOf(
  { name: connection }: Connection,
  { subject: upstreamSubject, claims }: UpstreamPerson,
  { email }: UpstreamProfile,
  subject: string,
  now: number,
): UpstreamIdentity {
  const told = email ?? claims['preferred_username'] ?? claims['login'] ?? claims['name']
  const label = typeof told === 'string' ? cleanPart(told, 200) || undefined : undefined
  return { connection, upstreamSubject, subject, label, createdAt: now, lastUsedAt: now }
}
