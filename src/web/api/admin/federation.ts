/** `/api/v1/admin/federation`: whom a tenant trusts and vouches for, its federation keys, trust chains and trust marks — OpenID Federation 1.0. */
import { z } from 'zod'
import type { Keyring } from '../../../crypto/keyring.ts'
import { rotateKey } from '../../../crypto/rotate-key.ts'
import { entityId, entityRoles, entitySchema, trustMarkType } from '../../../protocol/federation/entity.ts'
import { isEntityIdentifier } from '../../../protocol/federation/entity-identifier.ts'
import { findTrustChain, signDelegation } from '../../../protocol/federation/own-federation.ts'
import type { IssuedTrustMark } from '../../../protocol/federation/store.ts'
import { isoTime } from '../../http/iso-time.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { page, pageOf, paging, time } from './list.ts'

const path = `${administrationPath}/federation` as const
const role = z.enum(entityRoles)
const shownEntity = z.object(entitySchema.shape).meta({ id: 'FederationEntity' })

const listEntities = adminRoute(
  'federation:read',
  {
    method: 'GET',
    path: `${path}/entities`,
    summary: 'List the anchors, superiors, subordinates, or issuers or owners of trust marks of the tenant',
    query: z.strictObject({ role, ...paging }),
    answer: pageOf(shownEntity),
  },
  async ({ tenant, query }) => {
    const { after, role } = query
    const read = (limit: number) => tenant.store.federation.list({ role, ...(after === undefined ? {} : { after }), limit })
    return { answer: await page(query, read, { keyOf: ({ entity_id: id }) => id, show: (found) => found }) }
  },
)

const putEntity = adminRoute(
  'federation:write',
  {
    method: 'POST',
    path: `${path}/entities`,
    summary: 'Make an entity an anchor, a superior, a subordinate, or an issuer or owner of trust marks, or change that',
    body: entitySchema,
    answer: shownEntity,
    act: 'federation.add',
  },
  async ({ tenant, body }) => {
    await tenant.store.federation.put(body)
    return { answer: body, target: body.entity_id, detail: { role: body.role } }
  },
)

const removeEntity = adminRoute(
  'federation:write',
  { method: 'DELETE', path: `${path}/entities/:role/:id`, summary: 'End what an entity is to the tenant', act: 'federation.remove' },
  async ({ tenant, path }) => {
    const known = entityRoles.find((one) => one === path.role)
    if (!known || !(await tenant.store.federation.remove(known, path.id))) problem(404, 'not_found', 'there is no such entity here')
    return { detail: { role: known } }
  },
)

const resolve = adminRoute(
  'federation:read',
  {
    method: 'GET',
    path: `${path}/chains/:id`,
    summary: 'Find the trust chain of an entity',
    answer: z.object({
      chain: z
        .object({
          ...{ subject: z.string(), anchor: z.string(), expires_at: time },
          statements: z.array(z.object({ iss: z.string(), sub: z.string(), expires_at: time })),
          metadata: z.record(z.string(), z.record(z.string(), z.unknown())),
        })
        .nullable()
        .describe('null: it has none to an anchor of the tenant'),
      dead_ends: z.array(z.object({ path: z.array(z.string()), problem: z.string() })).describe('Ways that did not lead to an anchor'),
    }),
  },
  async ({ tenant, path }) => {
    if (!isEntityIdentifier(path.id)) problem(422, 'invalid_request', 'the id must be an https URL without query and fragment')
    const { chain, deadEnds } = await findTrustChain(tenant.ctx, path.id)
    const statements = (chain?.statements ?? []).map(({ iss, sub, exp }) => ({ iss, sub, expires_at: isoTime(exp) }))
    const shown = chain && { ...chain, expires_at: isoTime(chain.expiresAt), statements }
    return { answer: { chain: shown ?? null, dead_ends: deadEnds.map(({ path, problem }) => ({ path: [...path], problem })) } }
  },
)

const shownKey = z.object({
  id: z.string().describe('The `kid`'),
  state: z.enum(['next', 'active', 'retired', 'removed']),
  active_at: time.describe('Signs from this time'),
  remove_at: time.nullable().describe('Published until this time'),
})

const listKeys = adminRoute(
  'keys:read',
  {
    method: 'GET',
    path: `${path}/keys`,
    summary: 'List federation keys and their states',
    answer: z.object({ items: z.array(shownKey.meta({ id: 'FederationKey' })) }),
  },
  async ({ tenant }) => {
    const items = (await keyringOf(tenant).list()).map(({ kid, state, activeAt, removeAt }) => {
      return { id: kid, state, active_at: isoTime(activeAt), remove_at: removeAt === undefined ? null : isoTime(removeAt) }
    })
    return { answer: { items } }
  },
)

const rotate = adminRoute(
  'keys:write',
  {
    method: 'POST',
    path: `${path}/keys/rotate`,
    summary: 'Publish the next federation key, which signs a week later: superiors must be told before that',
    body: z.strictObject({ immediately: z.boolean().default(false).describe('Sign with it at once, although nobody knows it yet') }),
    answer: z.object({ id: z.string(), made: z.boolean().describe('False: this key was waiting already, and nothing was made') }),
    status: 201,
    act: 'federation.key-rotate',
  },
  async ({ tenant, body: { immediately } }) => {
    const { kid: id, waitsUntil } = await rotateKey(keyringOf(tenant), 'ES256', immediately)
    const made = waitsUntil === undefined
    return { answer: { id, made }, target: id, detail: { immediately, made } }
  },
)

const revokeKey = adminRoute(
  'keys:write',
  { method: 'DELETE', path: `${path}/keys/:id`, summary: 'Revoke a federation key', act: 'federation.key-revoke' },
  async ({ tenant, path }) => {
    if (!(await keyringOf(tenant).revoke(path.id))) problem(404, 'not_found', 'there is no such federation key here')
    return {}
  },
)

function keyringOf({ federationKeyring }: WebTenant): Keyring {
  return federationKeyring ?? problem(404, 'not_found', 'this tenant takes part in no federation')
}

const shownMark = z
  .object({
    trust_mark_type: z.string(),
    entity_id: z.string(),
    issued_at: time,
    expires_at: time.nullable().describe('null: it is valid until it is revoked'),
    revoked_at: time.nullable(),
  })
  .meta({ id: 'TrustMark' })

const listMarks = adminRoute(
  'federation:read',
  {
    method: 'GET',
    path: `${path}/trust-marks`,
    summary: 'List the trust marks that the tenant issued',
    query: z.strictObject({ ...paging, after: z.string().max(2000).optional() }),
    answer: pageOf(shownMark),
  },
  async ({ tenant, query }) => {
    const [type = '', subject = ''] = query.after?.split(' ') ?? []
    const read = (limit: number) => tenant.store.trustMarks.list({ after: { type, subject }, limit })
    return { answer: await page(query, read, { keyOf: (mark) => `${mark.type} ${mark.subject}`, show: shownAs }) }
  },
)

const issueMark = adminRoute(
  'federation:write',
  {
    method: 'POST',
    path: `${path}/trust-marks`,
    summary: 'Issue a trust mark, in place of the one that the entity has of this type',
    body: z.strictObject({
      trust_mark_type: trustMarkType,
      entity_id: entityId,
      expires_in: z.int().min(60).max(315_360_000).optional().describe('Seconds; absent: it is valid until it is revoked'),
    }),
    answer: shownMark,
    status: 201,
    act: 'federation.trust-mark',
  },
  async ({ tenant: { ctx, store }, body }) => {
    const issuedAt = ctx.now()
    const expiresAt = body.expires_in === undefined ? undefined : issuedAt + body.expires_in
    const mark = { id: ctx.id(), type: body.trust_mark_type, subject: body.entity_id, issuedAt, expiresAt }
    await store.trustMarks.issue(mark)
    return { answer: shownAs({ ...mark, revokedAt: undefined }), target: mark.subject, detail: { type: mark.type, revoked: false } }
  },
)

const revokeMark = adminRoute(
  'federation:write',
  { method: 'DELETE', path: `${path}/trust-marks/:type/:id`, summary: 'Revoke a trust mark', act: 'federation.trust-mark' },
  async ({ tenant: { ctx, store }, path }) => {
    if (!(await store.trustMarks.revoke(path.type, path.id, ctx.now()))) problem(404, 'not_found', 'there is no such trust mark in force')
    return { detail: { type: path.type, revoked: true } }
  },
)

const delegateMark = adminRoute(
  'federation:write',
  {
    method: 'POST',
    path: `${path}/trust-mark-delegations`,
    summary: 'Let another entity issue trust marks that the tenant owns',
    body: z.strictObject({
      trust_mark_type: trustMarkType,
      entity_id: entityId.describe('The issuer'),
      expires_in: z.int().min(60).max(315_360_000).optional().describe('Seconds; absent: it does not end'),
    }),
    answer: z.object({ delegation: z.string().describe('For the issuer, who puts it into the trust marks') }),
    status: 201,
    act: 'federation.trust-mark-delegate',
  },
  async ({ tenant, body: { trust_mark_type: type, entity_id: issuer, expires_in: seconds } }) => {
    keyringOf(tenant)
    const expiresAt = seconds === undefined ? undefined : tenant.ctx.now() + seconds
    return { answer: { delegation: await signDelegation(tenant.ctx, { type, issuer, expiresAt }) }, target: issuer, detail: { type } }
  },
)

function shownAs({ type, subject, issuedAt, expiresAt, revokedAt }: IssuedTrustMark) {
  const at = (seconds: number | undefined) => (seconds === undefined ? null : isoTime(seconds))
  return { trust_mark_type: type, entity_id: subject, issued_at: isoTime(issuedAt), expires_at: at(expiresAt), revoked_at: at(revokedAt) }
}

export const federationRoutes: readonly JsonRoute[] = [
  listEntities,
  putEntity,
  removeEntity,
  resolve,
  listKeys,
  rotate,
  revokeKey,
  listMarks,
  issueMark,
  revokeMark,
  delegateMark,
]
