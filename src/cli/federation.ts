/** `gatehouse federation`: the entities that a tenant trusts, belongs to and vouches for — OpenID Federation 1.0. */
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { fetchConfiguration } from '../protocol/federation/discovery.ts'
import { type EntityRole, entityId, entityRoles, entitySchema, type FederationEntity, needsKeys } from '../protocol/federation/entity.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, merged, print, printJson, printTable, readObject } from './admin-command.ts'
import { withTenant } from './open.ts'
import { checked, refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

interface EntityFlags extends AdminFlags {
  role?: EntityRole
  jwksFile?: string
  file?: string
}

export function federation(group: Command, terminal: Terminal): void {
  adminCommand(group, 'show', 'how the tenant presents itself', ['gatehouse federation show']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant) => print(terminal, flags.json, await overview(tenant))),
  )
  adminCommand(group, 'list', 'anchors, superiors, subordinates, and issuers and owners of trust marks', [
    'gatehouse federation list',
    'gatehouse federation list --role subordinate',
  ])
    .addOption(new Option('--role <role>', 'only these').choices(entityRoles))
    .action((flags: EntityFlags) =>
      withTenant(terminal, flags, async ({ store }) => {
        const found = await everyEntity(store, flags.role === undefined ? entityRoles : [flags.role])
        const rows = found.map((one) => [one.role, one.entity_id, kidsOf(one).join(' ')])
        printTable(terminal, flags.json, found, ['role', 'entity', 'keys'], rows)
      }),
    )
  adminCommand(
    group,
    'add <role> <entity>',
    'make an entity an anchor, a superior, a subordinate, or an issuer or owner of trust marks, or change that',
    [
      'gatehouse federation add anchor https://anchor.example --jwks-file anchor.jwks.json',
      'gatehouse federation add superior https://university.example',
      'gatehouse federation add subordinate https://rp.example --file rp.json',
    ],
  )
    .option('--jwks-file <path>', 'its federation keys, as a JSON object; without it, those that it publishes now are taken')
    .option('--file <path>', 'its other members as a JSON object, such as metadata_policy and constraints; - reads standard input')
    .action((role: string, entity: string, flags: EntityFlags) => addEntity(terminal, role, entity, flags))
  adminCommand(group, 'remove <role> <entity>', 'end this', ['gatehouse federation remove anchor https://anchor.example']).action(
    (named: string, entity: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async ({ store }, done) => {
        const role = roleOf(named)
        if (!(await store.federation.remove(role, entity))) refuse(`${entity} is no ${role}: see "gatehouse federation list"`)
        await done('federation.remove', entity, { role })
        confirm(terminal, flags.json, { role, entity_id: entity, removed: true }, `${entity} is no ${role} any more.`)
      }),
  )
}

export async function everyEntity(store: Tenant['store'], roles: readonly EntityRole[] = entityRoles): Promise<FederationEntity[]> {
  const found: FederationEntity[] = []
  for (const role of roles)
    found.push(
      ...(await all(
        (ask) => store.federation.list({ role, ...ask }),
        ({ entity_id: id }) => id,
      )),
    )
  return found
}

async function overview({ ctx, store }: Tenant): Promise<object> {
  const own = await store.federation.own()
  return {
    entity_id: ctx.issuer,
    enabled: ctx.federationKeys !== undefined,
    configuration: `${ctx.issuer}/.well-known/openid-federation`,
    anchors: [...own.anchors.keys()],
    authority_hints: own.superiors,
  }
}

async function addEntity(terminal: Terminal, named: string, entity: string, flags: EntityFlags): Promise<void> {
  await withTenant(terminal, flags, async ({ store, ctx }, done) => {
    const role = roleOf(named)
    const id = checked(entityId, entity, () => 'the entity identifier')
    const given = merged(await readObject(terminal, flags.file), { role, entity_id: id })
    const types = Array.isArray(given['trust_mark_types']) ? given['trust_mark_types'] : []
    const isWithoutKeys = needsKeys({ role, trust_mark_types: types }) && given['jwks'] === undefined
    const jwks =
      flags.jwksFile !== undefined ? await readObject(terminal, flags.jwksFile) : isWithoutKeys ? await publishedKeys(ctx, id) : undefined
    const read = checked(entitySchema, jwks === undefined ? given : { ...given, jwks }, (path) => path)
    await store.federation.put(read)
    await done('federation.add', id, { role })
    if (flags.json) return printJson(terminal, read)
    const kids = kidsOf(read)
    const advice = isWithoutKeys && flags.jwksFile === undefined ? ' Compare them with what its operator tells you by another way.' : ''
    terminal.stdout.write(
      `${id} is ${role === 'anchor' ? 'an' : 'a'} ${role}.${kids.length > 0 ? ` Its keys: ${kids.join(', ')}.${advice}` : ''}\n`,
    )
  })
}

function roleOf(text: string): EntityRole {
  return checked(z.enum(entityRoles), text, () => 'the role')
}

async function publishedKeys(ctx: Tenant['ctx'], entity: string): Promise<unknown> {
  try {
    return { keys: (await fetchConfiguration(ctx, entity)).keys }
  } catch (error) {
    return refuse(`the keys that ${entity} publishes cannot be had: ${(error as Error).message}; name them with --jwks-file`)
  }
}

function kidsOf({ jwks }: FederationEntity): string[] {
  const keys = Array.isArray(jwks?.['keys']) ? (jwks['keys'] as { kid?: unknown }[]) : []
  return keys.map(({ kid }) => String(kid))
}
