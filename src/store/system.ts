/** What does not belong to a tenant: the tenants themselves, and the one row that identifies the installation. */
import type { InstallationStore } from '../crypto/types.ts'
import { type Configuration, configuration, DIRECTORY } from './configuration.ts'
import { type Db, type Row, sql, whenTaken } from './sql.ts'
import type { TenantRow, TenantStore } from './types.ts'

/** The tenant at the base URL. Its slug is empty. */
export const ROOT_TENANT = 'root'

export function systemStore(db: Db): { installation: InstallationStore; tenants: TenantStore } {
  return { installation: installation(db), tenants: tenants(configuration(db, DIRECTORY)) }
}

function installation(db: Db): InstallationStore {
  return {
    async find() {
      const [row] = await db.read(sql`select id, sealed_secret from installation`)
      return row && { id: row['id'] as string, sealedSecret: row['sealed_secret'] as string }
    },
    async first(row) {
      const rows = await db.write(sql`
        insert into installation (singleton, id, sealed_secret) values (1, ${row.id}, ${row.sealedSecret})
        on conflict do nothing returning id`)
      return rows.length > 0
    },
    async reseal(from, to) {
      return (await db.write(sql`update installation set sealed_secret = ${to} where sealed_secret = ${from} returning id`)).length > 0
    },
    async hasData() {
      const rows = await db.read(sql`
        select 1 as something where exists (select 1 from tenants) or exists (select 1 from clients) or exists (select 1 from accounts)
        or exists (select 1 from signing_keys) or exists (select 1 from grants) or exists (select 1 from resources)`)
      return rows.length > 0
    },
  }
}

function tenants({ db, version }: Configuration): TenantStore {
  return {
    version,
    async add(tenant) {
      const rows = await db.write(sql`
        insert into tenants (id, slug, name, host, settings, status, created_at)
        values (${tenant.id}, ${tenant.slug}, ${tenant.name}, ${tenant.host ?? null}, ${JSON.stringify(tenant.settings)},
          ${tenant.status}, ${tenant.createdAt})
        on conflict do nothing returning id`)
      return rows.length > 0
    },
    async find(id) {
      const [row] = await db.read(sql`select id, slug, name, host, settings, status, created_at from tenants where id = ${id}`)
      return row && tenantFrom(row)
    },
    async bySlug(slug) {
      const [row] = await db.read(sql`select id, slug, name, host, settings, status, created_at from tenants where slug = ${slug}`)
      return row && tenantFrom(row)
    },
    async byHost(host) {
      const [row] = await db.read(sql`select id, slug, name, host, settings, status, created_at from tenants where host = ${host}`)
      return row && tenantFrom(row)
    },
    async list({ after, limit }) {
      // The root's slug is empty and is listed first; '-' is not a slug.
      const rows = await db.read(sql`
        select id, slug, name, host, settings, status, created_at from tenants
        where slug >= ${after ?? ''} and slug <> ${after ?? '-'} order by slug limit ${limit}`)
      return rows.map(tenantFrom)
    },
    change(id, change) {
      const changed = db.transact(function* () {
        const [row] = yield sql`
          update tenants set status = status where id = ${id} returning id, slug, name, host, settings, status, created_at`
        if (!row) return 'unknown'
        const after: TenantRow = { ...tenantFrom(row), ...change, id }
        yield sql`
          update tenants set slug = ${after.slug}, name = ${after.name}, host = ${after.host ?? null},
            settings = ${JSON.stringify(after.settings)}, status = ${after.status} where id = ${id}`
        return 'changed'
      })
      return changed.catch(whenTaken('taken'))
    },
  }
}

function tenantFrom(row: Row): TenantRow {
  return {
    id: row['id'] as string,
    slug: row['slug'] as string,
    name: row['name'] as string,
    host: (row['host'] as string | null) ?? undefined,
    settings: JSON.parse(row['settings'] as string),
    status: row['status'] as TenantRow['status'],
    createdAt: row['created_at'] as number,
  }
}
