/** Services, machines with their own identity, in the database. */
import { type Db, type Row, sql } from './sql.ts'
import type { MachineRow, MachineStore } from './types.ts'

export function machines(db: Db, tenant: string): MachineStore {
  return {
    services: {
      async add({ id, name, description, status, createdAt }) {
        const rows = await db.write(sql`
          insert into services (tenant_id, id, name, description, status, created_at)
          values (${tenant}, ${id}, ${name}, ${description ?? null}, ${status}, ${createdAt})
          on conflict do nothing returning id`)
        return rows.length > 0
      },
      async byName(name) {
        const [row] = await db.read(sql`
          select id, name, description, status, created_at from services where tenant_id = ${tenant} and name = ${name}`)
        return row && machineFrom(row)
      },
      async setStatus(id, status) {
        const rows = await db.write(sql`
          update services set status = ${status} where tenant_id = ${tenant} and id = ${id} returning id`)
        return rows.length > 0
      },
      remove: (id) =>
        db.transact(function* () {
          const removed = yield sql`delete from services where tenant_id = ${tenant} and id = ${id} returning id`
          yield sql`delete from api_keys where tenant_id = ${tenant} and owner = 'service' and subject = ${id}`
          return removed.length > 0
        }),
      async list({ after = '', limit }) {
        const rows = await db.read(sql`
          select id, name, description, status, created_at from services
          where tenant_id = ${tenant} and name > ${after} order by name limit ${limit}`)
        return rows.map(machineFrom)
      },
    },
  }
}

function machineFrom(row: Row): MachineRow {
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    description: (row['description'] as string | null) ?? undefined,
    status: row['status'] as MachineRow['status'],
    createdAt: row['created_at'] as number,
  }
}
