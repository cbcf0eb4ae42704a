/** What a file declares for a tenant, applied in one transaction. */
import { putAssignments } from './assignments.ts'
import { putClient, removeClient } from './clients.ts'
import { putConnection, removeConnection } from './connections.ts'
import { putCredentialConfiguration, removeCredentialConfiguration } from './credential-configurations.ts'
import { putEntity, removeEntity } from './federation-entities.ts'
import { putResource, removeResource } from './resources.ts'
import type { Db } from './sql.ts'
import { putTrustedIssuer, removeTrustedIssuer } from './trusted-issuers.ts'
import type { DeclarationStore } from './types.ts'
import { putWebhook, removeWebhook } from './webhooks.ts'

export function declarations(db: Db, tenant: string): DeclarationStore {
  return {
    declare: ({ clients, resources, connections, webhooks = [], credentials, entities = [], trustedIssuers, removed }, now) =>
      db.transact(function* () {
        for (const identifier of removed.resources) yield removeResource(tenant, identifier) // first, since this frees their names
        for (const id of removed.clients) yield* removeClient(tenant, id, now)
        for (const name of removed.connections) yield* removeConnection(tenant, name, now)
        for (const name of removed.webhooks ?? []) yield removeWebhook(tenant, name)
        for (const id of removed.credentials) yield removeCredentialConfiguration(tenant, id)
        for (const { role, entity_id: id } of removed.entities ?? []) yield* removeEntity(tenant, role, id)
        for (const issuer of removed.trustedIssuers) yield removeTrustedIssuer(tenant, issuer)
        for (const { resource, secret } of resources) yield* putResource(tenant, resource, secret, now)
        for (const { client, secret, assignees } of clients) {
          yield* putClient(tenant, client, secret, now)
          if (assignees) yield* putAssignments(tenant, client.client_id, assignees)
        }
        for (const { connection, sealedSecret } of connections) yield* putConnection(tenant, connection, sealedSecret)
        for (const { webhook, sealedSecret } of webhooks) yield* putWebhook(tenant, webhook, sealedSecret)
        for (const configuration of credentials) yield putCredentialConfiguration(tenant, configuration)
        for (const entity of entities) yield* putEntity(tenant, entity)
        for (const issuer of trustedIssuers) yield putTrustedIssuer(tenant, issuer)
      }),
  }
}
