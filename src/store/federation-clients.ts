/** Clients that a trust chain vouches for, in the table of all clients — OpenID Federation 1.0 §12. */
import type { FederationStore } from '../protocol/federation/store.ts'
import type { Store } from '../protocol/ports.ts'
import { changeDocument, documentOf, rotateSecret, storedDocument, storeOrigins } from './clients.ts'
import { type Db, sql, type Transaction } from './sql.ts'

export function federationClients(
  db: Db,
  tenant: string,
  { clients }: Pick<Store, 'clients'>,
): { federation: Pick<FederationStore['federation'], 'register'> } {
  return {
    federation: {
      async register(registration) {
        const { clientId: id, secret } = registration
        const outcome = await db.transact(function* (): Transaction<'registered' | 'taken' | 'untrusted'> {
          if (!(yield* isAnchor(tenant, registration.anchor))) return 'untrusted'
          // The last one: another request was the first.
          const isRegistered =
            (yield* registerAgain(tenant, registration)) ||
            (yield* add(tenant, registration)) ||
            (yield* registerAgain(tenant, registration))
          if (isRegistered && secret) yield* rotateSecret(tenant, id, secret, undefined)
          return isRegistered ? 'registered' : 'taken'
        })
        return outcome === 'registered' ? ((await clients.find(id)) ?? 'untrusted') : outcome
      },
    },
  }
}

type Registration = Parameters<FederationStore['federation']['register']>[0]

/** Locks the anchor, so that who takes it away meanwhile finds the client that it vouches for. */
function* isAnchor(tenant: string, { id, keys }: Registration['anchor']): Transaction<boolean> {
  const [row] = yield sql`
    update federation_entities set doc = doc where tenant_id = ${tenant} and role = 'anchor' and entity_id = ${id} returning doc`
  const stored = row && JSON.parse(row['doc'] as string).jwks?.keys
  return JSON.stringify(stored) === JSON.stringify(keys)
}

function* registerAgain(tenant: string, { clientId: id, client, trustedUntil, expiresAt }: Registration): Transaction<boolean> {
  const [known] = yield sql`
    update clients set expires_at = ${expiresAt}, trusted_until = ${trustedUntil} where tenant_id = ${tenant} and id = ${id}
    and registered_by = 'federation' and status = 'active' returning id, doc`
  if (!known) return false
  const metadata = yield* changeDocument(tenant, id, client(storedDocument(known)))
  yield sql`update clients set registration_scope = ${metadata.scope} where tenant_id = ${tenant} and id = ${id}`
  return true
}

function* add(tenant: string, { clientId: id, client, now, trustedUntil, expiresAt }: Registration): Transaction<boolean> {
  const metadata = client(undefined)
  const added = yield sql`
    insert into clients (tenant_id, id, doc, tokens_from, registered_by, registered_at, registration_scope, expires_at, trusted_until)
    values (${tenant}, ${id}, ${documentOf(metadata)}, ${now}, 'federation', ${now}, ${metadata.scope}, ${expiresAt}, ${trustedUntil})
    on conflict do nothing returning id`
  if (added.length === 0) return false
  yield* storeOrigins(tenant, metadata)
  return true
}
