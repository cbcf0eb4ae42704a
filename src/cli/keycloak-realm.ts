/** A realm export of Keycloak: its parts, read from one file or several that may be too large for memory. */
import { z } from 'zod'
import { refuse } from './problems.ts'
import { pieces } from './records.ts'
import type { Terminal } from './terminal.ts'

const text = z.string().nullish()
const texts = z.array(z.string()).nullish()
const ofClients = z.record(z.string(), z.array(z.string())).nullish()
const list = z.array(z.unknown()).nullish()

const roleSchema = z.object({
  name: z.string(),
  composites: z.object({ realm: texts, client: ofClients }).nullish(),
})
const rolesSchema = z.object({ realm: z.array(roleSchema).nullish(), client: z.record(z.string(), z.array(roleSchema)).nullish() })

export interface KeycloakGroup {
  name: string
  attributes?: Record<string, unknown> | null | undefined
  realmRoles?: string[] | null | undefined
  clientRoles?: Record<string, string[]> | null | undefined
  subGroups?: KeycloakGroup[] | null | undefined
}
const groupSchema: z.ZodType<KeycloakGroup> = z.object({
  name: z.string(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
  realmRoles: texts,
  clientRoles: ofClients,
  subGroups: z.lazy(() => z.array(groupSchema)).nullish(),
})

const aliased = z.array(z.object({ alias: z.string(), builtIn: z.boolean().nullish() })).nullish()
const mapper = z.object({
  name: z.string(),
  protocolMapper: z.string(),
  config: z.record(z.string(), z.string().nullable()).nullish(),
})
export type KeycloakMapper = z.output<typeof mapper>
export const mappers = z.array(mapper).nullish()

/** Its parts, except the users. */
const realmSchema = z.object({
  realm: z.string(),
  keycloakVersion: text,
  roles: rolesSchema.nullish(),
  groups: z.array(groupSchema).nullish(),
  defaultGroups: texts,
  clients: list,
  clientScopes: z.array(z.object({ name: z.string(), protocolMappers: mappers })).nullish(),
  identityProviders: aliased,
  authenticationFlows: aliased,
  components: z.record(z.string(), z.array(z.object({ name: text, providerId: text }))).nullish(),
  organizations: z.array(z.object({ name: z.string() })).nullish(),
  smtpServer: z.record(z.string(), z.unknown()).nullish(),
  accessTokenLifespan: z.int().nullish(),
  ssoSessionIdleTimeout: z.int().nullish(),
  ssoSessionMaxLifespan: z.int().nullish(),
})
export type Realm = z.output<typeof realmSchema>

/**
 * The parts of one realm. `eachUser`: gets every user, who is then forgotten. Refuses what is no export of one realm. With `--users
 * different_files`, Keycloak writes users into files of their own, which come after that of the realm.
 */
export async function readRealm(terminal: Terminal, files: readonly string[], eachUser: (user: unknown) => void): Promise<Realm> {
  const parts: Record<string, unknown> = {}
  for (const file of files)
    for await (const { key, value } of partsOf(terminal, file)) {
      if (key === 'users') eachUser(value)
      else if (key === 'realm' && parts['realm'] !== undefined && parts['realm'] !== value) refuse(`${file} is of another realm`)
      else parts[key] ??= value
    }
  const read = realmSchema.safeParse(parts)
  if (read.success) return read.data
  const { path = [] } = read.error.issues[0] ?? {}
  return refuse(
    parts['realm'] === undefined
      ? `${files[0]} is no export of a realm: export one with "kc.sh export --realm NAME --file realm.json"`
      : `${path.join('.')} is not as Keycloak exports it`,
  )
}

/** The users, in the order of the files. */
export async function* usersIn(terminal: Terminal, files: readonly string[]): AsyncGenerator<unknown> {
  for (const file of files) for await (const { key, value } of partsOf(terminal, file)) if (key === 'users') yield value
}

/** The members of the JSON object in a file, each user on their own. */
async function* partsOf(terminal: Terminal, file: string): AsyncGenerator<{ key: string; value: unknown }> {
  const { JSONParser } = await import('@streamparser/json') // only imports of such files load it
  const parser = new JSONParser({ paths: ['$.users.*', ...Object.keys(realmSchema.shape).map((name) => `$.${name}`)], keepStack: false })
  const found: { key: string; value: unknown }[] = []
  parser.onValue = ({ key, value }) => found.push({ key: typeof key === 'number' ? 'users' : String(key), value })
  for await (const piece of pieces(terminal, file)) {
    try {
      parser.write(piece)
    } catch {
      refuse(`${file} is not valid JSON`)
    }
    yield* found.splice(0)
  }
  if (!parser.isEnded) refuse(`${file} ends early`)
}
