/** A user of a Keycloak realm as an account to import, and what of them cannot come. */
import { z } from 'zod'
import { foreignHashProblem } from '../crypto/foreign-hashes.ts'
import { type KeycloakCredential, keycloakCredential, passwordOf, totpOf } from '../crypto/keycloak-credential.ts'
import { accountSchema, claimsSchema } from '../identity/accounts.ts'
import { type Attribute, fits } from '../identity/attributes.ts'
import { type Imported, importSchema } from '../identity/import-account.ts'
import { addressParts, clientRoles, realmRoles, standardClaimOf } from './keycloak-attributes.ts'
import type { Given, RealmGroups } from './keycloak-groups.ts'

const text = z.string().nullish()
const flag = z.boolean().nullish()
const texts = z.array(z.string()).nullish()

const schema = z.object({
  ...{ id: text, username: z.string(), email: text, emailVerified: flag, firstName: text, lastName: text, enabled: flag },
  ...{ serviceAccountClientId: text, serviceAccountClientLink: text, federationLink: text },
  attributes: z.record(z.string(), z.array(z.string())).nullish(),
  credentials: z.array(keycloakCredential).nullish(),
  ...{ requiredActions: texts, groups: texts, realmRoles: texts, clientRoles: z.record(z.string(), z.array(z.string())).nullish() },
  federatedIdentities: z.array(z.object({ identityProvider: z.string() })).nullish(),
  clientConsents: z.array(z.object({ clientId: z.string() })).nullish(),
})
type KeycloakUser = z.output<typeof schema>

/** `notes`: details that the person comes without. `groups`: names. */
export type ReadUser =
  | { name: string; leftOut: string }
  | { name: string; problem: string }
  | { name: string; notes: string[]; account: Imported; groups: string[]; totp: Uint8Array | undefined }

/** How the realm translates here. `attributes`: those of the tenant, by their names in Keycloak. */
export interface Translation {
  groups: RealmGroups
  attributes: ReadonlyMap<string, Attribute>
}

/** The attributes of a user that are no standard claims. */
export function attributesOf(value: unknown): Record<string, readonly string[]> {
  const user = schema.safeParse(value).data
  return user ? customAttributes(user) : {}
}

export function userOf(value: unknown, { groups, attributes }: Translation): ReadUser {
  const user = schema.safeParse(value).data
  if (!user) return { name: nameIn(value), problem: 'is not as Keycloak exports users' }
  const { id, username: name } = user
  if (user.serviceAccountClientId || user.serviceAccountClientLink) return { name, leftOut: 'is the account of a client, not of a person' }
  const notes: string[] = []
  const password = user.credentials?.find(({ type }) => type === 'password')
  const logins = loginsOf(user, notes)
  const input = {
    sub: id ?? undefined,
    ...logins,
    claims: claimsOf(user, logins.email, notes),
    attributes: valuesOf({ ...customAttributes(user), ...roleAttributes(user, groups) }, attributes, notes),
    password_hash: password && hashIn(password, notes),
    password_is_temporary: password?.temporary === true || user.requiredActions?.includes('UPDATE_PASSWORD') === true,
    status: user.enabled === false ? 'suspended' : 'active',
  }
  const totp = totpIn(user, notes)
  notes.push(...restOf(user, groups))
  const read = importSchema.safeParse(input)
  if (!read.success) return { name, problem: read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ') }
  const names = (user.groups ?? []).flatMap((path) => groups.names.get(path) ?? [])
  return { name, notes, account: read.data, groups: names, totp }
}

function nameIn(value: unknown): string {
  const name = (value as { username?: unknown } | null)?.username
  return typeof name === 'string' ? name : '(without a name)'
}

/** Whose user name is their own address signs in with that, as before, and is known by id: the address may change. */
function loginsOf({ username, email, id }: KeycloakUser, notes: string[]): { username: string; email: string | undefined } {
  const read = accountSchema.shape.email.safeParse(email ?? undefined)
  if (!read.success) notes.push('email: it is not a valid address')
  if (id && username.toLowerCase() === email?.toLowerCase()) return { username: id, email: read.data }
  const problem = accountSchema.shape.username.safeParse(username).error?.issues[0]?.message
  if (problem && id) notes.push(`username: it ${problem}; the user name is ${id}`)
  return { username: problem && id ? id : username, email: read.data }
}

function claimsOf(user: KeycloakUser, email: string | undefined, notes: string[]): Record<string, unknown> {
  const { firstName, lastName, emailVerified, attributes } = user
  const found: [from: string, claim: string, value: unknown][] = [
    ['firstName and lastName', 'name', [firstName, lastName].filter(Boolean).join(' ')],
    ['firstName', 'given_name', firstName],
    ['lastName', 'family_name', lastName],
    ['emailVerified', 'email_verified', email ? emailVerified : undefined],
    ['address', 'address', addressOf(attributes ?? {})],
    ...Object.entries(attributes ?? {}).flatMap(([name, [value]]): [string, string, unknown][] => {
      const claim = standardClaimOf(name)
      return claim ? [[name, claim, claim.endsWith('_verified') ? value === 'true' : value]] : []
    }),
  ]
  const kept = found.filter(([from, claim, value]) => {
    if (value === undefined || value === null || value === '') return false
    const problem = claimsSchema.shape[claim as keyof typeof claimsSchema.shape].safeParse(value).error?.issues[0]?.message
    if (problem) notes.push(`${from}: it ${problem}`)
    return !problem
  })
  return Object.fromEntries(kept.map(([, claim, value]) => [claim, value]))
}

function addressOf(attributes: Readonly<Record<string, readonly string[]>>): object | undefined {
  const parts = Object.entries(addressParts).flatMap(([name, part]) => (attributes[name]?.[0] ? [[part, attributes[name][0]]] : []))
  return parts.length > 0 ? Object.fromEntries(parts) : undefined
}

function customAttributes({ attributes }: KeycloakUser): Record<string, readonly string[]> {
  const isCustom = (name: string) => standardClaimOf(name) === undefined && !Object.hasOwn(addressParts, name)
  const present = Object.entries(attributes ?? {}).map(([name, values]) => [name, values.filter((value) => value.trim() !== '')] as const)
  return Object.fromEntries(present.filter(([name, values]) => isCustom(name) && values.length > 0))
}

/** Lists, however many there are. */
function roleAttributes(user: KeycloakUser, groups: RealmGroups): Record<string, readonly string[]> {
  const { realm, client } = groups.rolesOf(givenOf(user))
  return { ...(realm.length > 0 ? { [realmRoles]: realm } : {}), ...(client.length > 0 ? { [clientRoles]: client } : {}) }
}

function givenOf({ groups, realmRoles, clientRoles }: KeycloakUser): Given {
  return { groups: groups ?? [], realmRoles: realmRoles ?? [], clientRoles: clientRoles ?? {} }
}

function valuesOf(
  found: Readonly<Record<string, readonly string[]>>,
  attributes: ReadonlyMap<string, Attribute>,
  notes: string[],
): Record<string, unknown> {
  const values = Object.entries(found).flatMap(([from, texts]): [string, unknown][] => {
    const attribute = attributes.get(from)
    if (!attribute) return []
    const value = interpreted(texts, attribute.type)
    if (fits(attribute, { [attribute.name]: value })) return [[attribute.name, value]]
    notes.push(`attribute ${from}: it does not fit the attribute ${attribute.name} of the tenant`)
    return []
  })
  return Object.fromEntries(values)
}

function interpreted(texts: readonly string[], type: Attribute['type']): unknown {
  if (type === 'list') return texts
  const [text = ''] = texts
  if (texts.length > 1) return undefined
  if (type === 'number') return text.trim() === '' ? undefined : Number(text)
  return type === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text
}

function hashIn(credential: KeycloakCredential, notes: string[]): string | undefined {
  const read = passwordOf(credential)
  const problem = 'problem' in read ? read.problem : foreignHashProblem(read.hash)
  if (problem) notes.push(`password: it ${problem}`)
  return 'hash' in read && !problem ? read.hash : undefined
}

/** The first authenticator app that shows the codes which are checked here. */
function totpIn({ credentials }: KeycloakUser, notes: string[]): Uint8Array | undefined {
  let found: Uint8Array | undefined
  for (const credential of credentials ?? []) {
    if (!['otp', 'totp', 'hotp'].includes(credential.type)) continue
    const read = totpOf(credential)
    const named = `authenticator app ${credential.userLabel ?? ''}`.trim()
    if ('problem' in read) notes.push(`${named}: it ${read.problem}`)
    else if (found) notes.push(`${named}: an account has one app`)
    else found = read.secret
  }
  return found
}

/** What never comes. */
function restOf(user: KeycloakUser, groups: RealmGroups): string[] {
  const credentials = (user.credentials ?? []).filter(({ type }) => !['password', 'otp', 'totp', 'hotp'].includes(type))
  const actions = (user.requiredActions ?? []).filter((action) => !['UPDATE_PASSWORD', 'VERIFY_EMAIL'].includes(action))
  return [
    ...credentials.map(({ type }) => `credential ${type}`),
    ...actions.map((action) => `required action ${action}`),
    ...(user.federationLink ? [`password: it is in the user storage ${user.federationLink}`] : []),
    ...(user.federatedIdentities ?? []).map(
      ({ identityProvider }) => `identity at ${identityProvider}: the person connects it again on the account page`,
    ),
    ...((user.clientConsents ?? []).length > 0 ? ['consents: they are asked again'] : []),
    ...groups.rolesOf(givenOf(user)).own.map((role) => `role ${role}: rights here are given by "gatehouse users set-role"`),
    ...(user.groups ?? []).filter((path) => !groups.names.has(path)).map((path) => `group ${path}`),
  ]
}
