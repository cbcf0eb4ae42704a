/** `gatehouse resources`: protected APIs, the audiences of access tokens — RFC 8707 — and their credentials for introspection. */
import type { Command } from 'commander'
import { z } from 'zod'
import { type ResourceMetadata, readResource, resourceSchema } from '../protocol/resource.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, merged, print, printTable, readObject } from './admin-command.ts'
import { type SecretFlags, secretByFlags, secretFlags } from './client-secrets.ts'
import { duration } from './duration.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, refuse, refuseIssues } from './problems.ts'
import type { Terminal } from './terminal.ts'

interface ResourceFlags extends AdminFlags, SecretFlags {
  file?: string
  randomSecret?: true
  unset?: string[]
}

const heading = 'Resource:'

export function resources(group: Command, terminal: Terminal): void {
  const create = adminCommand(group, 'create', 'register an API; a generated secret is shown only once', [
    `gatehouse resources create --identifier https://api.example/orders --name Orders --scopes '{"orders:read": "See your orders"}'`,
    'gatehouse resources create --identifier https://api.example/files --name Files --resource-id files --random-secret',
  ])
  secretFlags(fileFlag(create)).option('--random-secret', 'generate a secret with which it authenticates at introspection')
  addFlags(create, resourceSchema, heading).action((flags: ResourceFlags, command: Command) => createResource(terminal, flags, command))

  adminCommand(group, 'list', 'all APIs', ['gatehouse resources list']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      const found = await all(store.resourcesAdmin.list, (resource) => resource.identifier)
      const rows = found.map(({ identifier, name, scopes }) => [identifier, name, Object.keys(scopes).join(' ')])
      printTable(terminal, flags.json, found, ['identifier', 'name', 'scopes'], rows)
    }),
  )
  adminCommand(group, 'show <identifier>', 'one API', ['gatehouse resources show https://api.example/orders']).action(
    (identifier: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant) => {
        const { secretHashes, tokensFrom: _, ...resource } = await find(tenant, identifier)
        print(terminal, flags.json, { ...resource, has_secret: secretHashes.length > 0 })
      }),
  )

  const update = adminCommand(group, 'update <identifier>', 'change only the given members', [
    'gatehouse resources update https://api.example/orders --access-token-format opaque',
    'gatehouse resources update https://api.example/orders --unset access_token_lifetime',
  ]).option('--unset <fields...>', 'members to remove')
  addFlags(fileFlag(update), resourceSchema, heading).action((identifier: string, flags: ResourceFlags, command: Command) =>
    updateResource(terminal, identifier, flags, command),
  )

  adminCommand(group, 'delete <identifier>', 'delete an API: no more tokens are issued for it', [
    'gatehouse resources delete https://api.example/orders',
  ]).action((identifier: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }, done) => {
      if (!(await store.resourcesAdmin.remove(identifier))) noSuchResource(identifier)
      await done('resource.remove', identifier)
      confirm(terminal, flags.json, { identifier, deleted: true }, `Resource ${identifier} is deleted.`)
    }),
  )

  const rotate = adminCommand(group, 'rotate-secret <identifier>', 'set or replace the secret; it is shown only once', [
    'gatehouse resources rotate-secret https://api.example/orders --overlap 24h',
  ]).option('--overlap <time>', 'how long the newest old secret stays valid, such as 24h', duration)
  secretFlags(rotate).action((identifier: string, flags: ResourceFlags & { overlap?: number }) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const { row, shown } = secretByFlags(flags, tenant)
      const until = flags.overlap === undefined ? undefined : tenant.ctx.now() + flags.overlap
      if (!(await tenant.store.resourcesAdmin.rotateSecret(identifier, row, until))) noSuchResource(identifier)
      await done('resource.secret', identifier, { added: row.id })
      print(terminal, flags.json, { identifier, secret: shown })
    }),
  )
}

function fileFlag(command: Command): Command {
  return command.option('--file <path>', 'the resource as a JSON object; - reads standard input; flags take precedence')
}

async function createResource(terminal: Terminal, flags: ResourceFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const resource = register(tenant, merged(await readObject(terminal, flags.file), givenByFlags(command, resourceSchema)))
    const wanted = flags.randomSecret || flags.secret !== undefined || flags.secretHash !== undefined
    const { row, shown } = wanted ? secretByFlags(flags, tenant) : {}
    if (!(await tenant.store.resourcesAdmin.add(resource, row))) refuse(taken(resource))
    await done('resource.create', resource.identifier)
    print(terminal, flags.json, { ...resource, secret: shown })
    await warnOfSharedScopes(terminal, tenant, resource)
    if (flags.randomSecret && flags.secret === undefined) terminal.stderr.write('Only a hash of the secret is stored: note it now.\n')
  })
}

async function updateResource(terminal: Terminal, identifier: string, flags: ResourceFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const given = merged(await readObject(terminal, flags.file), givenByFlags(command, resourceSchema))
    if (given['identifier'] !== undefined && given['identifier'] !== identifier) refuse('identifier cannot be changed')
    const { secretHashes: _, tokensFrom: __, ...known } = await find(tenant, identifier)
    const kept = Object.entries(known).filter(([name]) => !flags.unset?.includes(name))
    const resource = register(tenant, { ...Object.fromEntries(kept), ...given })
    const outcome = await tenant.store.resourcesAdmin.replace(resource)
    if (outcome === 'taken') refuse(taken(resource))
    if (outcome === 'unknown') noSuchResource(identifier)
    await done('resource.change', identifier, { changed: Object.keys(given).join(' ') })
    print(terminal, flags.json, resource)
    await warnOfSharedScopes(terminal, tenant, resource)
  })
}

/** A scope that several APIs declare is nobody's by its name alone. */
async function warnOfSharedScopes({ stderr }: Terminal, { store }: Tenant, { scopes }: ResourceMetadata): Promise<void> {
  const shared = (await store.resources.sharedScopes()).filter((word) => Object.hasOwn(scopes, word))
  if (shared.length > 0)
    stderr.write(`Other APIs declare ${shared.join(', ')} too: clients need resource_scope to say for which of them they are registered.\n`)
}

/** Checks the form first, with messages that name flags, and then what this server offers. */
function register({ ctx }: Tenant, given: Record<string, unknown>): ResourceMetadata {
  const resource = checked(resourceSchema, given, flagOf)
  try {
    return readResource(ctx.keys.algs, resource)
  } catch (error) {
    if (error instanceof z.ZodError) refuseIssues(error, flagOf)
    throw error
  }
}

async function find({ store }: Tenant, identifier: string) {
  return (await store.resources.find(identifier)) ?? noSuchResource(identifier)
}

function taken({ identifier, resource_id }: ResourceMetadata): string {
  return `a resource ${identifier}${resource_id === undefined ? '' : `, or one of the resource_id ${resource_id},`} is registered already`
}

function noSuchResource(identifier: string): never {
  return refuse(`there is no resource ${identifier}: see "gatehouse resources list"`)
}
