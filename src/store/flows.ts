/** Flows in the database: visits to the authorization endpoint that have not ended. */
import type { Store } from '../protocol/ports.ts'
import type { Answer, PendingSignIn } from '../protocol/types.ts'
import { documentOfRequest, requestFrom } from './documents.ts'
import { type Db, sql } from './sql.ts'

export function flows(db: Db, tenant: string): Pick<Store, 'flows'> {
  return {
    flows: {
      async begin(flow, expiresAt) {
        const answered = flow.answered.map((answer) => `${answer} `).join('')
        await db.write(sql`
          insert into flows (tenant_id, id, browser, asked, answered, expires_at)
          values (${tenant}, ${flow.id}, ${flow.browser}, ${documentOfRequest(flow.asked)}, ${answered}, ${expiresAt})`)
      },
      async find(id, now) {
        const [row] = await db.read(sql`
          select browser, asked, answered, half from flows where tenant_id = ${tenant} and id = ${id} and expires_at > ${now}`)
        if (!row) return undefined
        const answered = (row['answered'] as string).split(' ').filter(Boolean) as Answer[]
        const pending: PendingSignIn | null = JSON.parse((row['half'] as string | null) ?? 'null')
        const asked = requestFrom(row['asked'] as string)
        return { id, browser: row['browser'] as string, asked, answered, pending: pending && pending.expiresAt > now ? pending : undefined }
      },
      async answer(id, answer) {
        // Each answer is stored once and followed by a space.
        const word = `${answer} `
        await db.write(sql`
          update flows set answered = replace(replace(answered, ${word}, ''), 'consent ', '') || ${word}, half_id = null, half = null, half_subject = null
          where tenant_id = ${tenant} and id = ${id}`)
      },
      async setPending(id, pending) {
        await db.write(sql`
          update flows set half_id = ${pending?.id ?? null}, half = ${pending ? JSON.stringify(pending) : null}, half_subject = ${pending?.subject ?? null}
          where tenant_id = ${tenant} and id = ${id}`)
      },
      async complete(id, pending) {
        const rows = await db.write(sql`
          update flows set answered = replace(replace(answered, 'sign-in ', ''), 'consent ', '') || 'sign-in ', half_id = null, half = null, half_subject = null
          where tenant_id = ${tenant} and id = ${id} and half_id = ${pending} returning id`)
        return rows.length > 0
      },
      async end(id) {
        return (await db.write(sql`delete from flows where tenant_id = ${tenant} and id = ${id} returning id`)).length > 0
      },
    },
  }
}
