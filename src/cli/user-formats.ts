/** The exports of other servers, record by record, as accounts that can be brought here. */
import { z } from 'zod'
import { type FirebaseProject, fromFirebase } from '../crypto/firebase-scrypt.ts'
import { keycloakCredential, passwordOf } from '../crypto/keycloak-credential.ts'
import type { Imported } from '../identity/import-account.ts'
import { refuse } from './problems.ts'
import { jsonLines, type Record, usersOf } from './records.ts'

/** What a record tells: an account, still to be checked; that it is nobody's; or why it cannot be understood. */
export type ParsedUser = { account: unknown } | { leftOut: string } | { problem: string }

export interface UserFormat {
  records(text: AsyncIterable<string>): AsyncIterable<Record>
  /** `project`: for the passwords of Firebase. */
  tell(value: unknown, project: FirebaseProject | undefined): ParsedUser
}

export const userFormats: Readonly<globalThis.Record<string, UserFormat>> = {
  gatehouse: { records: jsonLines, tell: (account) => ({ account }) },
  keycloak: { records: usersOf, tell: keycloakUser },
  firebase: { records: usersOf, tell: firebaseUser },
  auth0: { records: jsonLines, tell: auth0User },
}

type Account = Partial<Omit<Imported, 'claims'>> & { claims: { [name: string]: unknown } }

/** Without the members that have no value. */
function account({ claims, ...rest }: Account): ParsedUser {
  return { account: { ...present(rest), claims: present(claims) } }
}

function present(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null && value !== ''))
}

const text = z.string().nullish()
const flag = z.boolean().nullish()

const keycloak = z.object({
  id: text,
  username: z.string(),
  email: text,
  emailVerified: flag,
  firstName: text,
  lastName: text,
  enabled: flag,
  serviceAccountClientId: text,
  serviceAccountClientLink: text,
  requiredActions: z.array(z.string()).nullish(),
  credentials: z.array(keycloakCredential).nullish(),
})

/** A user of a realm export. Second factors, attributes, groups and roles come by `gatehouse import keycloak` only. */
function keycloakUser(value: unknown): ParsedUser {
  const user = keycloak.safeParse(value).data
  if (!user) return { problem: 'it is not a user as Keycloak exports them' }
  if (user.serviceAccountClientId || user.serviceAccountClientLink) return { leftOut: 'it is the account of a client, not of a person' }
  const password = user.credentials?.find(({ type }) => type === 'password')
  const read = password && passwordOf(password)
  if (read && 'problem' in read) return { problem: `its password ${read.problem}` }
  return account({
    sub: user.id ?? undefined,
    username: nameFor(user.username, user.email, user.id),
    email: user.email ?? undefined,
    claims: {
      name: [user.firstName, user.lastName].filter(Boolean).join(' '),
      given_name: user.firstName,
      family_name: user.lastName,
      email_verified: user.email ? user.emailVerified : undefined,
    },
    password_hash: read?.hash,
    password_is_temporary: password?.temporary === true || user.requiredActions?.includes('UPDATE_PASSWORD') === true,
    status: user.enabled === false ? 'suspended' : 'active',
  })
}

const firebase = z.object({
  localId: z.string(),
  email: text,
  emailVerified: flag,
  displayName: text,
  photoUrl: text,
  phoneNumber: text,
  passwordHash: text,
  salt: text,
  disabled: flag,
  providerUserInfo: z.array(z.unknown()).nullish(),
})

/** A user of `firebase auth:export`. Who signed in by other means only comes without a password. */
function firebaseUser(value: unknown, project: FirebaseProject | undefined): ParsedUser {
  const user = firebase.safeParse(value).data
  if (!user) return { problem: 'it is not a user as Firebase exports them' }
  const { localId, passwordHash, salt } = user
  if (!user.email && !user.phoneNumber && !passwordHash && (user.providerUserInfo ?? []).length === 0)
    return { leftOut: 'it is an anonymous user, who has nothing to sign in with' }
  const bytes = (base64: string) => Buffer.from(base64, 'base64')
  const exported = passwordHash ? { hash: bytes(passwordHash), salt: bytes(salt ?? '') } : undefined
  if (exported && !project) return { problem: 'it has a password: say --hash-config' }
  const hash = exported && project ? fromFirebase(project, exported) : undefined
  if (exported && hash === undefined) return { problem: 'it has a password hash that is not as long as the signer key' }
  return account({
    sub: localId,
    username: localId,
    email: user.email ?? undefined,
    claims: {
      name: user.displayName,
      picture: user.photoUrl,
      phone_number: user.phoneNumber,
      phone_number_verified: user.phoneNumber ? true : undefined,
      email_verified: user.email ? user.emailVerified : undefined,
    },
    password_hash: hash,
    status: user.disabled ? 'suspended' : 'active',
  })
}

const auth0 = z.object({
  _id: z.object({ $oid: z.string() }),
  email: text,
  email_verified: flag,
  username: text,
  name: text,
  given_name: text,
  family_name: text,
  nickname: text,
  picture: text,
  passwordHash: text,
})

/** A line of the export of password hashes, which Auth0 makes on request. */
function auth0User(value: unknown): ParsedUser {
  const user = auth0.safeParse(value).data
  if (!user) return { problem: 'it is not a user as Auth0 exports them' }
  const { $oid } = user._id
  return account({
    sub: `auth0|${$oid}`,
    username: nameFor(user.username ?? $oid, user.email, $oid),
    email: user.email ?? undefined,
    claims: {
      name: user.name === user.email ? undefined : user.name,
      given_name: user.given_name,
      family_name: user.family_name,
      nickname: user.nickname,
      picture: user.picture,
      email_verified: user.email ? user.email_verified : undefined,
    },
    password_hash: user.passwordHash ?? undefined,
  })
}

/** Whose user name is their own address signs in with that, as before, and is known by id: the address may change. */
function nameFor(username: string, email: string | null | undefined, id: string | null | undefined): string {
  return id && username.toLowerCase() === email?.toLowerCase() ? id : username
}

/** The "password hash parameters" as the console of Firebase shows them, or the same as JSON. */
export function firebaseProject(config: string): FirebaseProject {
  const named = (name: string) => new RegExp(`\\b${name}"?\\s*:\\s*"?([A-Za-z0-9+/=_-]+)`).exec(config)?.[1]
  const [key, separator] = [named('base64_signer_key'), named('base64_salt_separator')]
  const [rounds, memCost] = [Number(named('rounds')), Number(named('mem_cost'))]
  if (!key || separator === undefined || !Number.isInteger(rounds) || !Number.isInteger(memCost))
    return refuse('--hash-config must hold base64_signer_key, base64_salt_separator, rounds and mem_cost')
  return { signerKey: Buffer.from(key, 'base64'), saltSeparator: Buffer.from(separator, 'base64'), rounds, memCost }
}
