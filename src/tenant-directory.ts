/** The tenants of a house: made, listed, set up otherwise, suspended. */
import type { SignUpRule } from './identity/sign-up.ts'
import type { OwnLifetimes } from './protocol/lifetimes.ts'
import type { TenantRow, TenantStore } from './store/types.ts'

/** Each acts on the tenant of a slug, '' being the root. */
export interface TenantDirectory {
  /** Makes a tenant. False when the slug is taken. `contact`: an e-mail address. */
  create(ask: { slug: string; name: string; contact?: string }): Promise<boolean>
  list(): Promise<TenantRow[]>
  /** In order of slug, after `after`. */
  page(ask: { after?: string; limit: number }): Promise<TenantRow[]>
  /** Suspended ones too. */
  find(slug: string): Promise<TenantRow | undefined>
  /** False when there is no such tenant. */
  setStatus(slug: string, status: TenantRow['status']): Promise<boolean>
  /** Its name, and what it does without although the deployment offers it. False when there is no such tenant. */
  set(slug: string, change: TenantChange): Promise<boolean>
}

/** Absent: as it is. A tenant can close what is open, and open it again; never what the deployment has closed. */
export interface TenantChange {
  name?: string | undefined
  sign_up?: boolean | undefined
  password_grant?: boolean | undefined
  second_factor?: 'optional' | 'required' | undefined
  account_deletion?: boolean | undefined
  /** null: that of the deployment again. */
  sign_up_email?: SignUpRule['address'] | null | undefined
  /** Beside those it has set before; null: those of the deployment again. */
  lifetimes?: OwnLifetimes | null | undefined
}

/** `changed`: is told the slug of each tenant that is not what it was. */
export function tenantDirectory(
  store: TenantStore,
  { now, id, changed }: { now(): number; id(): string; changed(slug: string): void },
): TenantDirectory {
  async function change(slug: string, what: Partial<Pick<TenantRow, 'status' | 'name' | 'settings'>>): Promise<boolean> {
    const row = await store.bySlug(slug)
    const done = row !== undefined && (await store.change(row.id, what)) === 'changed'
    changed(slug)
    return done
  }

  return {
    async create({ slug, name, contact }) {
      const settings = contact === undefined ? {} : { contact }
      const added = await store.add({ id: id(), slug, name, host: undefined, settings, status: 'active', createdAt: now() })
      changed(slug) // that there was none may be remembered
      return added
    },
    list: () => everyTenant(store),
    page: (ask) => store.list(ask),
    find: (slug) => store.bySlug(slug),
    setStatus: (slug, status) => change(slug, { status }),
    async set(slug, { name, lifetimes, ...switches }) {
      const row = await store.bySlug(slug)
      if (!row) return false
      const given = Object.fromEntries(Object.entries(switches).filter(([, value]) => value !== undefined))
      const own = lifetimes === null ? {} : { ...(row.settings['lifetimes'] as OwnLifetimes), ...lifetimes }
      return change(slug, { name: name ?? row.name, settings: { ...row.settings, ...given, lifetimes: own } })
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
