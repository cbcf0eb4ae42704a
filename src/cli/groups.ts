/** `gatehouse groups`: groups of people, which tokens can list. */
import type { Command } from 'commander'
import {
  addMembers,
  changeGroup,
  createGroup,
  findGroup,
  type Group,
  groupChangeSchema,
  groupSchema,
  maxGroupsPerAccount,
  maxMembersPerRequest,
  removeGroup,
  removeMembers,
} from '../identity/groups.ts'
import type { Tenant } from '../tenant.ts'
import { type AdminFlags, adminCommand, confirm, print, printTable } from './admin-command.ts'
import { addFlags, flagOf, givenByFlags } from './flags.ts'
import { type Done, withTenant } from './open.ts'
import { checked, misuse, refuse } from './problems.ts'
import type { Terminal } from './terminal.ts'
import { findUser } from './users.ts'

const heading = 'Group:'

export function groups(group: Command, terminal: Terminal): void {
  const create = adminCommand(group, 'create', 'create a group', [
    'gatehouse groups create --name engineering --description "All who build"',
  ])
  addFlags(create, groupSchema, heading).action((flags: AdminFlags, command: Command) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const input = checked(groupSchema, givenByFlags(command, groupSchema), flagOf)
      const made = await createGroup(tenant.accounts, input)
      if (made === 'taken') refuse(taken(input.name))
      await done('group.create', made.id)
      print(terminal, flags.json, shown(made))
    }),
  )
  adminCommand(group, 'list', 'all groups', ['gatehouse groups list', 'gatehouse groups list --search eng --json'])
    .option('--search <text>', 'part of name or description')
    .action((flags: AdminFlags & { search?: string }) => withTenant(terminal, flags, (tenant) => list(terminal, flags, tenant)))
  adminCommand(group, 'show <group>', 'one group and its members', ['gatehouse groups show engineering']).action(
    (name: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant) => {
        const found = await find(tenant, name)
        print(terminal, flags.json, { ...shown(found), members: await namesOf(tenant, found) })
      }),
  )
  const change = adminCommand(group, 'update <group>', 'change only the given members', [
    'gatehouse groups update engineering --name builders',
    'gatehouse groups update engineering --unset description',
  ]).option('--unset <fields...>', 'members to remove: description')
  addFlags(change, groupSchema.partial(), heading).action((name: string, flags: AdminFlags & { unset?: string[] }, command: Command) =>
    changeOne(terminal, name, flags, command),
  )

  adminCommand(group, 'delete <group>', 'delete a group; the people stay', ['gatehouse groups delete engineering']).action(
    (name: string, flags: AdminFlags) =>
      withTenant(terminal, flags, async (tenant, done) => {
        const { id, name: shownName } = await find(tenant, name)
        await removeGroup(tenant.accounts, id)
        await done('group.remove', id)
        confirm(terminal, flags.json, { id, deleted: true }, `Group ${shownName} is deleted.`)
      }),
  )
  adminCommand(group, 'add-member <group> <logins...>', `add people, at most ${maxMembersPerRequest} at once; all of them or none`, [
    'gatehouse groups add-member engineering ada grace@example.com',
  ]).action((name: string, logins: string[], flags: AdminFlags) =>
    withTenant(terminal, flags, (tenant, done) => addPeople(terminal, flags, { tenant, done }, name, logins)),
  )
  adminCommand(group, 'remove-member <group> <logins...>', `remove people, at most ${maxMembersPerRequest} at once`, [
    'gatehouse groups remove-member engineering ada',
  ]).action((name: string, logins: string[], flags: AdminFlags) =>
    withTenant(terminal, flags, async (tenant, done) => {
      const { id, name: group } = await find(tenant, name)
      const removed = await removeMembers(tenant.accounts, id, await subjectsOf(tenant, logins))
      await done('group.members', id, { removed })
      confirm(terminal, flags.json, { id, removed }, `${removed} removed from ${group}.`)
    }),
  )
}

async function list(terminal: Terminal, flags: AdminFlags & { search?: string }, { store }: Tenant): Promise<void> {
  const limit = 200
  const found: Group[] = []
  for (let more = true; more; ) {
    const page = await store.groups.search({ search: flags.search, offset: found.length, limit })
    found.push(...page.groups)
    more = page.groups.length === limit
  }
  const rows = found.map(({ name, members, description, id }) => [name, String(members), description ?? '', id])
  printTable(terminal, flags.json, found.map(shown), ['name', 'members', 'description', 'id'], rows)
}

async function namesOf({ store }: Tenant, { id }: Group): Promise<string[]> {
  const limit = 200
  const names: string[] = []
  for (let more = true; more; ) {
    const { accounts } = await store.groups.members(id, { offset: names.length, limit })
    names.push(...accounts.map(({ username }) => username))
    more = accounts.length === limit
  }
  return names
}

async function changeOne(terminal: Terminal, name: string, flags: AdminFlags & { unset?: string[] }, command: Command): Promise<void> {
  const unset = Object.fromEntries((flags.unset ?? []).map((field) => [field, null]))
  await withTenant(terminal, flags, async (tenant, done) => {
    const { id } = await find(tenant, name)
    const input = checked(groupChangeSchema, { ...givenByFlags(command, groupSchema.partial()), ...unset }, flagOf)
    const changed = await changeGroup(tenant.accounts, id, input)
    if (changed === 'taken') refuse(taken(input.name ?? ''))
    if (changed === 'unknown') noSuchGroup(name)
    await done('group.change', id, { changed: Object.keys(input).join(' ') })
    print(terminal, flags.json, shown(changed))
  })
}

async function addPeople(
  terminal: Terminal,
  { json }: AdminFlags,
  { tenant, done }: { tenant: Tenant; done: Done },
  name: string,
  logins: string[],
): Promise<void> {
  const { id, name: group } = await find(tenant, name)
  const joined = await addMembers(tenant.accounts, id, await subjectsOf(tenant, logins))
  if ('full' in joined) refuse(`a person can be in at most ${maxGroupsPerAccount} groups, and ${joined.full.length} of these are already`)
  if ('unknown' in joined) refuse(`the group, or one of the people, has just been removed`)
  await done('group.members', id, { added: joined.added })
  confirm(terminal, json, { id, added: joined.added }, `${joined.added} added to ${group}.`)
}

async function subjectsOf(tenant: Tenant, logins: readonly string[]): Promise<string[]> {
  if (logins.length > maxMembersPerRequest) misuse(`name at most ${maxMembersPerRequest} people at once`)
  const accounts = []
  for (const login of logins) accounts.push(await findUser(tenant, login))
  return accounts.map(({ subject }) => subject)
}

async function find({ accounts }: Tenant, name: string): Promise<Group> {
  return (await findGroup(accounts, name)) ?? noSuchGroup(name)
}

function noSuchGroup(name: string): never {
  return refuse(`there is no group ${name}: see "gatehouse groups list"`)
}

function taken(name: string): string {
  return `there is a group ${name} already`
}

function shown({ id, name, description, members, createdAt, updatedAt }: Group) {
  return { id, name, description, members, created_at: createdAt, updated_at: updatedAt }
}
