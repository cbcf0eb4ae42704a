/** What the commands use of the house. */
import type { AccountRoom } from '../identity/accounts.ts'
import type { IdentityStore } from '../identity/types.ts'
import type { Ctx, Store } from '../protocol/types.ts'
import type { Keyring } from '../secrets/keyring.ts'
import type { TenantTokens } from '../secrets/tokens.ts'
import type { KeyStore } from '../secrets/types.ts'
import type { ClientStore, ResourceStore, TenantRow } from '../store/types.ts'

export interface TenantRoom {
  ctx: Ctx
  store: Store & IdentityStore & KeyStore & ClientStore & ResourceStore
  tokens: TenantTokens
  keyring: Keyring
  accounts: AccountRoom
}

export interface House {
  tenants: {
    create(ask: { slug: string; name: string }): Promise<boolean>
    list(): Promise<TenantRow[]>
    setStatus(slug: string, status: 'active' | 'suspended'): Promise<boolean>
  }
  tenant(slug: string): Promise<TenantRoom | undefined>
  serve(): Promise<{ url: string; close(): Promise<void> }>
  ready(): Promise<string | undefined>
  close(): Promise<void>
}
