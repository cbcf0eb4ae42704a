/** `/api/v1/admin/trusted-issuers`: issuers whose assertions about people are accepted as authorization grants — RFC 7523 §2.1. */
import { z } from 'zod'
import { mergePatch, mergePatchOf } from '../../../protocol/merge-patch.ts'
import { type TrustedIssuer, trustedIssuerSchema } from '../../../protocol/trusted-issuer.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { page, pageOf, paging } from './list.ts'

const path = `${administrationPath}/trusted-issuers` as const
/** The issuer, percent-encoded. */
const oneIssuer = `${path}/:id` as const

const { issuer, ...changeable } = trustedIssuerSchema.shape
const trustedIssuer = z.object(trustedIssuerSchema.shape).meta({ id: 'TrustedIssuer' })

const list = adminRoute(
  'trusted-issuers:read',
  { method: 'GET', path, summary: 'List trusted issuers', query: z.strictObject(paging), answer: pageOf(trustedIssuer) },
  async ({ tenant, query }) => {
    const { after } = query
    const read = (limit: number) => tenant.store.trustedIssuersAdmin.list({ ...(after === undefined ? {} : { after }), limit })
    return { answer: await page(query, read, { keyOf: ({ issuer }) => issuer, show: (found) => found }) }
  },
)

const create = adminRoute(
  'trusted-issuers:write',
  {
    method: 'POST',
    path,
    summary: 'Trust an issuer',
    body: z.strictObject({ issuer, ...changeable }).meta({
      examples: [{ issuer: 'https://partner.example', jwks_uri: 'https://partner.example/keys', clients: ['shop'], subject_kind: 'login' }],
    }),
    answer: trustedIssuer,
    status: 201,
    act: 'trusted-issuer.create',
  },
  async ({ tenant, body }) => {
    const made = trustedIssuerSchema.parse(body)
    if (!(await tenant.store.trustedIssuersAdmin.add(made))) problem(409, 'invalid_request', 'this issuer is trusted already')
    return { answer: made, target: made.issuer }
  },
)

const show = adminRoute(
  'trusted-issuers:read',
  { method: 'GET', path: oneIssuer, summary: 'Show one trusted issuer, by its percent-encoded identifier', answer: trustedIssuer },
  async ({ tenant, path }) => ({ answer: await findIssuer(tenant, path.id) }),
)

const change = adminRoute(
  'trusted-issuers:write',
  {
    method: 'PATCH',
    path: oneIssuer,
    summary: 'Change what an issuer is trusted for: absent members stay, null removes (RFC 7396)',
    body: mergePatchOf(z.object(changeable)),
    answer: trustedIssuer,
    act: 'trusted-issuer.change',
  },
  async ({ tenant, body, path }) => {
    const after = trustedIssuerSchema.parse({ ...mergePatch(await findIssuer(tenant, path.id), body), issuer: path.id })
    if (!(await tenant.store.trustedIssuersAdmin.replace(after))) noSuchIssuer()
    return { answer: after, detail: { fields: Object.keys(body).join(' ') } }
  },
)

const remove = adminRoute(
  'trusted-issuers:write',
  { method: 'DELETE', path: oneIssuer, summary: 'Trust an issuer no longer; tokens that were issued stay', act: 'trusted-issuer.remove' },
  async ({ tenant, path }) => {
    if (!(await tenant.store.trustedIssuersAdmin.remove(path.id))) noSuchIssuer()
    return {}
  },
)

async function findIssuer({ store }: WebTenant, id: string): Promise<TrustedIssuer> {
  return (await store.trustedIssuers.find(id)) ?? noSuchIssuer()
}

function noSuchIssuer(): never {
  return problem(404, 'not_found', 'this issuer is not trusted here')
}

export const trustedIssuerRoutes: readonly JsonRoute[] = [list, create, show, change, remove]
