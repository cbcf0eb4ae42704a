/** The tenants that this process has open: each is opened when it is first asked for, and again when what it was made of has changed. */
import { setBounded } from './protocol/set-bounded.ts'
import { type MaybePromise, versionOf } from './store/configuration.ts'
import type { TenantRow, TenantStore } from './store/types.ts'
import { type AppDeps, openTenant, type Tenant } from './tenant.ts'

export interface TenantCache {
  /** The tenant of a slug as it is now; undefined when there is none or it is suspended. */
  tenant(slug: string): MaybePromise<Tenant | undefined>
  open(): Tenant[]
}

/** How many tenants are cached, and how many slugs without one. */
const maxCachedTenants = 10_000
const maxAbsent = 10_000

/** What was found for a slug, and the versions of the directory and of the tenant that it was found under. */
interface Cached {
  directory: number
  found: { tenant: Tenant; version: number } | undefined
}

export function tenantCache(deps: AppDeps, tenants: TenantStore): TenantCache {
  const cached = new Map<string, Cached>()
  /** Slugs without an active tenant. Apart, so that nobody closes tenants by asking for others that do not exist. */
  const absent = new Map<string, Cached>()
  const underWay = new Map<string, Promise<void>>()

  const knownOf = (slug: string) => cached.get(slug) ?? absent.get(slug)
  const versionNow = ({ tenant }: NonNullable<Cached['found']>) => versionOf(deps.db, tenant.org)

  /** True where that is known without asking the database. */
  function isSurelyCurrent({ directory, found }: Cached): boolean {
    return directory === tenants.version() && (found === undefined || found.version === versionNow(found))
  }

  async function isCurrent({ directory, found }: Cached): Promise<boolean> {
    return directory === (await tenants.version()) && (found === undefined || found.version === (await versionNow(found)))
  }

  async function current(slug: string): Promise<Tenant | undefined> {
    for (;;) {
      const known = knownOf(slug)
      if (known && (await isCurrent(known))) return known.found?.tenant
      await opened(slug)
    }
  }

  /** Those who ask while a tenant is being opened wait for it, and look again. */
  function opened(slug: string): Promise<void> {
    const opening = underWay.get(slug) ?? reopen(slug).finally(() => underWay.delete(slug))
    underWay.set(slug, opening)
    return opening
  }

  async function reopen(slug: string): Promise<void> {
    const before = cached.get(slug)?.found?.tenant
    const directory = await tenants.version()
    const row = await tenants.bySlug(slug)
    const found = row?.status === 'active' ? await openedAs(row, before) : undefined
    cached.delete(slug)
    absent.delete(slug)
    if (found) setBounded(cached, slug, { directory, found }, maxCachedTenants)
    else setBounded(absent, slug, { directory, found }, maxAbsent)
  }

  async function openedAs(row: TenantRow, before: Tenant | undefined): Promise<Cached['found']> {
    const version = await versionOf(deps.db, row.id)
    const tenant = before && (await isUnchanged(before, row)) ? before : await openTenant(deps, row)
    return { tenant, version }
  }

  return {
    tenant(slug) {
      const known = knownOf(slug)
      return known && isSurelyCurrent(known) ? known.found?.tenant : current(slug)
    },
    open: () => [...cached.values()].flatMap(({ found }) => found?.tenant ?? []),
  }
}

async function isUnchanged({ madeOf, store }: Tenant, now: TenantRow): Promise<boolean> {
  const { attributes, resources, credentialConfigurations } = store
  const latest = [now, await attributes.list(), await resources.detailTypes(), await credentialConfigurations.all()]
  return JSON.stringify(madeOf) === JSON.stringify(latest)
}
