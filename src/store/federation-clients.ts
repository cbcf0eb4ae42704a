/** Clients that a trust chain vouches for, in the table of all clients — OpenID Federation 1.0 §12. */
import type { FederationStore } from '../protocol/federation/store.ts'
import type { Store } from '../protocol/ports.ts'
import { documentOf, rotateSecret, storeOrigins } from './clients.ts'
import { type Db, sql } from './sql.ts'

export function federationClients(
  db: Db,
  tenant: string,
  { clients }: Pick<Store, 'clients'>,
): { federation: Pick<FederationStore['federation'], 'register'> } {
  return {
    federation: {
      async register({ client, secret, now, trustedUntil, expiresAt }) {
        const { client_id: id, scope } = client
        const registered = await db.transact(function* () {
          const rows = yield sql`
            insert into clients (tenant_id, id, doc, tokens_from, registered_by, registered_at, registration_scope, expires_at, trusted_until)
            values (${tenant}, ${id}, ${documentOf(client)}, ${now}, 'federation', ${now}, ${scope}, ${expiresAt}, ${trustedUntil})
            on conflict (tenant_id, id) do update set doc = excluded.doc, registration_scope = excluded.registration_scope,
              expires_at = excluded.expires_at, trusted_until = excluded.trusted_until
            where clients.registered_by = 'federation' and clients.status = 'active' returning id`
          if (rows.length === 0) return false
          yield* storeOrigins(tenant, client)
          if (secret) yield* rotateSecret(tenant, id, secret, undefined)
          return true
        })
        return registered ? clients.find(id) : undefined
      },
    },
  }
}
