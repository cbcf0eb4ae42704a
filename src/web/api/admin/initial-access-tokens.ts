/** `/api/v1/admin/initial-access-tokens`: who may register clients — RFC 7591 §1.2. */
import { z } from 'zod'
import { scopesOf } from '../../../protocol/client.ts'
import type { InitialAccessToken } from '../../../protocol/registry.ts'
import { line } from '../../../protocol/text.ts'
import { isoTime } from '../../http/iso-time.ts'
import { administrationPath, rightsAmong } from '../administration.ts'
import { rightsOfCaller } from '../caller.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { page, pageOf, paging, time } from './list.ts'

const path = `${administrationPath}/initial-access-tokens` as const

const kept = z
  .object({
    id: z.string(),
    label: z.string(),
    scope: z.string().nullable().describe('Scopes its clients may register for; null: those of the configuration'),
    uses_left: z.int(),
    created_at: time,
    expires_at: time,
  })
  .meta({ id: 'InitialAccessToken' })

const shown = ({ id, label, scope, usesLeft, createdAt, expiresAt }: InitialAccessToken) => ({
  id,
  label,
  scope: scope?.join(' ') ?? null,
  uses_left: usesLeft,
  created_at: isoTime(createdAt),
  expires_at: isoTime(expiresAt),
})

const list = adminRoute(
  'clients:read',
  { method: 'GET', path, summary: 'List initial access tokens, without their values', query: z.strictObject(paging), answer: pageOf(kept) },
  async ({ tenant, query }) => {
    const { after } = query
    const read = (limit: number) => tenant.store.initialAccessTokens.list({ ...(after === undefined ? {} : { after }), limit })
    return { answer: await page(query, read, { keyOf: ({ id }) => id, show: shown }) }
  },
)

const create = adminRoute(
  'clients:write',
  {
    method: 'POST',
    path,
    summary: 'Create an initial access token, with which applications register themselves',
    body: z.strictObject({
      label: line(200).describe('What it is for'),
      scope: z.string().max(8192).optional().describe('Scopes its clients may register for; absent: those of the configuration'),
      uses: z.int().min(1).max(100_000).default(1).describe('How many clients it registers'),
      expires_in: z.int().min(60).max(31_536_000).default(86_400).describe('Seconds'),
    }),
    answer: kept.extend({ token: z.string().describe('Shown only once') }),
    status: 201,
    act: 'registration-token.create',
  },
  async ({ tenant, body }, by) => {
    const { ctx, store } = tenant
    const scope = body.scope === undefined ? undefined : scopesOf({ scope: body.scope })
    if (!rightsAmong(scope ?? []).every((right) => rightsOfCaller(by).includes(right)))
      problem(403, 'access_denied', 'the scopes of this token exceed your own permissions')
    const token = ctx.tokens.make('ia')
    const createdAt = ctx.now()
    const { label, uses: usesLeft, expires_in: lifetime } = body
    const made = { id: ctx.id(), label, scope, usesLeft, createdAt, expiresAt: createdAt + lifetime }
    await store.initialAccessTokens.add({ ...made, hash: ctx.tokens.hash('ia', token) as string })
    return { answer: { ...shown(made), token }, target: made.id }
  },
)

const remove = adminRoute(
  'clients:write',
  {
    method: 'DELETE',
    path: `${path}/:id`,
    summary: 'Revoke an initial access token; the clients it registered stay',
    act: 'registration-token.remove',
  },
  async ({ tenant, path }) => {
    if (!(await tenant.store.initialAccessTokens.remove(path.id))) problem(404, 'not_found', 'there is no such initial access token here')
    return {}
  },
)

export const initialAccessTokenRoutes: readonly JsonRoute[] = [list, create, remove]
