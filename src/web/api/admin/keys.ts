/** `/api/v1/admin/keys`: the signing keys of a tenant. They rotate automatically; this is for emergencies. */
import { z } from 'zod'
import { rotateKey } from '../../../crypto/rotate-key.ts'
import { keyAlgs } from '../../../protocol/algs.ts'
import { isoTime } from '../../http/iso-time.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { time } from './list.ts'

const path = `${administrationPath}/keys` as const
const alg = z.enum(keyAlgs)

const list = adminRoute(
  'keys:read',
  {
    method: 'GET',
    path,
    summary: 'List signing keys and their states',
    answer: z.object({
      items: z.array(
        z
          .object({
            id: z.string().describe('The `kid`'),
            alg,
            state: z.enum(['next', 'active', 'retired', 'removed']),
            active_at: time.describe('Signs from this time'),
            remove_at: time.nullable().describe('Published until this time'),
          })
          .meta({ id: 'Key' }),
      ),
    }),
  },
  async ({ tenant }) => {
    const items = (await tenant.keyring.list()).map(({ kid, alg, state, activeAt, removeAt }) => {
      return { id: kid, alg, state, active_at: isoTime(activeAt), remove_at: removeAt === undefined ? null : isoTime(removeAt) }
    })
    return { answer: { items } }
  },
)

const rotate = adminRoute(
  'keys:write',
  {
    method: 'POST',
    path: `${path}/rotate`,
    summary: 'Create the next key, which signs once verifiers can have read it',
    body: z.strictObject({
      alg,
      immediately: z.boolean().default(false).describe('Sign with it at once, although verifiers may not have read it yet'),
    }),
    answer: z.object({ id: z.string(), alg, made: z.boolean().describe('False: this key was waiting already, and nothing was made') }),
    status: 201,
    act: 'key.rotate',
  },
  async ({ tenant, body }) => {
    const { alg, immediately } = body
    if (!tenant.keyring.ownAlgs.includes(alg))
      problem(422, 'invalid_request', 'the body is not valid for this route', [
        { field: 'alg', rule: 'has no keys that this server creates' },
      ])
    const { kid: id, waitsUntil } = await rotateKey(tenant.keyring, alg, immediately)
    const made = waitsUntil === undefined
    return { answer: { id, alg, made }, target: id, detail: { alg, immediately, made } }
  },
)

const revoke = adminRoute(
  'keys:write',
  { method: 'DELETE', path: `${path}/:id`, summary: 'Revoke a key: everything that it signed is refused at once', act: 'key.revoke' },
  async ({ tenant, path }) => {
    if (!(await tenant.keyring.revoke(path.id))) problem(404, 'not_found', 'there is no such key here')
    return {}
  },
)

export const keyRoutes: readonly JsonRoute[] = [list, rotate, revoke]
