/** Who may use which client, in the database. */
import type { Store } from '../protocol/ports.ts'
import type { Assignee, AssigneeKind, AssignmentStore } from '../protocol/registry.ts'
import { type Db, type Sql, sql, type Transaction } from './sql.ts'

export function assignments(db: Db, tenant: string): Pick<Store, 'assignments'> & AssignmentStore {
  return {
    assignments: {
      async includes(clientId, subject) {
        const rows = await db.read(sql`
          select 1 as assigned where exists (
            select 1 from assignments s
            where s.tenant_id = ${tenant} and s.client_id = ${clientId} and s.kind = 'user' and s.assignee = ${subject})
          or exists (
            select 1 from memberships m cross join assignments s
            where m.tenant_id = ${tenant} and m.subject = ${subject}
            and s.tenant_id = m.tenant_id and s.client_id = ${clientId} and s.kind = 'group' and s.assignee = m.group_id)`)
        return rows.length > 0
      },
    },
    assignmentsAdmin: {
      add: (clientId, assignee) =>
        db.transact(function* () {
          // Locks both, so that the removal of either runs before or after.
          if ((yield lockAssignee(tenant, assignee)).length === 0) return 'unknown assignee'
          const known = yield sql`update clients set doc = doc where tenant_id = ${tenant} and id = ${clientId} returning id`
          if (known.length === 0) return 'unknown client'
          yield addition(tenant, clientId, assignee)
          return 'assigned'
        }),
      async remove(clientId, { kind, id }) {
        const rows = await db.write(sql`
          delete from assignments where tenant_id = ${tenant} and client_id = ${clientId} and kind = ${kind} and assignee = ${id}
          returning assignee`)
        return rows.length > 0
      },
      async list(clientId, { after = { kind: 'group', id: '' }, limit }) {
        const rows = await db.read(sql`
          select s.kind, s.assignee, coalesce(g.name, a.username) as name from assignments s
          left join groups g on g.tenant_id = s.tenant_id and s.kind = 'group' and g.id = s.assignee
          left join accounts a on a.tenant_id = s.tenant_id and s.kind = 'user' and a.subject = s.assignee
          where s.tenant_id = ${tenant} and s.client_id = ${clientId}
          and (s.kind > ${after.kind} or (s.kind = ${after.kind} and s.assignee > ${after.id}))
          order by s.kind, s.assignee limit ${limit}`)
        return rows.map((row) => ({ kind: row['kind'] as AssigneeKind, id: row['assignee'] as string, name: row['name'] as string }))
      },
    },
  }
}

/** Within a transaction: in place of all others of the client. One who has just been removed is left out. */
export function* putAssignments(tenant: string, clientId: string, assignees: readonly Assignee[]): Transaction<void> {
  yield removeAssignmentsTo(tenant, clientId)
  for (const { kind, id } of assignees) {
    if ((yield lockAssignee(tenant, { kind, id })).length === 0) continue
    yield addition(tenant, clientId, { kind, id })
  }
}

function addition(tenant: string, clientId: string, { kind, id }: Assignee): Sql {
  return sql`
    insert into assignments (tenant_id, client_id, kind, assignee) values (${tenant}, ${clientId}, ${kind}, ${id}) on conflict do nothing`
}

function lockAssignee(tenant: string, { kind, id }: Assignee): Sql {
  return kind === 'user'
    ? sql`update accounts set updated_at = updated_at where tenant_id = ${tenant} and subject = ${id} returning subject`
    : sql`update groups set updated_at = updated_at where tenant_id = ${tenant} and id = ${id} returning id`
}

/** Of an account or a group that is removed. */
export function removeAssignmentsOf(tenant: string, { kind, id }: Assignee): Sql {
  return sql`delete from assignments where tenant_id = ${tenant} and kind = ${kind} and assignee = ${id}`
}

/** Of a client that is removed. */
export function removeAssignmentsTo(tenant: string, clientId: string): Sql {
  return sql`delete from assignments where tenant_id = ${tenant} and client_id = ${clientId}`
}
