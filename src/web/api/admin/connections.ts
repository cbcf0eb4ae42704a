/** `/api/v1/admin/connections`: other providers that people sign in through, and whose tokens can be kept. */
import { z } from 'zod'
import { checkConnection } from '../../../connections/check.ts'
import { type Connection, type ConnectionMetadata, connectionSchema } from '../../../connections/connection.ts'
import { redirectUriOf } from '../../../connections/deps.ts'
import { mergePatch, mergePatchOf } from '../../../protocol/merge-patch.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { page, pageOf, paging } from './list.ts'

const path = `${administrationPath}/connections` as const
const oneConnection = `${path}/:id` as const

const { name, ...changeable } = connectionSchema.shape
const shownConnection = z
  .object({
    ...connectionSchema.shape,
    has_secret: z.boolean().describe('Whether a client secret is stored'),
    redirect_uri: z.string().describe('To be registered at the provider'),
  })
  .meta({ id: 'Connection' })
const clientSecret = z.string().min(1).max(10_000).describe('Client secret, stored sealed and never shown')

const list = adminRoute(
  'connections:read',
  { method: 'GET', path, summary: 'List connections', query: z.strictObject(paging), answer: pageOf(shownConnection) },
  async ({ tenant, query }) => {
    const { after } = query
    const read = (limit: number) => tenant.connections.store.connections.list({ ...(after === undefined ? {} : { after }), limit })
    return { answer: await page(query, read, { keyOf: ({ name }) => name, show: (found) => shown(tenant, found) }) }
  },
)

const create = adminRoute(
  'connections:write',
  {
    method: 'POST',
    path,
    summary: 'Set up a connection',
    body: z
      .strictObject({ name, ...changeable, client_secret: clientSecret.optional() })
      .meta({ examples: [{ name: 'staff', issuer: 'https://login.example.com', client_id: 'gatehouse', client_secret: 'SECRET' }] }),
    answer: shownConnection,
    status: 201,
    act: 'connection.create',
  },
  async ({ tenant, body }) => {
    const { client_secret: secret, ...given } = body
    const connection = connectionSchema.parse(given)
    const sealedSecret = secret === undefined ? undefined : tenant.connections.secrets.seal(connection.name, secret)
    if (!(await tenant.connections.store.connections.add(connection, sealedSecret)))
      problem(409, 'invalid_request', 'another connection has this name')
    return { answer: shown(tenant, { ...connection, sealedSecret }), target: connection.name }
  },
)

const show = adminRoute(
  'connections:read',
  { method: 'GET', path: oneConnection, summary: 'Show one connection', answer: shownConnection },
  async ({ tenant, path }) => ({ answer: shown(tenant, await findConnection(tenant, path.id)) }),
)

const change = adminRoute(
  'connections:write',
  {
    method: 'PATCH',
    path: oneConnection,
    summary: 'Change a connection: absent members stay, null removes (RFC 7396)',
    body: mergePatchOf(z.object(changeable)),
    answer: shownConnection,
    act: 'connection.change',
  },
  async ({ tenant, body, path }) => {
    const { sealedSecret, ...before } = await findConnection(tenant, path.id)
    const after = connectionSchema.parse({ ...mergePatch(before, body), name: path.id })
    const outcome = await tenant.connections.store.connections.replace(after)
    if (outcome === 'unknown') noSuchConnection()
    if (outcome === 'other provider')
      problem(
        409,
        'invalid_request',
        'accounts or tokens of its present provider depend on this connection; set up another one for another provider',
      )
    return { answer: shown(tenant, { ...after, sealedSecret }), detail: { fields: Object.keys(body).join(' ') } }
  },
)

const setSecret = adminRoute(
  'connections:write',
  {
    method: 'PUT',
    path: `${oneConnection}/secret`,
    summary: 'Set the client secret of a connection; null removes it',
    body: z.strictObject({ client_secret: clientSecret.nullable() }),
    act: 'connection.secret',
  },
  async ({ tenant, body: { client_secret: secret }, path }) => {
    const sealed = secret === null ? undefined : tenant.connections.secrets.seal(path.id, secret)
    if (!(await tenant.connections.store.connections.setSecret(path.id, sealed))) noSuchConnection()
    return { detail: { removed: secret === null } }
  },
)

const check = adminRoute(
  'connections:write',
  {
    method: 'POST',
    path: `${oneConnection}/check`,
    summary: 'Ask the provider whether a connection is right',
    answer: z.object({ findings: z.array(z.object({ level: z.enum(['ok', 'warning', 'problem']), text: z.string() })) }),
  },
  async ({ tenant, path }) => ({
    answer: { findings: await checkConnection(tenant.connections, await findConnection(tenant, path.id)) },
  }),
)

const remove = adminRoute(
  'connections:write',
  {
    method: 'DELETE',
    path: oneConnection,
    summary: 'Remove a connection, with everything that came through it',
    act: 'connection.remove',
  },
  async ({ tenant, path }) => {
    if (!(await tenant.connections.store.connections.remove(path.id))) noSuchConnection()
    return {}
  },
)

function shown(
  { connections }: WebTenant,
  { sealedSecret, ...connection }: Connection,
): ConnectionMetadata & { has_secret: boolean; redirect_uri: string } {
  return { ...connection, has_secret: sealedSecret !== undefined, redirect_uri: redirectUriOf(connections, connection.name) }
}

async function findConnection({ connections }: WebTenant, id: string): Promise<Connection> {
  return (await connections.store.connections.find(id)) ?? noSuchConnection()
}

function noSuchConnection(): never {
  return problem(404, 'not_found', 'there is no such connection here')
}

export const connectionRoutes: readonly JsonRoute[] = [list, create, show, change, setSecret, check, remove]
