/** `/api/v1/admin/clients/{id}/assignments`: who may use a client whose policy demands an assignment. */
import { z } from 'zod'
import { type Assignee, assigneeKinds } from '../../../protocol/registry.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { findClient, manageableClient, noSuchClient, oneClient } from './clients.ts'
import { page, pageOf, paging } from './list.ts'

const path = `${oneClient}/assignments` as const

const assignee = z.strictObject({
  kind: z.enum(assigneeKinds).describe('One person, or all members of a group'),
  id: z.string().min(1).max(255).describe('Of the account or the group'),
})
const assignment = z.object({ ...assignee.shape, name: z.string().describe('User name, or name of the group') }).meta({ id: 'Assignment' })

const list = adminRoute(
  'clients:read',
  {
    method: 'GET',
    path,
    summary: 'List the groups and people that are assigned to a client',
    query: z.strictObject({
      ...paging,
      after: paging.after
        .unwrap()
        .regex(/^(group|user)\./, 'must be the next of the previous page')
        .optional(),
    }),
    answer: pageOf(assignment),
  },
  async ({ tenant, query, path }) => {
    await findClient(tenant, path.id)
    const [kind, ...id] = (query.after ?? '').split('.')
    const after = { kind, id: id.join('.') } as Assignee
    const read = (limit: number) => tenant.store.assignmentsAdmin.list(path.id, { ...(query.after === undefined ? {} : { after }), limit })
    return { answer: await page(query, read, { keyOf: ({ kind, id }) => `${kind}.${id}`, show: (found) => found }) }
  },
)

const add = adminRoute(
  'clients:write',
  { method: 'POST', path, summary: 'Assign a person or a group to a client; once is enough', body: assignee, act: 'client.assign' },
  async ({ tenant, body, path }, by) => {
    await manageableClient(tenant, by, path.id)
    const outcome = await tenant.store.assignmentsAdmin.add(path.id, body)
    if (outcome === 'unknown client') noSuchClient()
    if (outcome === 'unknown assignee')
      problem(422, 'invalid_request', 'nobody was assigned', [{ field: 'id', rule: 'names an account or a group that does not exist' }])
    return { target: path.id, detail: { [body.kind]: body.id } }
  },
)

const remove = adminRoute(
  'clients:write',
  { method: 'DELETE', path: `${path}/:kind/:assignee`, summary: 'Take a person or a group from a client', act: 'client.unassign' },
  async ({ tenant, path }, by) => {
    await manageableClient(tenant, by, path.id)
    const kind = assigneeKinds.find((one) => one === path.kind)
    if (!kind || !(await tenant.store.assignmentsAdmin.remove(path.id, { kind, id: path.assignee })))
      problem(404, 'not_found', 'this person or group is not assigned to the client')
    return { target: path.id, detail: { [kind]: path.assignee } }
  },
)

export const assignmentRoutes: readonly JsonRoute[] = [list, add, remove]
