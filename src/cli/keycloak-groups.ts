/** Groups and roles of a Keycloak realm: the names they get here, and all roles that a person has. */
import { foldName } from '../identity/account.ts'
import { groupSchema } from '../identity/groups.ts'
import { clientRoles, type Note, realmRoles } from './keycloak-attributes.ts'
import type { KeycloakGroup, Realm } from './keycloak-realm.ts'

/** Clients that Keycloak makes in every realm. */
export const ownClients: ReadonlySet<string> = new Set([
  ...['account', 'account-console', 'admin-cli', 'broker', 'realm-management', 'security-admin-console'],
])
const ownRoles = /^(?:offline_access|uma_authorization|default-roles-.*)$/

export interface RealmGroups {
  /** By the path that Keycloak writes, such as `/sales/europe`: the name here, `sales/europe`. */
  names: ReadonlyMap<string, string>
  notes: readonly Note[]
  /** Names of the attributes that hold roles: those of the realm, those of clients, if there are any. */
  roleAttributes: readonly string[]
  /** Roles of the realm, and of clients as `client:role`: those given, with all that follow from them. */
  rolesOf(given: Given): { realm: string[]; client: string[]; own: string[] }
}

/** What a person is in and has been given. */
export interface Given {
  groups: readonly string[]
  realmRoles: readonly string[]
  clientRoles: Readonly<Record<string, readonly string[]>>
}

export function groupsOf(realm: Realm): RealmGroups {
  const flat = flattened(realm.groups ?? [], '')
  const names = new Map<string, string>()
  const notes: Note[] = []
  const folded = new Set<string>()
  for (const [path, { attributes }] of flat) {
    const name = path.slice(1)
    const [fits, held] = [groupSchema.shape.name.safeParse(name), Object.keys(attributes ?? {})]
    const isTaken = fits.success && folded.has(foldName(fits.data))
    if (fits.success && !isTaken) names.set(path, fits.data)
    else if (isTaken) notes.push({ of: `group ${path}`, detail: 'another group has its name, but for case' })
    else notes.push({ of: `group ${path}`, detail: `its name ${fits.error?.issues[0]?.message}` })
    folded.add(foldName(name))
    if (held.length > 0) notes.push({ of: `group ${path}`, detail: `attributes ${held.join(', ')}: groups have none here` })
  }
  for (const path of realm.defaultGroups ?? []) notes.push({ of: `group ${path}`, detail: 'new people do not join it by default' })
  const composites = compositesOf(realm)
  const every = sorted([...composites.keys()])
  const roleAttributes = [...(every.realm.length > 0 ? [realmRoles] : []), ...(every.client.length > 0 ? [clientRoles] : [])]
  return { names, notes, roleAttributes, rolesOf: (given) => rolesOf(composites, flat, given) }
}

function flattened(groups: readonly KeycloakGroup[], above: string): Map<string, KeycloakGroup> {
  return new Map(
    groups.flatMap((group) => {
      const path = `${above}/${group.name}`
      return [[path, group] as const, ...flattened(group.subGroups ?? [], path)]
    }),
  )
}

function rolesOf(
  composites: ReadonlyMap<string, readonly string[]>,
  groups: ReadonlyMap<string, KeycloakGroup>,
  given: Given,
): ReturnType<RealmGroups['rolesOf']> {
  const waiting = namesOf(given.realmRoles, given.clientRoles)
  for (const path of given.groups.flatMap(withParents))
    waiting.push(...namesOf(groups.get(path)?.realmRoles, groups.get(path)?.clientRoles))
  const reached = new Set<string>()
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue
    reached.add(name)
    waiting.push(...(composites.get(name) ?? []))
  }
  return sorted([...reached])
}

function sorted(roles: readonly string[]): ReturnType<RealmGroups['rolesOf']> {
  const all = roles.toSorted()
  const ofRealm = all.filter((name) => name.startsWith(':')).map((name) => name.slice(1))
  const ofClients = all.filter((name) => !name.startsWith(':'))
  return {
    realm: ofRealm.filter((name) => !ownRoles.test(name)),
    client: ofClients.filter((name) => !isOwn(name)),
    own: ofClients.filter((name) => isOwn(name) && !name.startsWith('account:')),
  }
}

/** A role of a client that Keycloak makes: what people may do at Keycloak. */
function isOwn(name: string): boolean {
  return [...ownClients].some((client) => name.startsWith(`${client}:`))
}

/** `:role` of the realm, `client:role` of a client. */
function namesOf(ofRealm: readonly string[] | null | undefined, ofClients: Given['clientRoles'] | null | undefined): string[] {
  const clients = Object.entries(ofClients ?? {}).flatMap(([client, roles]) => roles.map((role) => `${client}:${role}`))
  return [...(ofRealm ?? []).map((role) => `:${role}`), ...clients]
}

/** By role: those that come with it. */
function compositesOf({ roles }: Realm): Map<string, string[]> {
  const ofRealm = (roles?.realm ?? []).map((role) => [`:${role.name}`, role] as const)
  const ofClients = Object.entries(roles?.client ?? {}).flatMap(([client, own]) =>
    own.map((role) => [`${client}:${role.name}`, role] as const),
  )
  return new Map([...ofRealm, ...ofClients].map(([name, { composites }]) => [name, namesOf(composites?.realm, composites?.client)]))
}

/** A member of a group has the roles of the groups above it. */
function withParents(path: string): string[] {
  const parts = path.split('/').slice(1)
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)
}
