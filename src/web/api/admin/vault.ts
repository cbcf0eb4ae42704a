/** `/api/v1/admin/vault`: whose tokens of other providers are stored, and removing them. The tokens themselves are never shown. */
import { z } from 'zod'
import type { VaultEntry } from '../../../vault/entry.ts'
import { removeEntry } from '../../../vault/keep.ts'
import { isoTime } from '../../http/iso-time.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { page, pageOf, paging, time } from './list.ts'
import { ownOrManageableAccount } from './people.ts'

const path = `${administrationPath}/vault` as const

const shownEntry = z
  .object({
    id: z.string(),
    connection: z.string(),
    owner_type: z.enum(['account', 'upstream']).describe('account: an account here. upstream: a person as the provider names them'),
    owner: z.string(),
    kind: z.enum(['offline', 'refresh']),
    upstream_subject: z.string().nullable(),
    scope: z.string(),
    state: z.enum(['active', 'consent-needed']).describe('consent-needed: the provider refuses the tokens'),
    created_at: time,
    updated_at: time,
    last_used_at: time.nullable(),
    last_used_by: z.string().nullable().describe('client_id'),
  })
  .meta({ id: 'VaultEntry' })

function shown(entry: VaultEntry): z.input<typeof shownEntry> {
  const { id, connection, owner, kind, upstreamSubject, scope, state, createdAt, updatedAt, lastUsedAt, lastUsedBy } = entry
  return {
    ...{
      id,
      connection,
      owner_type: owner.type,
      owner: owner.id,
      kind,
      upstream_subject: upstreamSubject ?? null,
      scope: scope.join(' '),
      state,
    },
    ...{ created_at: isoTime(createdAt), updated_at: isoTime(updatedAt) },
    ...{ last_used_at: lastUsedAt === undefined ? null : isoTime(lastUsedAt), last_used_by: lastUsedBy ?? null },
  }
}

const list = adminRoute(
  'vault:read',
  {
    method: 'GET',
    path,
    summary: 'List stored tokens of other providers, without the tokens',
    query: z.strictObject({
      ...paging,
      user: z.string().max(255).optional().describe('Only those of this account, by its id'),
      connection: z.string().max(63).optional().describe('Only those of this connection'),
    }),
    answer: pageOf(shownEntry),
  },
  async ({ tenant, query }) => {
    const { after, user, connection } = query
    const owner = user === undefined ? undefined : ({ type: 'account', id: user } as const)
    const read = (limit: number) => tenant.vault.store.vault.list({ ...(after === undefined ? {} : { after }), owner, connection, limit })
    return { answer: await page(query, read, { keyOf: ({ id }) => id, show: shown }) }
  },
)

const remove = adminRoute(
  'vault:write',
  {
    method: 'DELETE',
    path: `${path}/:id`,
    summary: 'Remove stored tokens, and revoke them at the provider if nothing else depends on them',
    act: 'vault.remove',
  },
  async ({ tenant, path }, by) => {
    const entry = (await tenant.vault.store.vault.find(path.id)) ?? noSuchEntry()
    if (entry.owner.type === 'account') await ownOrManageableAccount(tenant, by, entry.owner.id)
    const removal = (await removeEntry(tenant.vault, entry.id)) ?? noSuchEntry()
    return { detail: { connection: entry.connection, owner: entry.owner.id, revoked: removal.revoked } }
  },
)

function noSuchEntry(): never {
  return problem(404, 'not_found', 'there is no such vault entry here')
}

export const vaultRoutes: readonly JsonRoute[] = [list, remove]
