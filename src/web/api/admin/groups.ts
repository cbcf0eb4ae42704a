/** `/api/v1/admin/groups`: groups of people, as applications see them. */
import { z } from 'zod'
import {
  addMembers,
  changeGroup,
  createGroup,
  type Group,
  groupChangeSchema,
  groupSchema,
  maxMembersPerRequest,
  removeGroup,
  removeMembers,
} from '../../../identity/groups.ts'
import { isoTime } from '../../http/iso-time.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { byOffset, nextOf, pageOf, time } from './list.ts'
import { shownUser, user } from './people.ts'

const path = `${administrationPath}/groups` as const
const oneGroup = `${path}/:id` as const
const members = `${oneGroup}/members` as const

const group = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    members: z.int().describe('How many'),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Group' })

function shown({ id, name, description = '', members, createdAt, updatedAt }: Group): z.input<typeof group> {
  return { id, name, description: description || null, members, created_at: isoTime(createdAt), updated_at: isoTime(updatedAt) }
}

function known(outcome: Group | 'unknown' | 'taken' | undefined): Group {
  if (outcome === 'taken') problem(409, 'invalid_request', 'another group has this name')
  return outcome === 'unknown' || outcome === undefined ? problem(404, 'not_found', 'there is no such group here') : outcome
}

const findGroup = async ({ accounts }: WebTenant, id: string) => known(await accounts.store.groups.byId(id))

const list = adminRoute(
  'groups:read',
  {
    method: 'GET',
    path,
    summary: 'List and search groups, by name',
    query: z.strictObject({
      ...byOffset,
      search: z.string().max(254).optional().describe('Part of the name or description, case-insensitive'),
    }),
    answer: pageOf(group).extend({ total: z.int().describe('On all pages') }),
  },
  async ({ tenant, query }) => {
    const { search, limit, after: offset } = query
    const { groups, total } = await tenant.accounts.store.groups.search({ search, offset, limit })
    return { answer: { items: groups.map(shown), next: nextOf(offset, groups.length, total), total } }
  },
)

const create = adminRoute(
  'groups:write',
  { method: 'POST', path, summary: 'Create a group', body: groupSchema, answer: group, status: 201, act: 'group.create' },
  async ({ tenant, body }) => {
    const made = known(await createGroup(tenant.accounts, body))
    return { answer: shown(made), target: made.id }
  },
)

const show = adminRoute(
  'groups:read',
  { method: 'GET', path: oneGroup, summary: 'Show one group', answer: group },
  async ({ tenant, path }) => ({ answer: shown(await findGroup(tenant, path.id)) }),
)

const change = adminRoute(
  'groups:write',
  {
    method: 'PATCH',
    path: oneGroup,
    summary: 'Change the name or description of a group: absent members stay, a description of null is removed',
    body: groupChangeSchema,
    answer: group,
    act: 'group.change',
  },
  async ({ tenant, body, path }) => ({ answer: shown(known(await changeGroup(tenant.accounts, path.id, body))) }),
)

const remove = adminRoute(
  'groups:write',
  { method: 'DELETE', path: oneGroup, summary: 'Delete a group; its members keep their accounts', act: 'group.remove' },
  async ({ tenant, path }) => {
    if (!(await removeGroup(tenant.accounts, path.id))) known('unknown')
    return {}
  },
)

const listMembers = adminRoute(
  'groups:read',
  {
    method: 'GET',
    path: members,
    summary: 'List the members of a group, by user name',
    query: z.strictObject(byOffset),
    answer: pageOf(user).extend({ total: z.int().describe('On all pages') }),
  },
  async ({ tenant, query, path }) => {
    const { limit, after: offset } = query
    await findGroup(tenant, path.id)
    const { accounts, total } = await tenant.accounts.store.groups.members(path.id, { offset, limit })
    return { answer: { items: accounts.map(shownUser), next: nextOf(offset, accounts.length, total), total } }
  },
)

const add = adminRoute(
  'groups:write',
  {
    method: 'POST',
    path: members,
    summary: 'Add people to a group, all of them or none; existing members stay',
    body: z.strictObject({ user_ids: z.array(z.string().max(255)).min(1).max(maxMembersPerRequest) }),
    answer: z.object({ added: z.int().describe('How many are new') }),
    act: 'group.members',
  },
  async ({ tenant, body, path }) => {
    const joined = await addMembers(tenant.accounts, path.id, body.user_ids)
    if ('added' in joined) return { answer: joined, detail: { added: joined.added } }
    if ('full' in joined) problem(409, 'invalid_request', 'one of these people is in the maximum number of groups')
    if (joined.unknown === 'group') known('unknown')
    return problem(422, 'invalid_request', 'nobody was added to the group', [
      { field: 'user_ids', rule: 'names an account that does not exist' },
    ])
  },
)

const takeOut = adminRoute(
  'groups:write',
  { method: 'DELETE', path: `${members}/:user`, summary: 'Remove a person from a group', act: 'group.members' },
  async ({ tenant, path }) => {
    const removed = await removeMembers(tenant.accounts, path.id, [path.user])
    if (removed === 'unknown') known('unknown')
    if (removed === 0) problem(404, 'not_found', 'this person is not in the group')
    return { detail: { removed: 1 } }
  },
)

export const groupRoutes: readonly JsonRoute[] = [list, create, show, change, remove, listMembers, add, takeOut]
