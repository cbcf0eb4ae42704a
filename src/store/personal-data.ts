/** What is stored about a person that no other port returns: API keys, known browsers, links in mails. */
import type { LinkKind } from '../identity/account.ts'
import type { StoredPersonalData } from '../identity/store.ts'
import { keyFrom } from './api-keys.ts'
import { type Db, sql } from './sql.ts'

export async function personalData(db: Db, tenant: string, subject: string): Promise<StoredPersonalData> {
  const keys = await db.read(sql`
    select id, owner, subject, label, scope, resource, created_at, expires_at, last_used_at from api_keys
    where tenant_id = ${tenant} and owner = 'person' and subject = ${subject} order by created_at, id`)
  const devices = await db.read(sql`
    select expires_at from devices where tenant_id = ${tenant} and subject = ${subject} order by expires_at`)
  const links = await db.read(sql`
    select kind, email, expires_at from links where tenant_id = ${tenant} and subject = ${subject} order by kind`)
  return {
    apiKeys: keys.map(keyFrom),
    devices: devices.map((row) => ({ expiresAt: row['expires_at'] as number })),
    links: links.map((row) => ({
      kind: row['kind'] as LinkKind,
      email: row['email'] as string,
      expiresAt: row['expires_at'] as number,
    })),
  }
}
