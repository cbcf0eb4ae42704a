/** A file that declares clients (RFC 7591 §2), resources, connections, webhooks, credentials, federation entities and trusted issuers: read and written. */

import { isAbsolute, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { type ConnectionMetadata, connectionSchema } from '../connections/connection.ts'
import { isWebhookSecret } from '../crypto/webhook-secret.ts'
import { type WebhookMetadata, webhookSchema } from '../identity/webhooks.ts'
import type { SigningAlg } from '../protocol/algs.ts'
import { type ClientMetadata, clientSchema } from '../protocol/client.ts'
import { policySchema } from '../protocol/client-policy.ts'
import { hasSecret, signsWithSecret } from '../protocol/client-secret-methods.ts'
import { type CredentialConfiguration, credentialConfigurationSchema } from '../protocol/credential-configuration.ts'
import type { Server } from '../protocol/feature.ts'
import { entitySchema, type FederationEntity } from '../protocol/federation/entity.ts'
import { readClient } from '../protocol/register.ts'
import type { Assignee } from '../protocol/registry.ts'
import { type ResourceMetadata, readResource, resourceSchema } from '../protocol/resource.ts'
import { slugSchema, tenantNameSchema } from '../protocol/tenant-settings.ts'
import { type TrustedIssuer, trustedIssuerSchema } from '../protocol/trusted-issuer.ts'
import { textOf } from './admin-command.ts'
import { assignmentsSchema, type NamedAssignments } from './declared-assignments.ts'
import type { Kind, PlanEntry } from './plan.ts'
import { checked, Problems, refuse, refuseIssues } from './problems.ts'
import { readAll, type Terminal } from './terminal.ts'

const list = z.array(z.record(z.string(), z.unknown())).optional()
const section = {
  name: tenantNameSchema.optional(),
  ...{
    clients: list,
    resources: list,
    connections: list,
    webhooks: list,
    credentials: list,
    federation_entities: list,
    trusted_issuers: list,
  },
}
const fileSchema = z.strictObject({ ...section, tenants: z.record(slugSchema, z.strictObject(section)).default({}) })

/** What the file declares about one tenant. An absent list leaves its kind alone. */
export interface TenantSection {
  /** 'root' is the root tenant. */
  tenant: string
  /** May the tenant be made? */
  mayCreate: boolean
  name: string | undefined
  clients: readonly Record<string, unknown>[] | undefined
  resources: readonly Record<string, unknown>[] | undefined
  connections: readonly Record<string, unknown>[] | undefined
  webhooks: readonly Record<string, unknown>[] | undefined
  credentials: readonly Record<string, unknown>[] | undefined
  federation_entities: readonly Record<string, unknown>[] | undefined
  trusted_issuers: readonly Record<string, unknown>[] | undefined
  /** Where files that the section names are. */
  folder: string
}

/** One thing that a file declares, checked. `secret`: a text, 'generate' for one of ours unless there is one, or undefined to leave it alone. */
export type Declared = PlanEntry & { secret: string | undefined } & (
    | { kind: 'client'; metadata: ClientMetadata; assigned: NamedAssignments | undefined; assignees?: readonly Assignee[] }
    | { kind: 'resource'; metadata: ResourceMetadata }
    | { kind: 'connection'; metadata: ConnectionMetadata }
    | { kind: 'webhook'; metadata: WebhookMetadata }
    | { kind: 'credential'; metadata: CredentialConfiguration }
    | { kind: 'federation entity'; metadata: FederationEntity }
    | { kind: 'trusted-issuer'; metadata: TrustedIssuer }
  )

/** What the file holds. `tenant`: whose the lists outside of `tenants` are. `-` is standard input. */
export async function readSections(terminal: Terminal, file: string, tenant: string): Promise<TenantSection[]> {
  const { tenants, ...own } = checked(
    fileSchema,
    parsed(file, file === '-' ? await readAll(terminal.stdin) : textOf(file)),
    (path) => path || file,
  )
  const folder = file === '-' ? '.' : join(file, '..')
  const first = Object.values(own).some(Boolean) ? [{ tenant, mayCreate: false, name: undefined, ...own, folder }] : []
  const others = Object.entries(tenants).map(([slug, section]) => ({
    tenant: slug,
    mayCreate: slug !== 'root',
    name: section.name,
    ...section,
    folder,
  }))
  if (others.some((section) => section.tenant === first[0]?.tenant)) refuse(`tenant ${tenant} is declared twice, once under tenants`)
  return [...first, ...others].map(
    ({ clients, resources, connections, webhooks, credentials, federation_entities, trusted_issuers, ...section }) => ({
      ...section,
      ...{ clients, resources, connections, webhooks, credentials, federation_entities, trusted_issuers },
    }),
  )
}

function parsed(file: string, text: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false }) // whose errors would quote the file
  const [error] = document.errors
  if (!error) return document.toJS() ?? {}
  const { line, col } = lines.linePos(error.pos[0])
  return refuse(`${file} is not valid YAML at line ${line}, column ${col}`)
}

/** All that is declared of a tenant; refuses with every problem there is. */
export function readSection(
  section: TenantSection,
  offered: { server: Server; algs: readonly SigningAlg[] },
  allowWeakSecret: boolean,
): Declared[] {
  const problems: string[] = []
  const attempt = (kind: Kind, entry: Record<string, unknown>): Declared[] => {
    try {
      if (kind === 'trusted-issuer') return [readDeclaredIssuer(entry)]
      if (kind === 'connection') return [readDeclaredConnection(entry, section.folder)]
      if (kind === 'webhook') return [readDeclaredWebhook(entry, section.folder)]
      if (kind === 'credential') return [readDeclaredCredential(entry)]
      if (kind === 'federation entity') return [readDeclaredEntity(entry)]
      return [
        kind === 'client'
          ? readDeclaredClient(entry, offered.server, offered.algs, section.folder)
          : readDeclaredResource(entry, offered.algs, section.folder),
      ]
    } catch (error) {
      if (!(error instanceof Problems)) throw error
      problems.push(...error.sentences)
      return []
    }
  }
  const clients = (section.clients ?? []).flatMap((entry) => attempt('client', entry))
  const resources = (section.resources ?? []).flatMap((entry) => attempt('resource', entry))
  const connections = (section.connections ?? []).flatMap((entry) => attempt('connection', entry))
  const webhooks = (section.webhooks ?? []).flatMap((entry) => attempt('webhook', entry))
  const credentials = (section.credentials ?? []).flatMap((entry) => attempt('credential', entry))
  const entities = (section.federation_entities ?? []).flatMap((entry) => attempt('federation entity', entry))
  const issuers = (section.trusted_issuers ?? []).flatMap((entry) => attempt('trusted-issuer', entry))
  const all = [...resources, ...clients, ...connections, ...webhooks, ...credentials, ...entities, ...issuers]
  for (const { kind, id, secret } of all) {
    if (all.filter((other) => other.kind === kind && other.id === id).length > 1) problems.push(`${kind} ${id} is declared twice`)
    if (kind !== 'connection' && secret !== undefined && secret !== generate && secret.length < 22 && !allowWeakSecret)
      problems.push(
        `${kind} ${id}: the secret is shorter than 22 characters: write "generate" to have one generated, or add --allow-weak-secret`,
      )
  }
  return problems.length > 0 ? refuse(...new Set(problems)) : all
}

/** In place of a secret: generate one, unless there is one already. */
export const generate = 'generate'

function readDeclaredClient(entry: Record<string, unknown>, server: Server, algs: readonly SigningAlg[], folder: string): Declared {
  const { client_secret, client_secret_file, assignments, ...given } = entry
  const id = typeof given['client_id'] === 'string' ? given['client_id'] : refuse('a client has no client_id')
  const named = (path: string) => `client ${id}: ${path}`
  const assigned = assignments === undefined ? undefined : checked(assignmentsSchema, assignments, (path) => named(`assignments.${path}`))
  const metadata = orRefuse(named, () => readClient(server, algs, checked(clientSchema, given, named), () => id))
  const secret = secretOf({ text: client_secret, file: client_secret_file, folder, named: named('client_secret') })
  if (signsWithSecret(metadata) && secret !== undefined && secret !== generate)
    refuse(`client ${id}: client_secret_jwt signs with the secret, which is always generated: write client_secret: generate`)
  if (hasSecret(metadata)) return { kind: 'client', id, metadata, assigned, members: membersOfClient(metadata), secret: secret ?? generate }
  return secret === undefined
    ? { kind: 'client', id, metadata, assigned, members: membersOfClient(metadata), secret }
    : refuse(`client ${id}: a client with the authentication method ${metadata.token_endpoint_auth_method} has no secret`)
}

function readDeclaredResource(entry: Record<string, unknown>, algs: readonly SigningAlg[], folder: string): Declared {
  const { secret: text, secret_file, ...given } = entry
  const id = typeof given['identifier'] === 'string' ? given['identifier'] : refuse('a resource has no identifier')
  const named = (path: string) => `resource ${id}: ${path}`
  const metadata = orRefuse(named, () => readResource(algs, checked(resourceSchema, given, named)))
  const secret = secretOf({ text, file: secret_file, folder, named: named('secret') })
  return { kind: 'resource', id, metadata, members: membersOfResource(metadata), secret }
}

/** Its secret is the provider's: it is of any length, and nothing here can generate it. */
function readDeclaredConnection(entry: Record<string, unknown>, folder: string): Declared {
  const { client_secret, client_secret_file, ...given } = entry
  const id = typeof given['name'] === 'string' ? given['name'] : refuse('a connection has no name')
  const named = (path: string) => `connection ${id}: ${path}`
  const metadata = checked(connectionSchema, given, named)
  const secret = secretOf({ text: client_secret, file: client_secret_file, folder, named: named('client_secret') })
  return { kind: 'connection', id, metadata, members: membersOfConnection(metadata), secret }
}

/** Without a secret one is generated. */
function readDeclaredWebhook(entry: Record<string, unknown>, folder: string): Declared {
  const { secret: text, secret_file, ...given } = entry
  const id = typeof given['name'] === 'string' ? given['name'] : refuse('a webhook has no name')
  const named = (path: string) => `webhook ${id}: ${path}`
  const metadata = checked(webhookSchema, given, named)
  const secret = secretOf({ text, file: secret_file, folder, named: named('secret') }) ?? generate
  if (secret !== generate && !isWebhookSecret(secret)) refuse(`${named('secret')} must be whsec_ followed by 24 to 64 bytes in base64`)
  return { kind: 'webhook', id, metadata, members: membersOfWebhook(metadata), secret }
}

function readDeclaredCredential(entry: Record<string, unknown>): Declared {
  const id = typeof entry['id'] === 'string' ? entry['id'] : refuse('a credential has no id')
  const metadata = checked(credentialConfigurationSchema, entry, (path) => `credential ${id}: ${path}`)
  return { kind: 'credential', id, metadata, members: membersOfCredential(metadata), secret: undefined }
}

function readDeclaredEntity(entry: Record<string, unknown>): Declared {
  const id = idOfEntity(entry)
  const metadata = checked(entitySchema, entry, (path) => `federation entity ${id}: ${path}`)
  return { kind: 'federation entity', id, metadata, members: membersOfEntity(metadata), secret: undefined }
}

/** An entity may have several roles, each of which is declared. */
export function idOfEntity({ role, entity_id: id }: Readonly<Record<string, unknown>>): string {
  return typeof role === 'string' && typeof id === 'string' ? `${role} ${id}` : refuse('a federation entity has no role or no entity_id')
}

function readDeclaredIssuer(entry: Record<string, unknown>): Declared {
  const id = typeof entry['issuer'] === 'string' ? entry['issuer'] : refuse('a trusted issuer has no issuer')
  const metadata = checked(trustedIssuerSchema, entry, (path) => `trusted issuer ${id}: ${path}`)
  return { kind: 'trusted-issuer', id, metadata, members: membersOfIssuer(metadata), secret: undefined }
}

function orRefuse<T>(named: (path: string) => string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof z.ZodError) refuseIssues(error, named)
    throw error
  }
}

interface DeclaredSource {
  text: unknown
  file: unknown
  folder: string
  named: string
}

function secretOf({ text, file, folder, named }: DeclaredSource): string | undefined {
  if (text !== undefined && file !== undefined) refuse(`${named} and ${named.split(' ').at(-1)}_file cannot be combined`)
  if (file === undefined) return text === undefined || typeof text === 'string' ? text : refuse(`${named} must be text`)
  if (typeof file !== 'string') return refuse(`${named}_file must be a path`)
  return textOf(isAbsolute(file) ? file : join(folder, file)).trim() || refuse(`${named}_file is empty`)
}

/** As a file would declare it. */
export function membersOfClient(client: ClientMetadata): Record<string, unknown> {
  const policy = withoutUsual(policySchema.shape, client.policy)
  const { policy: _, ...members } = withoutUsual(clientSchema.shape, client)
  return Object.keys(policy).length > 0 ? { ...members, policy } : members
}

/** As a file would declare it. */
export function membersOfResource(resource: ResourceMetadata): Record<string, unknown> {
  return withoutUsual(resourceSchema.shape, resource)
}

/** As a file would declare it. */
export function membersOfConnection(connection: ConnectionMetadata): Record<string, unknown> {
  const members = withoutUsual(connectionSchema.shape, connection)
  for (const part of ['sign_in', 'vault'] as const) {
    const inner = withoutUsual(connectionSchema.shape[part].unwrap().shape, connection[part])
    delete members[part]
    if (Object.keys(inner).length > 0) members[part] = inner
  }
  return members
}

/** As a file would declare it. */
export function membersOfWebhook(webhook: WebhookMetadata): Record<string, unknown> {
  return withoutUsual(webhookSchema.shape, webhook)
}

/** As a file would declare it. */
export function membersOfCredential(configuration: CredentialConfiguration): Record<string, unknown> {
  return withoutUsual(credentialConfigurationSchema.shape, configuration)
}

/** As a file would declare it. */
export function membersOfEntity(entity: FederationEntity): Record<string, unknown> {
  return withoutUsual(entitySchema.shape, entity)
}

/** As a file would declare it. */
export function membersOfIssuer(issuer: TrustedIssuer): Record<string, unknown> {
  return withoutUsual(trustedIssuerSchema.shape, issuer)
}

/** What differs from what would be there if nothing were said. */
function withoutUsual(shape: Readonly<Record<string, z.ZodType>>, value: object): Record<string, unknown> {
  const usual = (name: string) => shape[name]?.safeParse(undefined).data
  const named = Object.entries(value).filter(
    ([name, member]) => name in shape && member !== undefined && !isDeepStrictEqual(member, usual(name)),
  )
  return Object.fromEntries(named)
}
