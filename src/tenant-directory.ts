/** The tenants of an installation: created, listed, changed, suspended. */
import { mergePatch } from './protocol/merge-patch.ts'
import type { TenantChange } from './protocol/tenant-settings.ts'
import type { TenantRow, TenantStore } from './store/types.ts'

/** Each acts on the tenant of a slug, '' being the root. */
export interface TenantDirectory {
  /** Creates a tenant. False when the slug is taken. `contact`: an email address. */
  create(ask: { slug: string; name: string; contact?: string }): Promise<boolean>
  list(): Promise<TenantRow[]>
  /** In order of slug, after `after`. */
  page(ask: { after?: string; limit: number }): Promise<TenantRow[]>
  /** Suspended ones too. */
  find(slug: string): Promise<TenantRow | undefined>
  /** False when there is no such tenant. */
  setStatus(slug: string, status: TenantRow['status']): Promise<boolean>
  /** Changes its name and its settings. False when there is no such tenant. */
  set(slug: string, change: TenantChange): Promise<boolean>
}

export function tenantDirectory(store: TenantStore, { now, id }: { now(): number; id(): string }): TenantDirectory {
  async function change(slug: string, what: Partial<Pick<TenantRow, 'status' | 'name' | 'settings'>>): Promise<boolean> {
    const row = await store.bySlug(slug)
    return row !== undefined && (await store.change(row.id, what)) === 'changed'
  }

  return {
    create({ slug, name, contact }) {
      const settings = contact === undefined ? {} : { contact }
      return store.add({ id: id(), slug, name, host: undefined, settings, status: 'active', createdAt: now() })
    },
    list: () => everyTenant(store),
    page: (ask) => store.list(ask),
    find: (slug) => store.bySlug(slug),
    setStatus: (slug, status) => change(slug, { status }),
    async set(slug, { name, ...settings }) {
      const row = await store.bySlug(slug)
      return row !== undefined && change(slug, { name: name ?? row.name, settings: mergePatch(row.settings, settings) })
    },
  }
}

async function everyTenant(store: TenantStore): Promise<TenantRow[]> {
  const all: TenantRow[] = []
  for (
    let page = await store.list({ limit: 500 });
    page.length > 0;
    page = await store.list({ after: all.at(-1)?.slug ?? '', limit: 500 })
  ) {
    all.push(...page)
  }
  return all
}
