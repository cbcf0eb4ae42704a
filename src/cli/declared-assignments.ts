/** The assignments that a file declares for a client: people and groups by their names. */
import { z } from 'zod'
import type { Assignee } from '../protocol/registry.ts'
import type { Tenant } from '../tenant.ts'
import { all } from './admin-command.ts'

const names = z.array(z.string().min(1).max(254)).max(1000).default([])

/** All that are assigned. */
export const assignmentsSchema = z.strictObject({ groups: names, users: names })
export type NamedAssignments = z.infer<typeof assignmentsSchema>

/** Those of a client as a file would declare them; undefined: it has none. */
export async function assignmentsOf({ store }: Tenant, clientId: string): Promise<NamedAssignments | undefined> {
  const read = ({ after, limit }: { after?: string; limit: number }) => {
    const [kind, id] = after?.split(' ') ?? []
    return store.assignmentsAdmin.list(clientId, { ...(after === undefined ? {} : { after: { kind, id } as Assignee }), limit })
  }
  const found = await all(read, ({ kind, id }) => `${kind} ${id}`)
  return found.length > 0 ? named(found) : undefined
}

/** By name, each once, in order. */
export function named(found: readonly (Assignee & { name: string })[]): NamedAssignments {
  const namesOf = (of: Assignee['kind']) => [...new Set(found.filter(({ kind }) => kind === of).map(({ name }) => name))].toSorted()
  return { groups: namesOf('group'), users: namesOf('user') }
}
