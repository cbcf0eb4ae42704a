/** `gatehouse services`: machines with an identity of their own, which use API keys. */
import type { Command } from 'commander'
import { text } from '../protocol/text.ts'
import type { MachineRow } from '../store/types.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, print, printTable } from './admin-command.ts'
import { withTenant } from './open.ts'
import { checked, misuse, refuse } from './problems.ts'
import { dateOf, type Terminal } from './terminal.ts'

export function machines(group: Command, terminal: Terminal): void {
  adminCommand(group, 'create <name>', 'create a service', ['gatehouse services create nightly --description "Nightly reports"'])
    .option('--description <text>', 'what it does')
    .action((name: string, flags: AdminFlags & { description?: string }) =>
      withTenant(terminal, flags, async ({ ctx, store }, done) => {
        if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/.test(name))
          misuse('a name has 1 to 120 letters, digits, dots, hyphens and underscores, and begins with a letter or digit')
        const description = checked(text(500).optional(), flags.description, () => '--description')
        const service: MachineRow = { id: ctx.id(), name, description, status: 'active', createdAt: ctx.now() }
        if (!(await store.services.add(service))) refuse(`there is a service ${name} already`)
        await done('service.create', service.id)
        print(terminal, flags.json, shown(service))
      }),
    )

  adminCommand(group, 'list', 'all services', ['gatehouse services list']).action((flags: AdminFlags) =>
    withTenant(terminal, flags, async ({ store }) => {
      const found = await all(store.services.list, ({ name }) => name)
      const rows = found.map(({ id, name, description, status, createdAt }) => [name, description ?? '', status, dateOf(createdAt), id])
      printTable(terminal, flags.json, found.map(shown), ['name', 'description', 'status', 'since', 'sub'], rows)
    }),
  )

  for (const [verb, status, summary] of [
    ['suspend', 'suspended', 'refuse its API keys'],
    ['resume', 'active', 'accept its API keys again'],
  ] as const) {
    adminCommand(group, `${verb} <name>`, summary, [`gatehouse services ${verb} nightly`]).action((name: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant, done) => {
        const { id } = await findMachine(tenant, name)
        await tenant.store.services.setStatus(id, status)
        await done('service.status', id, { status })
        confirm(terminal, flags.json, { sub: id, name, status }, `Service ${name} is ${status}.`)
      }),
    )
  }

  adminCommand(group, 'delete <name>', 'delete a service with its API keys', ['gatehouse services delete nightly']).action(
    (name: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant, done) => {
        const { id } = await findMachine(tenant, name)
        await tenant.store.services.remove(id)
        await done('service.remove', id)
        confirm(terminal, flags.json, { sub: id, name, deleted: true }, `Service ${name} is deleted.`)
      }),
  )
}

/** Refuses a name that no service has. */
export async function findMachine({ store }: Tenant, name: string): Promise<MachineRow> {
  return (await store.services.byName(name)) ?? refuse(`there is no service ${name}: see "gatehouse services list"`)
}

function shown({ id, name, description, status, createdAt }: MachineRow) {
  return { sub: id, name, description, status, created_at: createdAt }
}
