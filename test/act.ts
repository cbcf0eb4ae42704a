/** One act of a port, and what it changes. */
import type { TenantStore } from './stored.ts'

export interface Act {
  /** `n`: which of the two things of a kind it is about; of a third there is none. */
  act: (store: TenantStore, n: string) => Promise<unknown>
  /** Whether it is about one thing, and must find no other. */
  keyed: boolean
  changes: string
}

export const reads = (act: Act['act']): Act => ({ act, keyed: true, changes: '' })
export const lists = (act: Act['act']): Act => ({ act, keyed: false, changes: '' })
export const writes = (changes: string, act: Act['act']): Act => ({ act, keyed: false, changes })

/** What goes with an account. */
export const removal =
  'accounts -1, api_keys -1, assignments -1, codes -1, credential_offers -1, deferred_credentials -1, device_secrets -1, devices -1, flows ~1, grants ~1, issued_credentials ~1, links -2, logins -2, memberships -1, outbox +1, passkeys -1, recovery_codes -2, refresh_tokens -1, session_clients -1, sessions -2, status_lists ~1, totp -1, upstream_identities -1, vault_entries -1, vault_token_ids -1'
/** What ends when an account does not stay as it was. */
export const endOfAccess =
  'accounts ~1, codes -1, credential_offers -1, device_secrets -1, devices -1, flows ~1, grants ~1, links -2, outbox +1, refresh_tokens -1, session_clients -1, sessions -2'
