/** Whether an authorization comes with a refresh token — RFC 6749 §1.5, OpenID Connect Core §11. */
import type { Client } from './client.ts'
import type { Issuance } from './types.ts'

/** An OpenID request must have asked for offline_access, so that the person has seen it; a plain OAuth request need not. */
export function refreshOf(client: Client, scope: readonly string[]): Issuance['refresh'] {
  const may = client.grant_types.includes('refresh_token') && (scope.includes('offline_access') || !scope.includes('openid'))
  return may ? { kind: 'new' } : { kind: 'none' }
}
