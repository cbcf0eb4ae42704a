/** Device secrets in the database — OpenID Connect Native SSO for Mobile Apps 1.0 (draft 07) §3.2. */
import type { DeviceSecret, DeviceSecretStore } from '../protocol/device-secret.ts'
import { authenticationFrom } from './sessions.ts'
import { type Db, Fragment, type Row, type Sql, sql } from './sql.ts'

/** In a statement that calls the table `d`. */
const columns = new Fragment(
  'd.hash, d.client_id, d.grant_id, d.family, d.subject, d.sid, d.auth_time, d.acr, d.amr, d.created_at, d.used_at, d.expires_at',
)

export function deviceSecrets(db: Db, tenant: string): DeviceSecretStore {
  return {
    deviceSecrets: {
      async find(hash, now) {
        const [row] = await db.read(sql`
          select ${columns}
          from device_secrets d join grants g on g.tenant_id = d.tenant_id and g.id = d.grant_id and g.revoked_at is null
          where d.tenant_id = ${tenant} and d.hash = ${hash} and d.expires_at > ${now}
          and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (d.grant_id, d.family))`)
        return row && secretFrom(row)
      },
      async of(subject, now) {
        const rows = await db.read(sql`
          select ${columns}
          from device_secrets d join grants g on g.tenant_id = d.tenant_id and g.id = d.grant_id and g.revoked_at is null
          where d.tenant_id = ${tenant} and d.subject = ${subject} and d.expires_at > ${now}
          and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (d.grant_id, d.family))
          order by d.used_at desc, d.sid, d.client_id`)
        return rows.map(secretFrom)
      },
      async end(hash) {
        return (await db.write(sql`delete from device_secrets where tenant_id = ${tenant} and hash = ${hash} returning hash`)).length > 0
      },
    },
  }
}

/** Secrets of one account, after which the one that was not used for longest ends. */
export const mostSecrets = 200

/** A client has one in each session: the newest. */
export function addDeviceSecret(tenant: string, secret: DeviceSecret): Sql[] {
  const { hash, clientId, grantId, family, authentication, createdAt, usedAt, expiresAt } = secret
  const { subject, sid, authTime, acr, amr } = authentication
  return [
    sql`delete from device_secrets where tenant_id = ${tenant} and subject = ${subject} and sid = ${sid} and client_id = ${clientId}`,
    sql`
      insert into device_secrets
        (tenant_id, hash, client_id, grant_id, family, subject, sid, auth_time, acr, amr, created_at, used_at, expires_at)
      values (${tenant}, ${hash}, ${clientId}, ${grantId}, ${family}, ${subject}, ${sid}, ${authTime}, ${acr}, ${amr.join(' ')},
        ${createdAt}, ${usedAt}, ${expiresAt})`,
    sql`
      delete from device_secrets where (tenant_id, hash) in
      (select tenant_id, hash from device_secrets where tenant_id = ${tenant} and subject = ${subject}
       order by used_at desc, created_at desc, hash limit 1000 offset ${mostSecrets})`,
  ]
}

/** Returns a row while the secret is in force. */
export function useDeviceSecret(tenant: string, hash: string, now: number): Sql {
  return sql`
    update device_secrets set used_at = ${now} where tenant_id = ${tenant} and hash = ${hash} and expires_at > ${now}
    and exists (select 1 from grants g where g.tenant_id = ${tenant} and g.id = device_secrets.grant_id and g.revoked_at is null)
    and not exists (select 1 from revocations r where r.tenant_id = ${tenant} and r.id in (device_secrets.grant_id, device_secrets.family))
    returning hash`
}

/** The application that used it is told when the session ends. Back-Channel Logout 1.0 §2.3 */
export function signedInByDevice(tenant: string, hash: string, clientId: string): Sql {
  return sql`
    insert into session_clients (tenant_id, sid, client_id, told_sid, subject, expires_at)
    select tenant_id, sid, ${clientId}, sid, subject, expires_at from device_secrets where tenant_id = ${tenant} and hash = ${hash}
    on conflict do nothing`
}

function secretFrom(row: Row): DeviceSecret {
  return {
    hash: row['hash'] as string,
    clientId: row['client_id'] as string,
    grantId: row['grant_id'] as string,
    family: row['family'] as string,
    authentication: authenticationFrom(row),
    createdAt: row['created_at'] as number,
    usedAt: row['used_at'] as number,
    expiresAt: row['expires_at'] as number,
  }
}
