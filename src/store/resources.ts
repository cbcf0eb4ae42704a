/** Protected resources — RFC 8707, as kept. */
import type { Resource, Store } from '../protocol/ports.ts'
import { type Db, type Row, sql } from './sql.ts'
import type { ResourceStore } from './types.ts'

export function resources(db: Db, tenant: string): Pick<Store, 'resources'> & ResourceStore {
  return {
    resources: {
      async find(identifier) {
        const [row] = await db.read(sql`select doc from resources where tenant_id = ${tenant} and identifier = ${identifier}`)
        return row && resourceFrom(row)
      },
    },
    resourcesAdmin: {
      async add(resource) {
        const rows = await db.write(sql`
          insert into resources (tenant_id, identifier, doc) values (${tenant}, ${resource.identifier}, ${JSON.stringify(resource)})
          on conflict do nothing returning identifier`)
        return rows.length > 0
      },
      async replace(resource) {
        const rows = await db.write(sql`
          update resources set doc = ${JSON.stringify(resource)}
          where tenant_id = ${tenant} and identifier = ${resource.identifier} returning identifier`)
        return rows.length > 0
      },
      async remove(identifier) {
        const rows = await db.write(sql`
          delete from resources where tenant_id = ${tenant} and identifier = ${identifier} returning identifier`)
        return rows.length > 0
      },
      async list({ after = '', limit }) {
        const rows = await db.read(sql`
          select doc from resources where tenant_id = ${tenant} and identifier > ${after} order by identifier limit ${limit}`)
        return rows.map(resourceFrom)
      },
    },
  }
}

function resourceFrom(row: Row): Resource {
  const resource: Partial<Resource> = JSON.parse(row['doc'] as string)
  return { accessTokenFormat: undefined, accessTokenAlg: undefined, accessTokenLifetime: undefined, ...resource } as Resource
}
