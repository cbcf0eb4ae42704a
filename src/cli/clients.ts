/** `gatehouse clients`: applications and machines — the metadata of RFC 7591. */

import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { Raw } from '../config/raw.ts'
import { changeClient, metadataOf } from '../protocol/change-client.ts'
import { type ClientMetadata, clientSchema } from '../protocol/client.ts'
import { hasSecret, signsWithSecret } from '../protocol/client-secret-methods.ts'
import { preAuthorizedGrant } from '../protocol/credential-offer.ts'
import { profiles } from '../protocol/features/profiles.ts'
import { mergePatch } from '../protocol/merge-patch.ts'
import { checkConnections } from '../protocol/named-connections.ts'
import { readClient } from '../protocol/register.ts'
import { checkSectorIdentifier } from '../protocol/sector-identifier.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, merged, print, printJson, printTable, readObject } from './admin-command.ts'
import { checkProfile, clientCheck, profileNames, readProfile } from './client-check.ts'
import { clientFlagOf, type KeyFlags, keyFlags, keysByFlags, noteKey, printedKey, withKeyFile } from './client-keys.ts'
import { clientLogout } from './client-logout.ts'
import { clientSecrets, noSuchClient, type SecretFlags, secretFlags, secretFor, signingSecret } from './client-secrets.ts'
import { membersOfClient } from './declared.ts'
import { addFlags, givenByFlags } from './flags.ts'
import { libraries } from './libraries.ts'
import { withTenant } from './open.ts'
import { checked, refuse, refuseIssues, withIssuesRenamed } from './problems.ts'
import { sheet, type Terminal } from './terminal.ts'

interface FieldFlags extends AdminFlags, SecretFlags, KeyFlags {
  file?: string
  profile?: string
  for?: string
  unset?: string[]
}

const metadataFlags = 'Metadata:'

export function clients(group: Command, terminal: Terminal): void {
  const create = adminCommand(group, 'create', 'register a client; a generated secret is shown only once', [
    'gatehouse clients create --client-name Shop --redirect-uris https://shop.example/callback',
    'gatehouse clients create --client-id robot --grant-types client_credentials --scope "orders:read"',
    'gatehouse clients create --client-id shop --redirect-uris https://shop.example/api/auth/callback/gatehouse --for nextjs',
    'gatehouse clients create --file client.json --profile fapi2 --generate-key client-key.json',
    "gatehouse clients create --client-id robot --grant-types client_credentials --secret-hash '$2b$12$...'",
  ])
  secretFlags(create).addOption(
    new Option('--for <library>', 'set what this library needs, and print its settings').choices(Object.keys(libraries)),
  )
  addFlags(fileFlags(create), clientSchema, metadataFlags).action((flags: FieldFlags, command: Command) =>
    createClient(terminal, flags, command),
  )

  adminCommand(group, 'list', 'all clients', ['gatehouse clients list', 'gatehouse clients list --json']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, (tenant) => list(terminal, flags, tenant)),
  )
  adminCommand(group, 'show <id>', 'one client', ['gatehouse clients show robot']).action((id: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant) => print(terminal, flags.json, await show(tenant, id))),
  )

  const update = adminCommand(group, 'update <id>', 'change only the given members', [
    'gatehouse clients update shop --redirect-uris https://shop.example/callback https://shop.example/return',
    'gatehouse clients update shop --unset logo_uri',
  ]).option('--unset <fields...>', 'metadata to remove')
  addFlags(fileFlags(update), clientSchema, metadataFlags).action((id: string, flags: FieldFlags, command: Command) =>
    updateClient(terminal, id, flags, command),
  )

  for (const [verb, status, summary] of [
    ['disable', 'disabled', 'refuse all requests of a client and void everything issued to it'],
    ['enable', 'active', 'enable a disabled client; what was issued to it before stays void'],
  ] as const) {
    adminCommand(group, `${verb} <id>`, summary, [`gatehouse clients ${verb} shop`]).action((id: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ store }, done) => {
        if (!(await store.clientsAdmin.setStatus(id, status))) noSuchClient(id)
        await done('client.status', id, { status })
        confirm(terminal, flags.json, { client_id: id, status }, `Client ${id} is ${status}.`)
      }),
    )
  }

  adminCommand(group, 'delete <id>', 'delete a client with its secrets and grants', ['gatehouse clients delete shop']).action(
    (id: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ ctx, store }, done) => {
        if (!(await store.clientsAdmin.remove(id, ctx.now()))) noSuchClient(id)
        await done('client.remove', id)
        confirm(terminal, flags.json, { client_id: id, deleted: true }, `Client ${id} is deleted.`)
      }),
  )

  clientCheck(group, terminal)
  clientLogout(group, terminal)
  clientSecrets(group, terminal)
  signingSecret(group, terminal)
}

function fileFlags(command: Command): Command {
  return keyFlags(command)
    .option('--file <path>', 'metadata as a JSON object; - reads standard input; flags take precedence')
    .option('--profile <name>', `profile to start from: ${profileNames}`)
}

async function createClient(terminal: Terminal, flags: FieldFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const { members, key } = await keysByFlags(flags)
    const { client_secret: secretInFile, ...given } = merged(await fields(terminal, command, flags), members)
    if (flags.for !== undefined && given['redirect_uris'] === undefined) refuse(withoutRedirectUri(flags.for))
    const client = register(tenant, given, clientFlagOf(flags))
    checkProfile(flags.profile === undefined ? undefined : readProfile(flags.profile), client)
    await checkSectorIdentifier(tenant.ctx, client)
    await checkConnections(tenant.store, client)
    const chosen = typeof secretInFile === 'string' ? { secret: secretInFile, ...flags } : flags
    const { row, shown } = secretFor(client, chosen, tenant)
    await withKeyFile(flags, key, async () => {
      if (!(await tenant.store.clientsAdmin.add(client, row ? [row] : []))) refuse(`a client ${client.client_id} is registered already`)
    })
    await done('client.create', client.client_id)
    const once = { client_secret: shown, ...printedKey(flags, key) }
    if (flags.json) printJson(terminal, { ...client, ...once })
    else terminal.stdout.write(sheet(terminal, { ...membersOfClient(client), ...once }) + nextSteps(tenant, client, shown, flags.for))
    noteKey(terminal, flags)
    noteGrantTypes(terminal, flags, tenant, client)
    noteDetailTypes(terminal, tenant, client)
    const stored = signsWithSecret(client) ? 'The secret is not stored' : 'Only a hash of the secret is stored'
    if (shown !== undefined && chosen.secret === undefined) terminal.stderr.write(`${stored}: note it now.\n`)
  })
}

async function updateClient(terminal: Terminal, id: string, flags: FieldFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const held = await show(tenant, id)
    const { members, key } = await keysByFlags(flags, held.jwks?.keys)
    const given = merged(await fields(terminal, command, flags), members)
    if (given['client_id'] !== undefined && given['client_id'] !== id) refuse('client_id cannot be changed')
    const removed = Object.fromEntries((flags.unset ?? []).map((name) => [name, null]))
    const patch = { ...removed, ...given }
    checked(clientSchema, mergePatch(held, patch), clientFlagOf(flags))
    const change = async () => (await withIssuesRenamed(clientFlagOf(flags), changeClient(tenant, id, patch))) ?? noSuchClient(id)
    const client = await withKeyFile(flags, key, change)
    await done('client.change', id, { changed: Object.keys(given).join(' ') })
    print(terminal, flags.json, { ...client, ...printedKey(flags, key) })
    noteKey(terminal, flags)
    noteDetailTypes(terminal, tenant, client)
  })
}

/** Members given by profile, library, file and flags; the later take precedence. */
async function fields(terminal: Terminal, command: Command, { file, profile, for: library }: FieldFlags): Promise<Record<string, unknown>> {
  const members = profile === undefined ? {} : profiles[readProfile(profile)].members
  const fromFile = await readObject(terminal, file)
  const needed = library === undefined ? {} : (libraries[library]?.client ?? {})
  return [members, needed, fromFile, givenByFlags(command, clientSchema)].reduce<Raw>(merged, {})
}

/** The commands with which a tenant, here {}, offers a grant type. */
const offers: Readonly<Record<string, string>> = {
  implicit: 'gatehouse tenants update {} --front-channel-tokens true',
  password: 'gatehouse tenants update {} --password-grant true',
  [preAuthorizedGrant]: 'gatehouse credentials create',
}

function noteGrantTypes({ stderr }: Terminal, flags: AdminFlags, { ctx }: Tenant, { grant_types: grantTypes }: ClientMetadata): void {
  for (const name of grantTypes.filter((one) => ctx.tenant.withoutGrantTypes.includes(one)))
    stderr.write(`This tenant does not offer ${name} yet: ${offers[name]?.replace('{}', flags.tenant)}\n`)
}

function noteDetailTypes({ stderr }: Terminal, { ctx }: Tenant, { authorization_details_types: types }: ClientMetadata): void {
  for (const type of types.filter((one) => !ctx.tenant.detailTypes.some(({ name }) => name === one)))
    stderr.write(`No API declares the type ${type} of authorization_details yet: see "gatehouse resources update --help".\n`)
}

/** Some libraries have a path of their own, which their settings name. */
function withoutRedirectUri(library: string): string {
  const [issuer, clientId] = ['', '']
  const settings = libraries[library]?.settings({ issuer, clientId, secret: undefined, redirectUri: '' }) ?? ''
  const [own = 'https://YOUR-APP/callback'] = /https:\/\/YOUR-APP\S+/.exec(settings) ?? []
  return `--redirect-uris is missing: where ${library} expects people back, such as ${own}`
}

/** What the developer enters into the application. */
function nextSteps({ ctx: { issuer } }: Tenant, client: ClientMetadata, secret: string | undefined, library: string | undefined): string {
  const [redirectUri] = client.redirect_uris
  const known = library === undefined ? undefined : libraries[library]
  if (known && redirectUri !== undefined) {
    const settings = known.settings({ issuer, clientId: client.client_id, secret, redirectUri })
    return `\nSettings for ${library}, in ${known.file}:\n\n${settings}\n\n`
  }
  if (redirectUri !== undefined)
    return `\nGive your OpenID Connect library the issuer ${issuer}${credentialsOf(client)}.\n"gatehouse clients create --help" lists the libraries for which --for prints settings.\n`
  return client.grant_types.includes('client_credentials') && secretTravels(client)
    ? `\nGet a token:\n\n  curl ${issuer}/token -u '${client.client_id}:${secret ?? 'SECRET'}' -d grant_type=client_credentials\n`
    : ''
}

/** Does a request show the secret itself? */
function secretTravels(client: ClientMetadata): boolean {
  return hasSecret(client) && !signsWithSecret(client)
}

function credentialsOf({ token_endpoint_auth_method: method }: ClientMetadata): string {
  if (method === 'none') return ' and the client ID'
  return `, the client ID and the ${method.startsWith('client_secret_') ? 'secret' : method.includes('tls') ? 'certificate' : 'private key'}`
}

/** Checks the form first, with messages that name flags, and then what this server offers. */
function register({ ctx }: Tenant, metadata: Record<string, unknown>, nameOf: (path: string) => string): ClientMetadata {
  const client = checked(clientSchema, { client_id: ctx.id(), ...metadata }, nameOf)
  try {
    return readClient(ctx.server, ctx.keys.algs, client, ctx.id)
  } catch (error) {
    if (error instanceof z.ZodError) refuseIssues(error, nameOf)
    throw error
  }
}

async function list(terminal: Terminal, { json }: AdminFlags, { store }: Tenant): Promise<void> {
  const found = await all(store.clientsAdmin.list, (client) => client.client_id)
  const rows = found.map((client) => [
    client.client_id,
    client.client_name ?? '',
    client.token_endpoint_auth_method,
    client.grant_types.join(' '),
    client.scope,
  ])
  printTable(terminal, json, found, ['client_id', 'name', 'authentication', 'grant types', 'scope'], rows)
}

/** What is registered, without secrets. */
async function show({ store }: Tenant, id: string): Promise<ClientMetadata> {
  return metadataOf((await store.clientsAdmin.find(id)) ?? noSuchClient(id))
}
