/** `/api/v1/admin/clients/:id/secrets`: several can be valid while a client changes from one to another. */

import { z } from 'zod'
import { hasSecret, signsWithSecret } from '../../../protocol/client-secret-methods.ts'
import type { SecretRow } from '../../../protocol/registry.ts'
import { isoTime } from '../../http/iso-time.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { findClient, manageableClient, noSuchClient, oneClient, secretFor } from './clients.ts'
import { time } from './list.ts'

const path = `${oneClient}/secrets` as const
/** Seconds. */
const span = z.int().min(1).max(315_360_000)

const secretSchema = z.object({ id: z.string(), created_at: time, expires_at: time.nullable() }).meta({ id: 'ClientSecret' })
const newSecretSchema = secretSchema.extend({ secret: z.string().describe('Shown only once') })

const shown = ({ id, createdAt, expiresAt }: SecretRow) => ({
  id,
  created_at: isoTime(createdAt),
  expires_at: expiresAt === undefined ? null : isoTime(expiresAt),
})

const list = adminRoute(
  'clients:read',
  {
    method: 'GET',
    path,
    summary: 'List the secrets of a client, without their values',
    answer: z.object({ items: z.array(secretSchema) }),
  },
  async ({ tenant, path }) => {
    await findClient(tenant, path.id)
    return { answer: { items: (await tenant.store.clientsAdmin.listSecrets(path.id)).map(shown) } }
  },
)

const add = adminRoute(
  'clients:write',
  {
    method: 'POST',
    path,
    summary: 'Create another secret; the existing ones stay valid',
    body: z.strictObject({ expires_in: span.optional().describe('Seconds; absent: never') }),
    answer: newSecretSchema,
    status: 201,
    act: 'client.secret',
  },
  async ({ tenant, body, path }, by) => {
    const client = await manageableClient(tenant, by, path.id)
    needsSecret(client)
    const { row, shown: secret } = secretFor(tenant, body.expires_in, signsWithSecret(client))
    if (!(await tenant.store.clientsAdmin.addSecret(path.id, row))) noSuchClient()
    return { answer: { ...shown(row), secret }, detail: { added: row.id } }
  },
)

const rotate = adminRoute(
  'clients:write',
  {
    method: 'POST',
    path: `${path}/rotate`,
    summary: 'Create a secret that replaces all others',
    body: z.strictObject({
      overlap: span.optional().describe('Seconds for which the newest of the others stays valid; absent: 0'),
      expires_in: span.optional().describe('Seconds; absent: never'),
    }),
    answer: newSecretSchema,
    status: 201,
    act: 'client.secret',
  },
  async ({ tenant, body, path }, by) => {
    const client = await manageableClient(tenant, by, path.id)
    needsSecret(client)
    const { row, shown: secret } = secretFor(tenant, body.expires_in, signsWithSecret(client))
    const until = body.overlap === undefined ? undefined : row.createdAt + body.overlap
    if (!(await tenant.store.clientsAdmin.rotateSecret(path.id, row, until))) noSuchClient()
    return { answer: { ...shown(row), secret }, detail: { added: row.id } }
  },
)

const remove = adminRoute(
  'clients:write',
  { method: 'DELETE', path: `${path}/:secret`, summary: 'Revoke one secret of a client', act: 'client.secret' },
  async ({ tenant, path }, by) => {
    await manageableClient(tenant, by, path.id)
    if (!(await tenant.store.clientsAdmin.removeSecret(path.id, path.secret))) problem(404, 'not_found', 'this client has no such secret')
    return { detail: { removed: path.secret } }
  },
)

function needsSecret(client: Parameters<typeof hasSecret>[0]): void {
  if (!hasSecret(client)) problem(409, 'invalid_request', 'this client authenticates without a secret')
}

export const clientSecretRoutes: readonly JsonRoute[] = [list, add, rotate, remove]
