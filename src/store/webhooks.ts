/** Webhooks in the database. */
import { storedWebhook, type Webhook, type WebhookMetadata, type WebhookStore, wants } from '../identity/webhooks.ts'
import { type Db, type Row, type Sql, sql, type Transaction } from './sql.ts'

export function webhooks(db: Db, tenant: string): WebhookStore {
  return {
    webhooks: {
      async find(name) {
        const [row] = await db.read(sql`select name, doc, sealed_secret from webhooks where tenant_id = ${tenant} and name = ${name}`)
        return row && webhookFrom(row)
      },
      list: (ask) => listWebhooks(db, tenant, ask),
      wanting: async (type) => (await listWebhooks(db, tenant)).filter((one) => wants(one, type)),
      async add(webhook, sealedSecret) {
        const rows = await db.write(sql`
          insert into webhooks (tenant_id, name, doc, sealed_secret)
          values (${tenant}, ${webhook.name}, ${documentOf(webhook)}, ${sealedSecret}) on conflict do nothing returning name`)
        return rows.length > 0
      },
      async replace(webhook) {
        const rows = await db.write(sql`
          update webhooks set doc = ${documentOf(webhook)} where tenant_id = ${tenant} and name = ${webhook.name} returning name`)
        return rows.length > 0
      },
      setSecret: async (name, sealed) => (await db.write(setWebhookSecret(tenant, name, sealed))).length > 0,
      remove: async (name) => (await db.write(removeWebhook(tenant, name))).length > 0,
    },
  }
}

/** So many webhooks of a tenant are sent events, the first in order of name. */
const mostWebhooks = 200

export async function listWebhooks(
  db: Db,
  tenant: string,
  { after = '', limit }: { after?: string; limit: number } = { limit: mostWebhooks },
): Promise<Webhook[]> {
  const rows = await db.read(sql`
    select name, doc, sealed_secret from webhooks where tenant_id = ${tenant} and name > ${after} order by name limit ${limit}`)
  return rows.map(webhookFrom)
}

/** Adds the webhook or replaces it. Undefined leaves its secret alone. */
export function* putWebhook(tenant: string, webhook: WebhookMetadata, sealedSecret: string | undefined): Transaction<void> {
  yield sql`
    insert into webhooks (tenant_id, name, doc, sealed_secret)
    values (${tenant}, ${webhook.name}, ${documentOf(webhook)}, ${sealedSecret ?? ''})
    on conflict (tenant_id, name) do update set doc = excluded.doc`
  if (sealedSecret !== undefined) yield setWebhookSecret(tenant, webhook.name, sealedSecret)
}

export function removeWebhook(tenant: string, name: string): Sql {
  return sql`delete from webhooks where tenant_id = ${tenant} and name = ${name} returning name`
}

function setWebhookSecret(tenant: string, name: string, sealed: string): Sql {
  return sql`update webhooks set sealed_secret = ${sealed} where tenant_id = ${tenant} and name = ${name} returning name`
}

function documentOf({ name: _, ...members }: WebhookMetadata): string {
  return JSON.stringify(members)
}

function webhookFrom(row: Row): Webhook {
  const name = row['name'] as string
  return { ...storedWebhook(name, JSON.parse(row['doc'] as string)), sealedSecret: row['sealed_secret'] as string }
}
