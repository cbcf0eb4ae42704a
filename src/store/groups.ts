/** Groups and their members in the database. `cross join`: SQLite then reads the memberships first, and not every row of the tenant. */
import { foldName } from '../identity/account.ts'
import type { Group, GroupStore } from '../identity/groups.ts'
import { accountFrom, columnsOfAccount } from './account-row.ts'
import { removeAssignmentsOf } from './assignments.ts'
import { type Db, type Row, sql, type Transaction, whenTaken } from './sql.ts'

export function groups(db: Db, tenant: string): { groups: GroupStore } {
  return {
    groups: {
      async add(group) {
        const rows = await db.write(sql`
          insert into groups (tenant_id, id, name, name_folded, description, created_at, updated_at)
          values (${tenant}, ${group.id}, ${group.name}, ${foldName(group.name)}, ${group.description ?? null},
            ${group.createdAt}, ${group.updatedAt})
          on conflict do nothing returning id`)
        return rows.length > 0
      },
      async byId(id) {
        const [row] = await db.read(sql`
          select g.id, g.name, g.description, g.created_at, g.updated_at,
            (select count(*) from memberships m where m.tenant_id = g.tenant_id and m.group_id = g.id) as members
          from groups g where g.tenant_id = ${tenant} and g.id = ${id}`)
        return row && groupFrom(row)
      },
      async byName(folded) {
        const [row] = await db.read(sql`
          select g.id, g.name, g.description, g.created_at, g.updated_at,
            (select count(*) from memberships m where m.tenant_id = g.tenant_id and m.group_id = g.id) as members
          from groups g where g.tenant_id = ${tenant} and g.name_folded = ${folded}`)
        return row && groupFrom(row)
      },
      change: (id, change) => db.transact(() => update(tenant, id, change)).catch(whenTaken('taken')),
      remove: (id) =>
        db.transact(function* () {
          const removed = yield sql`delete from groups where tenant_id = ${tenant} and id = ${id} returning id`
          yield sql`delete from memberships where tenant_id = ${tenant} and group_id = ${id}`
          yield removeAssignmentsOf(tenant, { kind: 'group', id })
          return removed.length > 0
        }),
      search: (ask) => search(db, tenant, ask),
      members: (id, ask) => members(db, tenant, id, ask),
      async of(subject) {
        const rows = await db.read(sql`
          select g.id, g.name from memberships m cross join groups g
          where m.tenant_id = ${tenant} and m.subject = ${subject} and g.tenant_id = m.tenant_id and g.id = m.group_id
          order by g.name_folded`)
        return rows.map((row) => ({ id: row['id'] as string, name: row['name'] as string }))
      },
      addMembers: (act) => db.transact(() => join(tenant, act)),
      async removeMembers(id, subjects) {
        const rows = await db.write(sql`
          delete from memberships where tenant_id = ${tenant} and group_id = ${id} and subject in ${subjects} returning subject`)
        return rows.length
      },
    },
  }
}

type Change = Parameters<GroupStore['change']>[1]

function* update(tenant: string, id: string, change: Change): Transaction<'changed' | 'unknown'> {
  const [row] = yield sql`
    update groups set updated_at = updated_at where tenant_id = ${tenant} and id = ${id}
    returning id, name, description, created_at, updated_at, 0 as members`
  if (!row) return 'unknown'
  const { name, description, updatedAt } = { ...groupFrom(row), ...change }
  yield sql`
    update groups set name = ${name}, name_folded = ${foldName(name)}, description = ${description ?? null}, updated_at = ${updatedAt}
    where tenant_id = ${tenant} and id = ${id}`
  return 'changed'
}

/** The text is searched for as it is: `%` and `_` are not wildcards. */
async function search(db: Db, tenant: string, ask: Parameters<GroupStore['search']>[0]) {
  const part = `%${foldName(ask.search ?? '').replace(/[!%_]/g, '!$&')}%`
  const rows = await db.read(sql`
    select g.id, g.name, g.description, g.created_at, g.updated_at,
      (select count(*) from memberships m where m.tenant_id = g.tenant_id and m.group_id = g.id) as members
    from groups g
    where g.tenant_id = ${tenant} and (g.name_folded like ${part} escape '!' or lower(g.description) like ${part} escape '!')
    order by g.name_folded limit ${ask.limit} offset ${ask.offset}`)
  const [count] = await db.read(sql`
    select count(*) as n from groups
    where tenant_id = ${tenant} and (name_folded like ${part} escape '!' or lower(description) like ${part} escape '!')`)
  return { groups: rows.map(groupFrom), total: count!['n'] as number }
}

async function members(db: Db, tenant: string, id: string, { offset, limit }: { offset: number; limit: number }) {
  const rows = await db.read(sql`
    select ${columnsOfAccount}
    from memberships m cross join accounts a
    where m.tenant_id = ${tenant} and m.group_id = ${id} and a.tenant_id = m.tenant_id and a.subject = m.subject
    order by a.username_folded limit ${limit} offset ${offset}`)
  const [count] = await db.read(sql`select count(*) as n from memberships where tenant_id = ${tenant} and group_id = ${id}`)
  return { accounts: rows.map(accountFrom), total: count!['n'] as number }
}

type Joining = Parameters<GroupStore['addMembers']>[0]
type Joined = Awaited<ReturnType<GroupStore['addMembers']>>

/** Locks the accounts and the group first, so that their removal, and additions of the same people to other groups, run before or after. */
function* join(tenant: string, { id, subjects, maxPerAccount }: Joining): Transaction<Joined> {
  const known = yield sql`
    update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject in ${subjects} returning subject`
  const [group] = yield sql`update groups set updated_at = updated_at where tenant_id = ${tenant} and id = ${id} returning id`
  if (!group) return { unknown: 'group' }
  const unknown = subjects.filter((subject) => !known.some((row) => row['subject'] === subject))
  if (unknown.length > 0) return { unknown: 'accounts', subjects: unknown }
  const full = yield sql`
    select a.subject from accounts a where a.tenant_id = ${tenant} and a.subject in ${subjects}
    and (select count(*) from memberships m where m.tenant_id = a.tenant_id and m.subject = a.subject) >= ${maxPerAccount}
    and not exists (select 1 from memberships m where m.tenant_id = a.tenant_id and m.subject = a.subject and m.group_id = ${id})
    order by a.subject`
  if (full.length > 0) return { full: full.map((row) => row['subject'] as string) }
  const added = yield sql`
    insert into memberships (tenant_id, group_id, subject)
    select a.tenant_id, cast(${id} as text), a.subject from accounts a where a.tenant_id = ${tenant} and a.subject in ${subjects}
    on conflict do nothing returning subject`
  return { added: added.length }
}

function groupFrom(row: Row): Group {
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    description: (row['description'] as string | null) ?? undefined,
    members: row['members'] as number,
    createdAt: row['created_at'] as number,
    updatedAt: row['updated_at'] as number,
  }
}
