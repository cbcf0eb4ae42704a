/** `gatehouse resources`: protected APIs, the audiences of access tokens — RFC 8707. */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Resource } from '../protocol/ports.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, refuse } from './problems.ts'
import { type Terminal, table } from './terminal.ts'
import { all, confirm, merged, print, readObject, type UpkeepFlags, upkeepCommand } from './upkeep.ts'

const resourceSchema = z.strictObject({
  identifier: z
    .string()
    .max(2000)
    .refine((text) => URL.canParse(text) && !text.includes('#'), 'must be an absolute URI without a fragment') // §2
    .describe('Absolute URI, the `aud` of its tokens'),
  name: z.string().min(1).max(200).describe('Shown to people'),
  scopes: z
    .record(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be a scope'), z.string())
    .default({})
    .describe('Its scopes and what they allow, as {"orders:read": "See your orders"}'),
  access_token_format: z.enum(['jwt', 'opaque']).optional().describe('absent: as the client sets it'),
  access_token_alg: z.enum(['ES256', 'RS256', 'PS256', 'EdDSA']).optional().describe('absent: as the client sets it'),
  access_token_lifetime: z.int().min(1).max(86_400).optional().describe('seconds; absent: as client and tenant set it'),
})

export function resources(program: Command, terminal: Terminal): void {
  const group = program.command('resources').description('protected APIs, the audiences of access tokens')
  const create = upkeepCommand(group, 'create', 'register an API', [
    `gatehouse resources create --identifier https://api.example/orders --name Orders --scopes '{"orders:read": "See your orders"}'`,
  ]).option('--file <path>', 'the resource as a JSON object; - reads standard input; flags win over it')
  addFlags(create, resourceSchema, 'Resource:').action((_: unknown, command: Command) => createResource(terminal, command))

  upkeepCommand(group, 'list', 'all APIs', ['gatehouse resources list']).action((flags: UpkeepFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      const found = await all(store.resourcesAdmin.list, (resource) => resource.identifier)
      const rows = found.map(({ identifier, name, scopes }) => [identifier, name, Object.keys(scopes).join(' ')])
      terminal.stdout.write(flags.json ? `${JSON.stringify(found, null, 2)}\n` : table(terminal, ['identifier', 'name', 'scopes'], rows))
    }),
  )
  upkeepCommand(group, 'delete <identifier>', 'no more tokens for this API', [
    'gatehouse resources delete https://api.example/orders',
  ]).action((identifier: string, flags: UpkeepFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      if (!(await store.resourcesAdmin.remove(identifier))) refuse(`there is no resource ${identifier}: see "gatehouse resources list"`)
      confirm(terminal, flags.json, { identifier, deleted: true }, `Resource ${identifier} is deleted.`)
    }),
  )
}

async function createResource(terminal: Terminal, command: Command): Promise<void> {
  const flags = command.optsWithGlobals<UpkeepFlags & { file?: string }>()
  await withTenant(terminal, flags, async ({ store }) => {
    const given = merged(await readObject(terminal, flags.file), givenByFlags(command, resourceSchema))
    const { access_token_format, access_token_alg, access_token_lifetime, ...named } = checked(resourceSchema, given, flagOf)
    const resource: Resource = {
      ...named,
      accessTokenFormat: access_token_format,
      accessTokenAlg: access_token_alg,
      accessTokenLifetime: access_token_lifetime,
    }
    if (!(await store.resourcesAdmin.add(resource))) refuse(`a resource ${resource.identifier} is registered already`)
    print(terminal, flags.json, resource)
  })
}
