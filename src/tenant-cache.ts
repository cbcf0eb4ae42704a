/**
 * The tenants that this process has open: each is read when it is first asked for, and again when what it was made of has changed. What was
 * read is kept of many. What acts in a tenant is made of it, which takes more memory and little time, so it is kept of those alone that are
 * used again soon.
 */
import { limitHeapGrowth } from './heap.ts'
import { setBounded } from './protocol/set-bounded.ts'
import { type MaybePromise, versionOf } from './store/configuration.ts'
import type { TenantRow, TenantStore } from './store/types.ts'
import { type AppDeps, isUnchanged, makeTenant, readTenant, type StoredTenant, type Tenant } from './tenant.ts'

export interface TenantCache {
  /** The tenant of a slug as it is now; undefined when there is none or it is suspended. */
  tenant(slug: string): MaybePromise<Tenant | undefined>
  open(): Iterable<Tenant>
}

/** Of how many tenants what was read is kept, and how many slugs without one. */
const maxCachedTenants = 12_000
const maxAbsent = 10_000
/** With how many the memory that they take matters more than the time of collecting garbage. */
const manyTenants = 1000
/** How many stay made that were not in use shortly before. Of more, most would live long enough to burden the collection of garbage. */
const maxFresh = 8
/** How many stay made that come again, and within how many others they must. */
const maxBusy = 200

/** What was found for a slug, and the versions of the directory and of the tenant that it was found under. */
interface Cached {
  directory: number
  found: Found | undefined
}

interface Found {
  stored: StoredTenant
  version: number
  made: Tenant | undefined
  /** How many tenants had been made before it was. */
  madeAfter: number
}

export function tenantCache(deps: AppDeps, tenants: TenantStore): TenantCache {
  const cached = new Map<string, Cached>()
  /** Slugs without an active tenant. Apart, so that nobody closes tenants by asking for others that do not exist. */
  const absent = new Map<string, Cached>()
  const underWay = new Map<string, Promise<void>>()
  /** In the order in which they were made. */
  const [fresh, busy] = [new Set<Found>(), new Set<Found>()]
  let makes = 0

  const knownOf = (slug: string) => cached.get(slug) ?? absent.get(slug)
  const versionNow = ({ stored }: Found) => versionOf(deps.db, stored.row.id)

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
      if (known && (await isCurrent(known))) return known.found && madeOf(known.found)
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
    const before = cached.get(slug)?.found
    const directory = await tenants.version()
    const row = await tenants.bySlug(slug)
    const found = row?.status === 'active' ? await openedAs(row, before) : undefined
    if (before) drop(before)
    cached.delete(slug)
    absent.delete(slug)
    if (found) setBounded(cached, slug, { directory, found }, maxCachedTenants)
    else setBounded(absent, slug, { directory, found }, maxAbsent)
    if (cached.size === manyTenants) limitHeapGrowth()
  }

  async function openedAs(row: TenantRow, before: Found | undefined): Promise<Found> {
    const version = await versionOf(deps.db, row.id)
    const isSame = before && (await isUnchanged(deps, before.stored, row))
    const stored = isSame ? before.stored : await readTenant(deps, row)
    return { stored, version, made: undefined, madeAfter: before?.madeAfter ?? Number.NEGATIVE_INFINITY }
  }

  function madeOf(found: Found): Tenant {
    if (found.made) return found.made
    const comesAgain = makes - found.madeAfter <= maxBusy
    found.made = makeTenant(deps, found.stored)
    found.madeAfter = makes++
    if (comesAgain) keep(found, busy, maxBusy)
    else keep(found, fresh, maxFresh)
    return found.made
  }

  function keep(found: Found, those: Set<Found>, most: number): void {
    those.add(found)
    if (those.size > most) drop(those.values().next().value!) // the oldest
  }

  function drop(found: Found): void {
    found.made = undefined
    fresh.delete(found)
    busy.delete(found)
  }

  return {
    tenant(slug) {
      const known = knownOf(slug)
      return known && isSurelyCurrent(known) ? known.found && madeOf(known.found) : current(slug)
    },
    *open() {
      for (const { found } of [...cached.values()]) if (found) yield found.made ?? makeTenant(deps, found.stored)
    },
  }
}
