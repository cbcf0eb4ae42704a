/** Credential offers in the database — OpenID for Verifiable Credential Issuance 1.0 §4.1. A used one stays until it expires, so that its reuse is noticed. */
import type { CredentialOffer, OfferStore } from '../protocol/credentials.ts'
import { type Db, type Row, type Sql, sql } from './sql.ts'

export function credentialOffers(db: Db, tenant: string): OfferStore {
  return {
    credentialOffers: {
      async add({ id, hash, code = null, subject = null, configurations, txCode = null, createdAt, expiresAt }) {
        await db.write(sql`
          insert into credential_offers (tenant_id, id, hash, code, subject, configurations, tx_code, created_at, expires_at)
          values (${tenant}, ${id}, ${hash}, ${code}, ${subject}, ${configurations.join(' ')}, ${txCode}, ${createdAt}, ${expiresAt})`)
      },
      async find(by, now) {
        const query =
          'hash' in by
            ? sql`
                select id, hash, code, subject, configurations, tx_code, used_at, created_at, expires_at from credential_offers
                where tenant_id = ${tenant} and hash = ${by.hash} and used_at is null and expires_at > ${now}`
            : sql`
                select id, hash, code, subject, configurations, tx_code, used_at, created_at, expires_at from credential_offers
                where tenant_id = ${tenant} and id = ${by.id} and used_at is null and expires_at > ${now}`
        const [row] = await db.read(query)
        return row && offerFrom(row)
      },
      async attempt(code, now, most) {
        const [row] = await db.write(sql`
          update credential_offers set tries = tries + 1
          where tenant_id = ${tenant} and code = ${code} and expires_at > ${now} and (tries < ${most} or used_at is not null)
          returning id, hash, code, subject, configurations, tx_code, used_at, created_at, expires_at`)
        return row && offerFrom(row)
      },
    },
  }
}

/** Spends a pre-authorized code: it returns a row for the first caller alone. §3.5 */
export function spendOffer(tenant: string, code: string, now: number): Sql {
  return sql`
    update credential_offers set used_at = ${now}
    where tenant_id = ${tenant} and code = ${code} and used_at is null and expires_at > ${now} returning id`
}

function offerFrom(row: Row): CredentialOffer {
  return {
    id: row['id'] as string,
    hash: row['hash'] as string,
    code: (row['code'] as string | null) ?? undefined,
    subject: (row['subject'] as string | null) ?? undefined,
    configurations: (row['configurations'] as string).split(' '),
    txCode: (row['tx_code'] as string | null) ?? undefined,
    usedAt: (row['used_at'] as number | null) ?? undefined,
    createdAt: row['created_at'] as number,
    expiresAt: row['expires_at'] as number,
  }
}
