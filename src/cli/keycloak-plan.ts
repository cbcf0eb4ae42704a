/** What of a Keycloak realm would come to a tenant, and what cannot. Nothing is changed. */
import type { App } from '../app.ts'
import { foldName } from '../identity/account.ts'
import { type Attribute, attributeSchema, maxAttributes } from '../identity/attributes.ts'
import type { Tenant } from '../tenant.ts'
import { planFor, type TenantPlan } from './apply.ts'
import { foundAttributes, type Note } from './keycloak-attributes.ts'
import { clientOf } from './keycloak-clients.ts'
import { groupsOf, ownClients } from './keycloak-groups.ts'
import { type Realm, readRealm } from './keycloak-realm.ts'
import { attributesOf, type Translation } from './keycloak-users.ts'
import type { Terminal } from './terminal.ts'

export interface RealmPlan extends Translation {
  realm: Realm
  /** Attributes and names of groups that are not there yet. */
  newAttributes: readonly Attribute[]
  newGroups: readonly string[]
  clients: TenantPlan
  notes: readonly Note[]
}

export async function planRealm(
  terminal: Terminal,
  files: readonly string[],
  { app, tenant, slug }: { app: App; tenant: Tenant; slug: string },
): Promise<RealmPlan> {
  const found = foundAttributes()
  const realm = await readRealm(terminal, files, (user) => found.see(attributesOf(user)))
  const groups = groupsOf(realm)
  const defined = found.attributes(groups.roleAttributes)
  const there = await tenant.store.attributes.list()
  const attributes = new Map(
    [...defined.defined].map(([name, one]) => [name, there.find((other) => other.name === one.name) ?? attributeSchema.parse(one)]),
  )
  const missing = [...attributes].filter(([, one]) => !there.includes(one))
  const tooMany = missing.slice(Math.max(0, maxAttributes - there.length))
  for (const [name] of tooMany) attributes.delete(name)
  const clients = await clientsOf(realm, { app, tenant, slug })
  return {
    realm,
    groups,
    attributes,
    newAttributes: missing.filter((one) => !tooMany.includes(one)).map(([, one]) => one),
    newGroups: await missingGroups(tenant, [...groups.names.values()]),
    clients: clients.plan,
    notes: [
      ...notesOf(realm, slug),
      ...groups.notes,
      ...defined.notes,
      ...tooMany.map(([name]) => ({ of: `attribute ${name}`, detail: `a tenant has at most ${maxAttributes}` })),
      ...clients.notes,
    ],
  }
}

async function missingGroups({ store }: Tenant, names: readonly string[]): Promise<string[]> {
  const missing: string[] = []
  for (const name of names) if (!(await store.groups.byName(foldName(name)))) missing.push(name)
  return missing
}

/** Clients that are there already stay as they are. */
async function clientsOf(
  realm: Realm,
  { app, tenant, slug }: { app: App; tenant: Tenant; slug: string },
): Promise<{ plan: TenantPlan; notes: Note[] }> {
  const notes: Note[] = []
  const entries: Record<string, unknown>[] = []
  for (const value of realm.clients ?? []) {
    const read = clientOf(value, realm, { server: app.server, algs: tenant.ctx.keys.algs })
    const of = `client ${read.id}`
    if (ownClients.has(read.id)) continue
    if (await tenant.store.clientsAdmin.find(read.id)) {
      notes.push({ of, detail: 'it is there already, and stays as it is' })
      continue
    }
    notes.push(...read.notes.map((detail) => ({ of, detail })))
    if ('leftOut' in read) notes.push({ of, detail: `it does not come: ${read.leftOut}` })
    else entries.push(read.entry)
  }
  const section = { tenant: slug, mayCreate: false, name: undefined, clients: entries, resources: undefined, folder: '.' }
  const others = {
    connections: undefined,
    webhooks: undefined,
    credentials: undefined,
    federation_entities: undefined,
    trusted_issuers: undefined,
  }
  return { plan: await planFor(app, { ...section, ...others }, {}), notes }
}

/** What a realm has besides clients, groups, roles and users. */
function notesOf(realm: Realm, slug: string): Note[] {
  const storages = realm.components?.['org.keycloak.storage.UserStorageProvider'] ?? []
  const lifetimes: [from: string, seconds: number | null | undefined, flag: string][] = [
    ['accessTokenLifespan', realm.accessTokenLifespan, '--lifetimes-access-token'],
    ['ssoSessionIdleTimeout', realm.ssoSessionIdleTimeout, '--lifetimes-session-idle'],
    ['ssoSessionMaxLifespan', realm.ssoSessionMaxLifespan, '--lifetimes-session-absolute'],
  ]
  return [
    ...(realm.identityProviders ?? []).map(({ alias }) => ({
      of: `identity provider ${alias}`,
      detail: 'declare it with "gatehouse connections create"',
    })),
    ...(realm.authenticationFlows ?? [])
      .filter(({ builtIn }) => builtIn === false)
      .map(({ alias }) => ({ of: `authentication flow ${alias}`, detail: 'there is nothing like it here' })),
    ...storages.map(({ name }) => ({ of: `user storage ${name}`, detail: 'people of other directories come without a password' })),
    ...(realm.organizations ?? []).map(({ name }) => ({ of: `organization ${name}`, detail: 'make a tenant or a group of it' })),
    ...(Object.keys(realm.smtpServer ?? {}).length > 0 ? [{ of: 'setting smtpServer', detail: 'set mail.smtp_url_file' }] : []),
    ...lifetimes.flatMap(([from, seconds, flag]) =>
      seconds ? [{ of: `setting ${from}`, detail: `run "gatehouse tenants update ${slug} ${flag} ${seconds}" to keep it` }] : [],
    ),
  ]
}
