/** `/api/v1/admin/clients`: applications and machines — the metadata of RFC 7591. */

import { z } from 'zod'
import { newSecret } from '../../../crypto/new-secret.ts'
import { changeClient, metadataOf } from '../../../protocol/change-client.ts'
import { type ClientMetadata, clientSchema, scopesOf } from '../../../protocol/client.ts'
import { hasSecret, signsWithSecret } from '../../../protocol/client-secret-methods.ts'
import { mergePatchOf } from '../../../protocol/merge-patch.ts'
import { checkConnections } from '../../../protocol/named-connections.ts'
import { readClient } from '../../../protocol/register.ts'
import { clientStatuses } from '../../../protocol/registry.ts'
import { checkSectorIdentifier } from '../../../protocol/sector-identifier.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath, rightsAmong } from '../administration.ts'
import { type Caller, rightsOfCaller } from '../caller.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { page, pageOf, paging } from './list.ts'

const path = `${administrationPath}/clients` as const
export const oneClient = `${path}/:id` as const

const { client_id, ...changeable } = clientSchema.shape
const client = z.object(clientSchema.shape).meta({ id: 'Client' })
const status = z.enum(clientStatuses).describe('disabled: it cannot do anything, and everything issued to it is void')

const list = adminRoute(
  'clients:read',
  { method: 'GET', path, summary: 'List clients', query: z.strictObject(paging), answer: pageOf(client) },
  async ({ tenant, query }) => {
    const { after } = query
    const read = (limit: number) => tenant.store.clientsAdmin.list({ ...(after === undefined ? {} : { after }), limit })
    return { answer: await page(query, read, { keyOf: ({ client_id }) => client_id, show: (found) => found }) }
  },
)

const create = adminRoute(
  'clients:write',
  {
    method: 'POST',
    path,
    summary: 'Register a client; its secret is shown only once',
    body: z
      .strictObject({ client_id: client_id.optional(), ...changeable })
      .meta({ examples: [{ client_name: 'Shop', redirect_uris: ['https://shop.example/callback'], scope: 'openid email' }] }),
    answer: client.extend({ client_secret: z.string().optional() }),
    status: 201,
    act: 'client.create',
  },
  async ({ tenant, body }, by) => {
    const made = read(tenant, body)
    requireRegistrable(by, made)
    await checkSectorIdentifier(tenant.ctx, made)
    await checkConnections(tenant.connections.store, made)
    const secret = hasSecret(made) ? secretFor(tenant, undefined, signsWithSecret(made)) : undefined
    if (!(await tenant.store.clientsAdmin.add(made, secret ? [secret.row] : [])))
      problem(409, 'invalid_request', 'a client with this client_id is registered already')
    return { answer: { ...made, client_secret: secret?.shown }, target: made.client_id }
  },
)

const show = adminRoute(
  'clients:read',
  { method: 'GET', path: oneClient, summary: 'Show one client, without its secrets', answer: client },
  async ({ tenant, path }) => ({ answer: await findClient(tenant, path.id) }),
)

const change = adminRoute(
  'clients:write',
  {
    method: 'PATCH',
    path: oneClient,
    summary: 'Change a client: absent members stay, null restores the default (RFC 7396)',
    body: mergePatchOf(z.object(changeable)),
    answer: client,
    act: 'client.change',
  },
  async ({ tenant, body, path }, by) => {
    await manageableClient(tenant, by, path.id) // refused before the change is validated
    const check = (before: ClientMetadata, after: ClientMetadata) => {
      requireRightsOf(by, before)
      requireRegistrable(by, after)
    }
    const { ctx, store, connections } = tenant
    const stores = { clientsAdmin: store.clientsAdmin, connections: connections.store.connections }
    const changed = (await changeClient({ ctx, store: stores }, path.id, body, check)) ?? noSuchClient()
    return { answer: changed, detail: { fields: Object.keys(body).join(' ') } }
  },
)

const oneStatus = z.object({ client_id, status })

const showStatus = adminRoute(
  'clients:read',
  { method: 'GET', path: `${oneClient}/status`, summary: 'Show whether a client is active or disabled', answer: oneStatus },
  async ({ tenant, path }) => {
    const { status } = (await tenant.store.clientsAdmin.find(path.id)) ?? noSuchClient()
    return { answer: { client_id: path.id, status } }
  },
)

const setStatus = adminRoute(
  'clients:write',
  {
    method: 'PUT',
    path: `${oneClient}/status`,
    summary: 'Disable or enable a client; everything issued to it before is void either way',
    body: z.strictObject({ status }),
    answer: oneStatus,
    act: 'client.status',
  },
  async ({ tenant, body, path }, by) => {
    await manageableClient(tenant, by, path.id)
    if (!(await tenant.store.clientsAdmin.setStatus(path.id, body.status))) noSuchClient()
    return { answer: { client_id: path.id, status: body.status }, detail: body }
  },
)

const remove = adminRoute(
  'clients:write',
  { method: 'DELETE', path: oneClient, summary: 'Delete a client with its secrets and grants', act: 'client.remove' },
  async ({ tenant, path }, by) => {
    await manageableClient(tenant, by, path.id)
    if (!(await tenant.store.clientsAdmin.remove(path.id, tenant.ctx.now()))) noSuchClient()
    return {}
  },
)

function read({ ctx }: WebTenant, given: Readonly<Record<string, unknown>>): ClientMetadata {
  return readClient(ctx.server, ctx.keys.algs, given, ctx.id)
}

export function noSuchClient(): never {
  return problem(404, 'not_found', 'there is no such client here')
}

/** The metadata of a client, without its secrets. */
export async function findClient({ store }: WebTenant, id: string): Promise<ClientMetadata> {
  return metadataOf((await store.clientsAdmin.find(id)) ?? noSuchClient())
}

/** A client that this caller may change. The holder of its secret has its rights, so they must not exceed the caller's. */
export async function manageableClient(tenant: WebTenant, by: Caller, id: string): Promise<ClientMetadata> {
  const found = await findClient(tenant, id)
  requireRightsOf(by, found)
  return found
}

function requireRightsOf(by: Caller, client: ClientMetadata): void {
  const held = rightsOfCaller(by)
  if (!rightsAmong(scopesOf(client)).every((right) => held.includes(right)))
    problem(403, 'access_denied', 'the scopes of this client exceed your own permissions')
}

/** Refuses a client with more rights than the caller has, and one that could administer on behalf of people without their consent. */
function requireRegistrable(by: Caller, client: ClientMetadata): void {
  requireRightsOf(by, client)
  const forPeople = client.grant_types.some((name) => name !== 'client_credentials')
  if (forPeople && client.policy.consent === 'skip' && rightsAmong(scopesOf(client)).length > 0)
    problem(403, 'access_denied', 'a client with administration scopes for people must ask for consent')
}

export function secretFor({ ctx, tokens }: WebTenant, lifetime: number | undefined, signs = false) {
  return newSecret(tokens, { id: ctx.id(), now: ctx.now(), lifetime, signs })
}

export const clientRoutes: readonly JsonRoute[] = [list, create, show, change, showStatus, setStatus, remove]
