/** `/api/v1/admin/credential-configurations`: the credentials that can be issued. */
import { z } from 'zod'
import { credentialConfigurationSchema } from '../../../protocol/credential-configuration.ts'
import { mergePatch, mergePatchOf } from '../../../protocol/merge-patch.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { page, pageOf, paging } from './list.ts'

const path = `${administrationPath}/credential-configurations` as const
const oneConfiguration = `${path}/:id` as const

const { id: _, ...changeable } = credentialConfigurationSchema.shape
const configuration = z.object(credentialConfigurationSchema.shape).meta({ id: 'CredentialConfiguration' })

const list = adminRoute(
  'credentials:read',
  { method: 'GET', path, summary: 'List credential configurations', query: z.strictObject(paging), answer: pageOf(configuration) },
  async ({ tenant, query }) => {
    const { after } = query
    const read = (limit: number) => tenant.store.credentialConfigurations.list({ ...(after === undefined ? {} : { after }), limit })
    return { answer: await page(query, read, { keyOf: ({ id }) => id, show: (found) => found }) }
  },
)

const create = adminRoute(
  'credentials:write',
  {
    method: 'POST',
    path,
    summary: 'Declare a credential that can be issued',
    body: credentialConfigurationSchema.meta({
      examples: [{ id: 'staff-badge', display: [{ name: 'Staff badge' }], claims: [{ name: 'given_name', source: 'account.given_name' }] }],
    }),
    answer: configuration,
    status: 201,
    act: 'credential-configuration.create',
  },
  async ({ tenant, body }) => {
    if (!(await tenant.store.credentialConfigurations.add(body))) problem(409, 'invalid_request', 'another credential has this id')
    return { answer: body, target: body.id }
  },
)

const show = adminRoute(
  'credentials:read',
  { method: 'GET', path: oneConfiguration, summary: 'Show one credential configuration', answer: configuration },
  async ({ tenant, path }) => ({ answer: await findConfiguration(tenant, path.id) }),
)

const change = adminRoute(
  'credentials:write',
  {
    method: 'PATCH',
    path: oneConfiguration,
    summary: 'Change a credential configuration: absent members stay, null removes (RFC 7396)',
    body: mergePatchOf(z.object(changeable)),
    answer: configuration,
    act: 'credential-configuration.change',
  },
  async ({ tenant, body, path }) => {
    const before = await findConfiguration(tenant, path.id)
    const after = credentialConfigurationSchema.parse({ ...mergePatch(before, body), id: path.id })
    if (!(await tenant.store.credentialConfigurations.replace(after))) noSuchConfiguration()
    return { answer: after, detail: { fields: Object.keys(body).join(' ') } }
  },
)

const remove = adminRoute(
  'credentials:write',
  {
    method: 'DELETE',
    path: oneConfiguration,
    summary: 'Remove a credential configuration; what was issued stays valid',
    act: 'credential-configuration.remove',
  },
  async ({ tenant, path }) => {
    if (!(await tenant.store.credentialConfigurations.remove(path.id))) noSuchConfiguration()
    return {}
  },
)

async function findConfiguration({ store }: WebTenant, id: string) {
  return (await store.credentialConfigurations.find(id)) ?? noSuchConfiguration()
}

function noSuchConfiguration(): never {
  return problem(404, 'not_found', 'there is no such credential configuration here')
}

export const credentialConfigurationRoutes: readonly JsonRoute[] = [list, create, show, change, remove]
