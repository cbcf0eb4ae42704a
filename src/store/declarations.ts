/** The clients and APIs that a file declares for a tenant, applied in one transaction. */
import { putClient, removeClient } from './clients.ts'
import { putResource, removeResource } from './resources.ts'
import type { Db } from './sql.ts'
import type { DeclarationStore } from './types.ts'

export function declarations(db: Db, tenant: string): DeclarationStore {
  return {
    declare: ({ clients, resources, removed }, now) =>
      db.transact(function* () {
        for (const identifier of removed.resources) yield removeResource(tenant, identifier) // first, as this frees their names
        for (const id of removed.clients) yield* removeClient(tenant, id, now)
        for (const { resource, secret } of resources) yield* putResource(tenant, resource, secret, now)
        for (const { client, secret } of clients) yield* putClient(tenant, client, secret, now)
      }),
  }
}
