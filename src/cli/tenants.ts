/** `gatehouse tenants`: separate worlds in one installation, each with its own people, clients and keys. */
import { type Command, Option } from 'commander'
import type { App } from '../app.ts'
import { signUpEmails } from '../config/schema.ts'
import type { AuditEventType } from '../protocol/audit-events.ts'
import { tenantSettingsSchema } from '../protocol/lifetimes.ts'
import { newSlugSchema, tenantName } from '../protocol/tenant-names.ts'
import type { Tenant } from '../tenant.ts'
import { confirm, withExamples } from './admin-command.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { type ConfigFlags, doneIn, withApp } from './open.ts'
import { checked, misuse, refuse } from './problems.ts'
import { dateOf, type Terminal, table } from './terminal.ts'

interface TenantFlags extends ConfigFlags {
  json?: true
}

export function tenants(group: Command, terminal: Terminal): void {
  const command = (usage: string, summary: string, examples: readonly string[]) =>
    withExamples(group.command(usage).description(summary).option('--json', 'print JSON, for programs'), examples)

  command('create <slug>', 'make a tenant; its issuer is the base URL followed by /t/SLUG', [
    'gatehouse tenants create acme --name "Acme Ltd"',
  ])
    .option('--name <text>', 'shown to people; the slug when absent')
    .action((slug: string, flags: TenantFlags & { name?: string }) =>
      withApp(terminal, flags, async (app) => {
        if (!newSlugSchema.safeParse(slug).success)
          misuse('a slug has 1 to 63 lower-case letters, digits and inner hyphens, and is not "root"')
        const name = checked(tenantName, flags.name ?? slug, () => '--name')
        if (!(await app.tenants.create({ slug, name }))) refuse(`there is a tenant ${slug} already`)
        await noteTenant(app, terminal, 'tenant.create', slug)
        confirm(terminal, flags.json, { slug, name }, `Tenant ${slug} is made.`)
      }),
    )

  command('list', 'all tenants', ['gatehouse tenants list']).action((flags: TenantFlags) =>
    withApp(terminal, flags, async (app) => {
      const found = (await app.tenants.list()).map((tenant) => ({ ...tenant, slug: tenant.slug || 'root' }))
      const rows = found.map(({ slug, name, status, createdAt }) => [slug, name, status, dateOf(createdAt)])
      terminal.stdout.write(flags.json ? `${JSON.stringify(found, null, 2)}\n` : table(terminal, ['slug', 'name', 'status', 'since'], rows))
    }),
  )

  for (const [verb, status, summary] of [
    ['suspend', 'suspended', 'answer none of its requests; nothing is lost'],
    ['resume', 'active', 'answer its requests again'],
  ] as const) {
    command(`${verb} <slug>`, summary, [`gatehouse tenants ${verb} acme`]).action((slug: string, flags: TenantFlags) =>
      withApp(terminal, flags, async (app) => {
        if (!(await app.tenants.setStatus(slug === 'root' ? '' : slug, status)))
          refuse(`there is no tenant ${slug}: see "gatehouse tenants list"`)
        await noteTenant(app, terminal, 'tenant.status', slug, { status })
        confirm(terminal, flags.json, { slug, status }, `Tenant ${slug} is ${status}.`)
      }),
    )
  }
  const set = command('set <slug>', 'close for one tenant what the deployment offers, or give it lifetimes of its own', [
    'gatehouse tenants set acme --sign-up false --password-grant false',
    'gatehouse tenants set acme --second-factor required',
    'gatehouse tenants set acme --lifetimes-access-token 600',
  ])
    .addOption(new Option('--sign-up <true|false>', 'anyone may make an account of their own').choices(['true', 'false']))
    .addOption(
      new Option(
        '--sign-up-email <rule>',
        'whether the address of such an account must be proven; default: as the deployment sets it',
      ).choices([...signUpEmails, 'default']),
    )
    .addOption(new Option('--password-grant <true|false>', 'clients may send passwords').choices(['true', 'false']))
    .addOption(
      new Option('--second-factor <policy>', 'required: people without one must set it up when they sign in').choices([
        'optional',
        'required',
      ]),
    )
    .addOption(new Option('--account-deletion <true|false>', 'people may delete their own account').choices(['true', 'false']))
    .option('--no-lifetimes', 'back to the lifetimes of the deployment')
  addFlags(set, tenantSettingsSchema, 'Lifetimes:').action((slug: string, flags: TenantFlags & SwitchFlags, command: Command) =>
    setTenant(terminal, slug, flags, command),
  )
}

/** What becomes of a tenant is written into the log of the root, which lasts. */
async function noteTenant(app: App, terminal: Terminal, act: AuditEventType, slug: string, detail = {}): Promise<void> {
  const id = (await app.tenants.list()).find((tenant) => tenant.slug === (slug === 'root' ? '' : slug))?.id
  const root = (await app.tenant('')) as Tenant
  await doneIn(root, terminal)(act, id, { slug, ...detail })
}

interface SwitchFlags {
  signUp?: string
  signUpEmail?: (typeof signUpEmails)[number] | 'default'
  passwordGrant?: string
  secondFactor?: 'optional' | 'required'
  accountDeletion?: string
  lifetimes: boolean
}

async function setTenant(terminal: Terminal, slug: string, flags: TenantFlags & SwitchFlags, command: Command): Promise<void> {
  const { lifetimes } = checked(tenantSettingsSchema, givenByFlags(command, tenantSettingsSchema), flagOf)
  if (lifetimes && !flags.lifetimes) misuse('--no-lifetimes and a lifetime exclude each other')
  await withApp(terminal, flags, async (app) => {
    const read = (text: string | undefined) => (text === undefined ? undefined : text === 'true')
    const own = flags.lifetimes ? lifetimes : null
    const change = {
      sign_up: read(flags.signUp),
      password_grant: read(flags.passwordGrant),
      second_factor: flags.secondFactor,
      account_deletion: read(flags.accountDeletion),
      sign_up_email: flags.signUpEmail === 'default' ? null : flags.signUpEmail,
      ...(own === undefined ? {} : { lifetimes: own }),
    }
    if (!(await app.tenants.set(slug === 'root' ? '' : slug, change))) refuse(`there is no tenant ${slug}: see "gatehouse tenants list"`)
    await noteTenant(app, terminal, 'tenant.change', slug)
    confirm(terminal, flags.json, { slug, ...change }, `Tenant ${slug} is changed.`)
  })
}
