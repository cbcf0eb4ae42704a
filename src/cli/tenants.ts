/** `gatehouse tenants`: the tenants of an installation, each with its own people, clients and keys. */
import type { Command } from 'commander'
import { z } from 'zod'
import type { App } from '../app.ts'
import type { AuditEventType } from '../protocol/audit-events.ts'
import {
  newSlugSchema,
  settingsChangeSchema,
  type TenantChange,
  tenantNameSchema,
  tenantSettings,
  tenantSettingsSchema,
} from '../protocol/tenant-settings.ts'
import type { TenantRow } from '../store/types.ts'
import type { Tenant } from '../tenant.ts'
import { confirm, print, printTable, withExamples } from './admin-command.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { type ConfigFlags, doneIn, withApp } from './open.ts'
import { checked, misuse, refuse } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'

interface TenantFlags extends ConfigFlags {
  json?: true
}

/** What can be changed by flags. */
const flagsSchema = z.strictObject({ name: tenantNameSchema.optional(), ...tenantSettingsSchema.shape })
const changeSchema = z.strictObject({ name: tenantNameSchema.optional(), ...settingsChangeSchema.shape })

export function tenants(group: Command, terminal: Terminal): void {
  const command = (usage: string, summary: string, examples: readonly string[]) =>
    withExamples(group.command(usage).description(summary).option('--json', 'print JSON, for programs'), examples)

  command('create <slug>', 'create a tenant; its issuer is the base URL followed by /t/SLUG', [
    'gatehouse tenants create acme --name "Acme Ltd"',
  ])
    .option('--name <text>', 'shown to people; the slug if absent')
    .action((slug: string, flags: TenantFlags & { name?: string }) =>
      withApp(terminal, flags, async (app) => {
        if (!newSlugSchema.safeParse(slug).success)
          misuse('a slug has 1 to 63 lower-case letters, digits and inner hyphens, and is not "root"')
        const name = checked(tenantNameSchema, flags.name ?? slug, () => '--name')
        if (!(await app.tenants.create({ slug, name }))) refuse(`there is a tenant ${slug} already`)
        await recordInRoot(app, terminal, 'tenant.create', slug)
        confirm(terminal, flags.json, { slug, name }, `Tenant ${slug} is created.`)
      }),
    )

  command('list', 'all tenants', ['gatehouse tenants list']).action((flags: TenantFlags) =>
    withApp(terminal, flags, async (app) => {
      const found = await app.tenants.list()
      const rows = found.map(({ slug, name, status, createdAt }) => [slug || 'root', name, status, dateOf(createdAt)])
      printTable(terminal, flags.json, found.map(shown), ['slug', 'name', 'status', 'since'], rows)
    }),
  )

  command('show <slug>', 'one tenant with its settings', ['gatehouse tenants show root']).action((slug: string, flags: TenantFlags) =>
    withApp(terminal, flags, async (app) =>
      print(terminal, flags.json, shown((await app.tenants.find(slugOf(slug))) ?? noSuchTenant(slug))),
    ),
  )

  for (const [verb, status, summary] of [
    ['suspend', 'suspended', 'refuse all its requests; no data is lost'],
    ['resume', 'active', 'answer its requests again'],
  ] as const) {
    command(`${verb} <slug>`, summary, [`gatehouse tenants ${verb} acme`]).action((slug: string, flags: TenantFlags) =>
      withApp(terminal, flags, async (app) => {
        if (!(await app.tenants.setStatus(slugOf(slug), status))) noSuchTenant(slug)
        await recordInRoot(app, terminal, 'tenant.status', slug, { status })
        confirm(terminal, flags.json, { slug, status }, `Tenant ${slug} is ${status}.`)
      }),
    )
  }

  const update = command('update <slug>', 'change the name, the switches and the lifetimes of a tenant', [
    'gatehouse tenants update root --name "Example Ltd"',
    'gatehouse tenants update acme --sign-up false --password-grant false',
    'gatehouse tenants update acme --second-factor required',
    'gatehouse tenants update acme --lifetimes-access-token 600',
    'gatehouse tenants update acme --unset lifetimes second_factor',
  ]).option('--unset <fields...>', 'settings to set back to the default, or to what the deployment sets')
  addFlags(update, flagsSchema, 'Settings:').action((slug: string, flags: TenantFlags & { unset?: string[] }, command: Command) =>
    updateTenant(terminal, slug, flags, command),
  )
}

async function updateTenant(terminal: Terminal, slug: string, flags: TenantFlags & { unset?: string[] }, command: Command): Promise<void> {
  const given = givenByFlags(command, flagsSchema)
  const unset = flags.unset ?? []
  const unknown = unset.find((field) => !(field in tenantSettingsSchema.shape))
  if (unknown !== undefined) misuse(`--unset takes ${Object.keys(tenantSettingsSchema.shape).join(', ')}`)
  const both = unset.find((field) => field in given)
  if (both !== undefined) misuse(`--unset ${both} and a value for it cannot be combined`)
  const change = checked(changeSchema, { ...given, ...Object.fromEntries(unset.map((field) => [field, null])) }, flagOf)
  await withApp(terminal, flags, async (app) => {
    if (!(await app.tenants.set(slugOf(slug), change as TenantChange))) noSuchTenant(slug)
    await recordInRoot(app, terminal, 'tenant.change', slug)
    const row = (await app.tenants.find(slugOf(slug))) ?? noSuchTenant(slug)
    confirm(terminal, flags.json, shown(row), `Tenant ${slug} is changed.`)
  })
}

/** Changes of tenants are recorded in the audit log of the root tenant, which always exists. */
async function recordInRoot(app: App, terminal: Terminal, act: AuditEventType, slug: string, detail = {}): Promise<void> {
  const id = (await app.tenants.find(slugOf(slug)))?.id
  const root = (await app.tenant('')) as Tenant
  await doneIn(root, terminal)(act, id, { slug, ...detail })
}

const slugOf = (slug: string) => (slug === 'root' ? '' : slug)

function noSuchTenant(slug: string): never {
  return refuse(`there is no tenant ${slug}: see "gatehouse tenants list"`)
}

function shown({ id, slug, name, status, createdAt, settings }: TenantRow) {
  return { slug: slug || 'root', org_id: id, name, status, created_at: createdAt, ...tenantSettings(settings) }
}
