/** Trust marks that a tenant issued, in the database — OpenID Federation 1.0 §7. */
import type { FederationStore, IssuedTrustMark } from '../protocol/federation/store.ts'
import { type Db, type Row, sql } from './sql.ts'

export function trustMarks(db: Db, tenant: string): Pick<FederationStore, 'trustMarks'> {
  return {
    trustMarks: {
      async issue({ id, type, subject, issuedAt, expiresAt }) {
        await db.write(sql`
          insert into trust_marks (tenant_id, trust_mark_type, subject, id, issued_at, expires_at)
          values (${tenant}, ${type}, ${subject}, ${id}, ${issuedAt}, ${expiresAt ?? null})
          on conflict (tenant_id, trust_mark_type, subject) do update
          set id = excluded.id, issued_at = excluded.issued_at, expires_at = excluded.expires_at, revoked_at = null`)
      },
      async find(type, subject) {
        const [row] = await db.read(sql`
          select trust_mark_type, subject, id, issued_at, expires_at, revoked_at from trust_marks
          where tenant_id = ${tenant} and trust_mark_type = ${type} and subject = ${subject}`)
        return row && markFrom(row)
      },
      async revoke(type, subject, now) {
        const rows = await db.write(sql`
          update trust_marks set revoked_at = ${now}
          where tenant_id = ${tenant} and trust_mark_type = ${type} and subject = ${subject} and revoked_at is null returning id`)
        return rows.length > 0
      },
      async list({ type = '', subject = '', after = { type: '', subject: '' }, limit }) {
        const rows = await db.read(sql`
          select trust_mark_type, subject, id, issued_at, expires_at, revoked_at from trust_marks
          where tenant_id = ${tenant} and (trust_mark_type, subject) > (${after.type}, ${after.subject})
          and (${type} = '' or trust_mark_type = ${type}) and (${subject} = '' or subject = ${subject})
          order by trust_mark_type, subject limit ${limit}`)
        return rows.map(markFrom)
      },
      async valid(subjects, type = '', now) {
        if (subjects.length === 0) return []
        const rows = await db.read(sql`
          select distinct subject from trust_marks where tenant_id = ${tenant} and subject in ${subjects}
          and (${type} = '' or trust_mark_type = ${type}) and revoked_at is null and (expires_at is null or expires_at > ${now})`)
        return rows.map((row) => row['subject'] as string)
      },
    },
  }
}

function markFrom(row: Row): IssuedTrustMark {
  return {
    id: row['id'] as string,
    type: row['trust_mark_type'] as string,
    subject: row['subject'] as string,
    issuedAt: row['issued_at'] as number,
    expiresAt: (row['expires_at'] as number | null) ?? undefined,
    revokedAt: (row['revoked_at'] as number | null) ?? undefined,
  }
}
