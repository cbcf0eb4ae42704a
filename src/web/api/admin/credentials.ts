/** `/api/v1/admin/credentials`: offers of credentials, requests that wait for approval, and what was issued. */
import { z } from 'zod'
import { makeOffer, offerLifetimes } from '../../../protocol/credential-offer.ts'
import { credentialStatuses, type DeferredCredential, type IssuedCredential, walletEvents } from '../../../protocol/credentials.ts'
import { isoTime } from '../../http/iso-time.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { byTime, page, pageOf, paging, positionOf, time } from './list.ts'
import { manageableAccount, ownOrManageableAccount } from './people.ts'

const path = `${administrationPath}/credentials` as const
const offersPath = `${administrationPath}/credential-offers` as const
const requestsPath = `${administrationPath}/credential-requests` as const

const credential = z
  .object({
    id: z.string(),
    user_id: z.string().nullable().describe('null: the account was removed'),
    client_id: z.string().describe('The wallet'),
    configuration: z.string(),
    status: z.enum(credentialStatuses),
    event: z.enum(walletEvents).nullable().describe('What the wallet told of it last'),
    issued_at: time,
    expires_at: time,
  })
  .meta({ id: 'IssuedCredential' })

function shown({ subject, clientId, issuedAt, expiresAt, event, ...rest }: IssuedCredential): z.input<typeof credential> {
  const times = { issued_at: isoTime(issuedAt), expires_at: isoTime(expiresAt) }
  return { ...rest, user_id: subject ?? null, client_id: clientId, event: event ?? null, ...times }
}

const list = adminRoute(
  'credentials:read',
  {
    method: 'GET',
    path,
    summary: 'List issued credentials, newest first',
    query: z.strictObject({ ...byTime, user: z.string().max(255).optional().describe('Only those of this account, by its id') }),
    answer: pageOf(credential),
  },
  async ({ tenant, query }) => {
    const [subject, after] = [query.user, positionOf(query.after)]
    const read = (limit: number) => tenant.store.issuedCredentials.list({ subject, after, limit })
    return { answer: await page(query, read, { keyOf: ({ issuedAt, id }) => `${issuedAt}.${id}`, show: shown }) }
  },
)

const setStatus = adminRoute(
  'credentials:issue',
  {
    method: 'PUT',
    path: `${path}/:id/status`,
    summary: 'Suspend a credential, make it valid again, or revoke it for good',
    body: z.strictObject({ status: z.enum(credentialStatuses) }),
    act: 'credential.status',
  },
  async ({ tenant, body, path }, by) => {
    const found = (await tenant.store.issuedCredentials.find(path.id)) ?? problem(404, 'not_found', 'there is no such credential here')
    const reachable = body.status === 'valid' ? manageableAccount : ownOrManageableAccount // nobody resumes their own
    if (found.subject !== undefined) await reachable(tenant, by, found.subject)
    if (!(await tenant.store.issuedCredentials.setStatus(path.id, body.status)))
      problem(409, 'invalid_request', 'the credential is revoked, which is for good')
    return { detail: { status: body.status } }
  },
)

const offer = adminRoute(
  'credentials:issue',
  {
    method: 'POST',
    path: offersPath,
    summary: 'Offer credentials to a wallet',
    body: z.strictObject({
      configurations: z.array(z.string().max(100)).min(1).max(20).describe('Ids of credential configurations'),
      user: z
        .string()
        .max(255)
        .optional()
        .describe('Account that gets them without signing in, by its id; absent: the person who signs in'),
      tx_code: z.boolean().default(true).describe('Only with a code that you tell the person in another way; with a user only'),
      lifetime: z.int().min(offerLifetimes.least).max(offerLifetimes.most).default(offerLifetimes.usual).describe('In seconds'),
    }),
    answer: z.object({
      id: z.string(),
      credential_offer: z.record(z.string(), z.json()).describe('The offer itself'),
      by_value: z.string().describe('Link that opens a wallet'),
      by_reference: z.string().describe('The same, shorter: for QR codes'),
      tx_code: z.string().nullable(),
      expires_at: time,
    }),
    status: 201,
    act: 'credential-offer.create',
  },
  async ({ tenant, body }, by) => {
    const { configurations, user: subject, tx_code: txCode, lifetime } = body
    if (subject !== undefined) await ownOrManageableAccount(tenant, by, subject)
    const made =
      (await makeOffer(tenant.ctx, { configurations, subject, txCode, lifetime })) ??
      problem(422, 'invalid_request', 'one of the configurations is not offered here')
    const answer = {
      id: made.id,
      credential_offer: made.offer as Record<string, z.infer<ReturnType<typeof z.json>>>,
      by_value: made.byValue,
      by_reference: made.byReference,
      tx_code: made.txCode ?? null,
      expires_at: isoTime(made.expiresAt),
    }
    const detail = { configurations: configurations.join(' '), ...(subject === undefined ? {} : { user: subject }) }
    return { answer, target: made.id, detail }
  },
)

const request = z
  .object({ id: z.string(), user_id: z.string(), client_id: z.string(), configuration: z.string(), asked_at: time, expires_at: time })
  .meta({ id: 'CredentialRequest' })

function shownRequest({ id, subject, clientId, configuration, createdAt, expiresAt }: DeferredCredential): z.input<typeof request> {
  const times = { asked_at: isoTime(createdAt), expires_at: isoTime(expiresAt) }
  return { id, user_id: subject, client_id: clientId, configuration, ...times }
}

const waiting = adminRoute(
  'credentials:read',
  {
    method: 'GET',
    path: requestsPath,
    summary: 'List requests for credentials that wait for approval',
    query: z.strictObject(paging),
    answer: pageOf(request),
  },
  async ({ tenant, query }) => {
    const { after } = query
    const now = tenant.ctx.now()
    const read = (limit: number) => tenant.store.deferredCredentials.waiting({ ...(after === undefined ? {} : { after }), limit, now })
    return { answer: await page(query, read, { keyOf: ({ id }) => id, show: shownRequest }) }
  },
)

const decide = adminRoute(
  'credentials:issue',
  {
    method: 'PUT',
    path: `${requestsPath}/:id/decision`,
    summary: 'Approve a request for a credential, or deny it',
    body: z.strictObject({ decision: z.enum(['approved', 'denied']) }),
    act: 'credential.decide',
  },
  async ({ tenant, body: { decision }, path }, by) => {
    const { deferredCredentials } = tenant.store
    const now = tenant.ctx.now()
    const found = await deferredCredentials.find({ id: path.id }, now)
    const reachable = decision === 'approved' ? manageableAccount : ownOrManageableAccount // nobody approves their own
    if (found) await reachable(tenant, by, found.subject)
    if (!(await deferredCredentials.decide(path.id, decision, now)))
      problem(404, 'not_found', 'there is no such request, or it does not wait any more')
    return { detail: { decision } }
  },
)

export const credentialRoutes: readonly JsonRoute[] = [list, setStatus, offer, waiting, decide]
