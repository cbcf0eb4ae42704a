/** `/api/v1/admin/resources`: protected APIs, the audiences of access tokens — RFC 8707. */
import { z } from 'zod'
import { mergePatch, mergePatchOf } from '../../../protocol/merge-patch.ts'
import { type ResourceMetadata, readResource, resourceSchema } from '../../../protocol/resource.ts'
import { normalised } from '../../../protocol/resource-identifier.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationIdentifier, administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { secretFor } from './clients.ts'
import { page, pageOf, paging } from './list.ts'

const path = `${administrationPath}/resources` as const
/** The identifier, percent-encoded. */
const oneResource = `${path}/:id` as const

const { identifier, ...changeable } = resourceSchema.shape
const resource = z.object(resourceSchema.shape).meta({ id: 'Resource' })
const taken = 'another API has this identifier or resource_id'

const list = adminRoute(
  'resources:read',
  { method: 'GET', path, summary: 'List registered APIs', query: z.strictObject(paging), answer: pageOf(resource) },
  async ({ tenant, query }) => {
    const { after } = query
    const read = (limit: number) => tenant.store.resourcesAdmin.list({ ...(after === undefined ? {} : { after }), limit })
    return { answer: await page(query, read, { keyOf: ({ identifier }) => identifier, show: (found) => found }) }
  },
)

const create = adminRoute(
  'resources:write',
  {
    method: 'POST',
    path,
    summary: 'Register an API',
    body: z.strictObject({
      identifier,
      ...changeable,
      with_secret: z.boolean().default(false).describe('Create a secret with which it authenticates at introspection'),
    }),
    answer: resource.extend({ secret: z.string().optional().describe('Shown only once') }),
    status: 201,
    act: 'resource.create',
  },
  async ({ tenant, body }) => {
    const { with_secret: wanted, ...given } = body
    const made = read(tenant, given)
    const secret = wanted ? secretFor(tenant, undefined) : undefined
    const isOurs = normalised(made.identifier) === normalised(administrationIdentifier(tenant.ctx.issuer))
    if (isOurs || !(await tenant.store.resourcesAdmin.add(made, secret?.row))) problem(409, 'invalid_request', taken)
    return { answer: { ...made, secret: secret?.shown }, target: made.identifier }
  },
)

const show = adminRoute(
  'resources:read',
  { method: 'GET', path: oneResource, summary: 'Show one API, by its percent-encoded identifier', answer: resource },
  async ({ tenant, path }) => ({ answer: await findResource(tenant, path.id) }),
)

const change = adminRoute(
  'resources:write',
  {
    method: 'PATCH',
    path: oneResource,
    summary: 'Change an API: absent members stay, null removes (RFC 7396)',
    body: mergePatchOf(z.object(changeable)),
    answer: resource,
    act: 'resource.change',
  },
  async ({ tenant, body, path }) => {
    const before = await findResource(tenant, path.id)
    const after = read(tenant, { ...mergePatch(before, body), identifier: before.identifier })
    const outcome = await tenant.store.resourcesAdmin.replace(after)
    if (outcome === 'taken') problem(409, 'invalid_request', taken)
    if (outcome === 'unknown') noSuchResource()
    return { answer: after, detail: { fields: Object.keys(body).join(' ') } }
  },
)

const remove = adminRoute(
  'resources:write',
  { method: 'DELETE', path: oneResource, summary: 'Delete an API; no more tokens are issued for it', act: 'resource.remove' },
  async ({ tenant, path }) => {
    if (!(await tenant.store.resourcesAdmin.remove(path.id))) noSuchResource()
    return {}
  },
)

const rotate = adminRoute(
  'resources:write',
  {
    method: 'POST',
    path: `${oneResource}/secrets/rotate`,
    summary: 'Create a secret of an API, which replaces any other',
    body: z.strictObject({
      overlap: z.int().min(1).max(315_360_000).optional().describe('Seconds for which the newest old secret stays valid; absent: 0'),
      expires_in: z.int().min(1).max(315_360_000).optional().describe('Seconds; absent: never'),
    }),
    answer: z.object({ secret: z.string().describe('Shown only once') }),
    status: 201,
    act: 'resource.secret',
  },
  async ({ tenant, body, path }) => {
    const { row, shown } = secretFor(tenant, body.expires_in)
    const until = body.overlap === undefined ? undefined : row.createdAt + body.overlap
    if (!(await tenant.store.resourcesAdmin.rotateSecret(path.id, row, until))) noSuchResource()
    return { answer: { secret: shown }, detail: { added: row.id } }
  },
)

function read({ ctx }: WebTenant, given: unknown): ResourceMetadata {
  return readResource(ctx.keys.algs, given)
}

async function findResource({ store }: WebTenant, id: string): Promise<ResourceMetadata> {
  const { secretHashes: _, tokensFrom: __, ...registered } = (await store.resources.find(id)) ?? noSuchResource()
  return registered
}

function noSuchResource(): never {
  return problem(404, 'not_found', 'there is no such API here')
}

export const resourceRoutes: readonly JsonRoute[] = [list, create, show, change, remove, rotate]
