/** `/api/v1/admin/attributes`: what a tenant stores about its people beyond standard claims. */
import { z } from 'zod'
import { attributeSchema, defineAttribute } from '../../../identity/attributes.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'

const path = `${administrationPath}/attributes` as const
const oneAttribute = `${path}/:name` as const

const attribute = z.strictObject(attributeSchema.shape).meta({ id: 'Attribute' })

const list = adminRoute(
  'attributes:read',
  { method: 'GET', path, summary: 'List the attributes that this tenant defines', answer: z.object({ items: z.array(attribute) }) },
  async ({ tenant }) => ({ answer: { items: await tenant.attributes.store.attributes.list() } }),
)

const define = adminRoute(
  'attributes:write',
  {
    method: 'PUT',
    path: oneAttribute,
    summary: 'Define an attribute, or replace the one of this name; nothing changes if the value of an account does not match',
    body: attribute.omit({ name: true }),
    answer: attribute,
    act: 'attribute.define',
  },
  async ({ tenant, body, path }) => {
    const wanted = { ...body, name: path.name }
    const defined = await defineAttribute(tenant.attributes, wanted)
    if (defined !== 'defined') {
      const rule = `${defined.broken} accounts have no such value, for example ${defined.examples.join(', ')}`
      problem(409, 'invalid_request', 'some accounts do not match this attribute', [{ field: path.name, rule }])
    }
    return { answer: wanted, target: path.name }
  },
)

const remove = adminRoute(
  'attributes:write',
  { method: 'DELETE', path: oneAttribute, summary: 'Remove an attribute and its value in every account', act: 'attribute.remove' },
  async ({ tenant, path }) => {
    const accounts = await tenant.attributes.store.attributes.remove(path.name)
    if (accounts === undefined) return problem(404, 'not_found', 'there is no such attribute here')
    return { target: path.name, detail: { accounts } }
  },
)

export const attributeRoutes: readonly JsonRoute[] = [list, define, remove]
