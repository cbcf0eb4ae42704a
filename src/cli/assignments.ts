/** `gatehouse clients assign`: who may use a client whose policy demands an assignment. */
import type { Command } from 'commander'
import { findGroup } from '../identity/groups.ts'
import type { Assignee } from '../protocol/registry.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, all, confirm, printTable } from './admin-command.ts'
import { noSuchClient } from './client-secrets.ts'
import { withTenant } from './open.ts'
import { misuse, refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'
import { findUser } from './users.ts'

interface AssigneeFlags extends AdminFlags {
  users?: string[]
  groups?: string[]
}

type Named = Assignee & { name: string }

export function assignments(group: Command, terminal: Terminal): void {
  const assign = adminCommand(group, 'assign <id>', 'let people and groups use a client with policy.assignment required', [
    'gatehouse clients assign shop --users ada grace@example.com --groups sales',
  ])
  assigneeFlags(assign).action((id: string, flags: AssigneeFlags) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const named = await namedByFlags(tenant, flags)
      for (const { kind, id: assignee, name } of named) {
        const outcome = await tenant.store.assignmentsAdmin.add(id, { kind, id: assignee })
        if (outcome === 'unknown client') noSuchClient(id)
        if (outcome === 'unknown assignee') refuse(`the ${kind} ${name} has just been removed`)
        await done('client.assign', id, { [kind]: assignee })
      }
      confirm(terminal, flags.json, { client_id: id, assigned: named }, `${named.map(({ name }) => name).join(', ')} can use ${id}.`)
    }),
  )

  const unassign = adminCommand(group, 'unassign <id>', 'take people and groups from a client; their tokens end with their next use', [
    'gatehouse clients unassign shop --users ada',
  ])
  assigneeFlags(unassign).action((id: string, flags: AssigneeFlags) =>
    withTenant(terminal, flags, async (tenant, done) => {
      await find(tenant, id)
      const named = await namedByFlags(tenant, flags)
      for (const { kind, id: assignee, name } of named) {
        if (!(await tenant.store.assignmentsAdmin.remove(id, { kind, id: assignee }))) refuse(`${name} is not assigned to ${id}`)
        await done('client.unassign', id, { [kind]: assignee })
      }
      const names = named.map(({ name }) => name).join(', ')
      confirm(terminal, flags.json, { client_id: id, unassigned: named }, `${names} can no longer use ${id} by assignment.`)
    }),
  )

  adminCommand(group, 'assignments <id>', 'the people and groups that are assigned to a client', [
    'gatehouse clients assignments shop',
  ]).action((id: string, flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant) => {
      await find(tenant, id)
      const found = await all<Named>(
        ({ after, limit }) =>
          tenant.store.assignmentsAdmin.list(id, { ...(after === undefined ? {} : { after: assigneeOf(after) }), limit }),
        ({ kind, id }) => `${kind} ${id}`,
      )
      const rows = found.map(({ kind, name, id }) => [kind, name, id])
      printTable(terminal, flags.json, found, ['kind', 'name', 'id'], rows)
    }),
  )
}

function assigneeFlags(command: Command): Command {
  return command
    .option('--users <logins...>', 'people, by user name or email address')
    .option('--groups <groups...>', 'groups, by name or id: all of their members')
}

function assigneeOf(key: string): Assignee {
  const [kind, id] = key.split(' ')
  return { kind, id } as Assignee
}

async function find({ store }: Tenant, id: string): Promise<void> {
  if (!(await store.clientsAdmin.find(id))) noSuchClient(id)
}

function namedByFlags(tenant: Tenant, { users = [], groups = [] }: AssigneeFlags): Promise<Named[]> {
  if (users.length + groups.length === 0) misuse('name people with --users or groups with --groups')
  return assigneesOf(tenant, { users, groups })
}

/** Refuses a name that nobody in the tenant has. */
export async function assigneesOf(
  tenant: Tenant,
  { users, groups }: { users: readonly string[]; groups: readonly string[] },
): Promise<Named[]> {
  const named: Named[] = []
  for (const name of groups) {
    const found = (await findGroup(tenant.accounts, name)) ?? refuse(`there is no group ${name}: see "gatehouse groups list"`)
    named.push({ kind: 'group', id: found.id, name: found.name })
  }
  for (const login of users) {
    const { subject, username } = await findUser(tenant, login)
    named.push({ kind: 'user', id: subject, name: username })
  }
  return named
}
