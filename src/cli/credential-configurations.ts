/** `gatehouse credentials create, list, show, update, delete`: the credentials that can be issued. */
import type { Command } from 'commander'
import { type CredentialConfiguration, credentialConfigurationSchema, scopeOf, titleOf } from '../protocol/credential-configuration.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, merged, print, printTable, readObject } from './admin-command.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'

interface ConfigurationFlags extends AdminFlags {
  file?: string
  unset?: string[]
}

const heading = 'Credential:'

export function credentialConfigurations(group: Command, terminal: Terminal): void {
  const create = adminCommand(group, 'create', 'declare a credential that can be issued', [
    'gatehouse credentials create --file staff-badge.json',
    `gatehouse credentials create --id staff-badge --display '[{"name": "Staff badge"}]' --claims '[{"name": "email", "source": "account.email"}]'`,
  ])
  addFlags(fileFlag(create), credentialConfigurationSchema, heading).action((flags: ConfigurationFlags, command: Command) =>
    withTenant(terminal, flags, async ({ store }, done) => {
      const configuration = checked(credentialConfigurationSchema, await given(terminal, flags, command), flagOf)
      if (!(await store.credentialConfigurations.add(configuration))) refuse(`there is a credential ${configuration.id} already`)
      await done('credential-configuration.create', configuration.id)
      print(terminal, flags.json, configuration)
    }),
  )
  adminCommand(group, 'list', 'the credentials that can be issued', ['gatehouse credentials list']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      const found = await all(store.credentialConfigurations.list, ({ id }) => id)
      const rows = found.map((one) => [one.id, one.format, one.enabled ? 'yes' : 'no', scopeOf(one), titleOf(one)])
      printTable(terminal, flags.json, found, ['credential', 'format', 'enabled', 'scope', 'name'], rows)
    }),
  )
  adminCommand(group, 'show <id>', 'one credential that can be issued', ['gatehouse credentials show staff-badge']).action(
    (id: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant) => print(terminal, flags.json, await findConfiguration(tenant, id))),
  )
  const update = adminCommand(group, 'update <id>', 'change only the given members', [
    'gatehouse credentials update staff-badge --validity 2592000',
    'gatehouse credentials update staff-badge --unset scope',
  ]).option('--unset <fields...>', 'members to remove')
  addFlags(fileFlag(update), credentialConfigurationSchema, heading).action((id: string, flags: ConfigurationFlags, command: Command) =>
    updateConfiguration(terminal, id, flags, command),
  )
  adminCommand(group, 'delete <id>', 'remove a credential; what was issued stays valid', [
    'gatehouse credentials delete staff-badge',
  ]).action((id: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }, done) => {
      if (!(await store.credentialConfigurations.remove(id))) noSuchConfiguration(id)
      await done('credential-configuration.remove', id)
      confirm(terminal, flags.json, { id, deleted: true }, `Credential ${id} is deleted.`)
    }),
  )
}

const fileFlag = (command: Command) =>
  command.option('--file <path>', 'the credential as a JSON object; - reads standard input; flags take precedence')

async function given(terminal: Terminal, { file }: ConfigurationFlags, command: Command) {
  return merged(await readObject(terminal, file), givenByFlags(command, credentialConfigurationSchema))
}

async function updateConfiguration(terminal: Terminal, id: string, flags: ConfigurationFlags, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const change = await given(terminal, flags, command)
    if (change['id'] !== undefined && change['id'] !== id) refuse('id cannot be changed')
    const kept = Object.entries(await findConfiguration(tenant, id)).filter(([member]) => !flags.unset?.includes(member))
    const configuration = checked(credentialConfigurationSchema, merged(Object.fromEntries(kept), change), flagOf)
    if (!(await tenant.store.credentialConfigurations.replace(configuration))) noSuchConfiguration(id)
    await done('credential-configuration.change', id, { changed: Object.keys(change).join(' ') })
    print(terminal, flags.json, configuration)
  })
}

async function findConfiguration({ store }: Tenant, id: string): Promise<CredentialConfiguration> {
  return (await store.credentialConfigurations.find(id)) ?? noSuchConfiguration(id)
}

function noSuchConfiguration(id: string): never {
  return refuse(`there is no credential ${id}: see "gatehouse credentials list"`)
}
