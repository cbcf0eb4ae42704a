/** `gatehouse attributes`: attributes of people beyond the standard claims. */
import type { Command } from 'commander'
import { type Attribute, attributeSchema, claimOf, type Defined, defineAttribute } from '../identity/attributes.ts'
import { type AdminFlags, adminCommand, confirm, merged, print, printTable, readObject } from './admin-command.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { withTenant } from './open.ts'
import { checked, refuse, withIssuesRenamed } from './problems.ts'
import type { Terminal } from './terminal.ts'

export function attributes(group: Command, terminal: Terminal): void {
  adminCommand(group, 'list', 'all attributes', ['gatehouse attributes list']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      const found = await store.attributes.list()
      const headings = ['name', 'type', 'required', 'written by', 'scope', 'claim']
      printTable(terminal, flags.json, found, headings, found.map(row))
    }),
  )
  const define = adminCommand(group, 'define', 'add or replace an attribute', [
    'gatehouse attributes define --name department --type enum --values research sales --scope employment',
    'gatehouse attributes define --name hobbies --type list --writable-by person --scope profile',
  ]).option('--file <path>', 'the attribute as a JSON object; - reads standard input; flags take precedence')
  addFlags(define, attributeSchema, 'Attribute:').action((flags: AdminFlags & { file?: string }, command: Command) =>
    defineOne(terminal, flags, command),
  )

  adminCommand(group, 'delete <name>', 'delete an attribute, and its values from all accounts', [
    'gatehouse attributes delete department',
  ]).action((name: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }, done) => {
      const accounts = (await store.attributes.remove(name)) ?? refuse(`there is no attribute ${name}: see "gatehouse attributes list"`)
      await done('attribute.remove', name, { accounts })
      confirm(
        terminal,
        flags.json,
        { name, deleted: true, accounts },
        `Attribute ${name} is deleted, and its value from ${accounts} accounts.`,
      )
    }),
  )
}

async function defineOne(terminal: Terminal, flags: AdminFlags & { file?: string }, command: Command): Promise<void> {
  await withTenant(terminal, flags, async (tenant, done) => {
    const given = merged(await readObject(terminal, flags.file), givenByFlags(command, attributeSchema))
    const attribute = checked(attributeSchema, given, flagOf)
    const defined = await withIssuesRenamed(flagOf, defineAttribute(tenant.attributes, attribute))
    if (defined !== 'defined') refuseBroken(defined)
    await done('attribute.define', attribute.name)
    print(terminal, flags.json, attribute)
  })
}

function refuseBroken({ broken, examples }: Exclude<Defined, 'defined'>): never {
  const names = `${examples.join(', ')}${broken > examples.length ? ' and others' : ''}`
  return refuse(`${broken} account${broken === 1 ? ' has' : 's have'} no valid value: ${names}; nothing is changed`)
}

function row(attribute: Attribute): string[] {
  const { name, type, required, writable_by: by, scope, values } = attribute
  const shownType = values ? `${type}: ${values.join(', ')}` : type
  return [name, shownType, required ? 'yes' : 'no', by, scope ?? '–', scope === undefined ? '–' : claimOf(attribute)]
}
