/** `/api/v1/admin/webhooks`: where events of the audit log are sent. */
import { z } from 'zod'
import { sendWebhook, testMessage } from '../../../identity/send-webhook.ts'
import { type Webhook, type WebhookMetadata, webhookSchema } from '../../../identity/webhooks.ts'
import { mergePatch, mergePatchOf } from '../../../protocol/merge-patch.ts'
import type { WebTenant } from '../../http/route.ts'
import { administrationPath } from '../administration.ts'
import { adminRoute, type JsonRoute } from '../json-route.ts'
import { problem } from '../problem.ts'
import { page, pageOf, paging } from './list.ts'

const path = `${administrationPath}/webhooks` as const
const oneWebhook = `${path}/:id` as const

const { name, ...changeable } = webhookSchema.shape
const shownWebhook = z.object(webhookSchema.shape).meta({ id: 'Webhook' })
const secretText = z.string().max(200).describe('whsec_ and 24 to 64 bytes in base64; absent: a new one is generated')
const shownSecret = z.string().optional().describe('A generated secret, shown only in this answer')

const list = adminRoute(
  'webhooks:read',
  { method: 'GET', path, summary: 'List webhooks', query: z.strictObject(paging), answer: pageOf(shownWebhook) },
  async ({ tenant, query }) => {
    const { after } = query
    const read = (limit: number) => tenant.webhooks.store.webhooks.list({ ...(after === undefined ? {} : { after }), limit })
    return { answer: await page(query, read, { keyOf: ({ name }) => name, show: withoutSecret }) }
  },
)

const create = adminRoute(
  'webhooks:write',
  {
    method: 'POST',
    path,
    summary: 'Set up a webhook',
    body: z
      .strictObject({ name, ...changeable, secret: secretText.optional() })
      .meta({ examples: [{ name: 'accounts', url: 'https://app.example/events', events: ['user.create', 'user.remove'] }] }),
    answer: z.object({ ...webhookSchema.shape, secret: shownSecret }),
    status: 201,
    act: 'webhook.create',
  },
  async ({ tenant, body: { secret: given, ...webhook } }) => {
    const { secret, shown } = secretOf(tenant, given)
    if (!(await tenant.webhooks.store.webhooks.add(webhook, tenant.webhooks.seal(webhook.name, secret))))
      problem(409, 'invalid_request', 'another webhook has this name')
    return { answer: { ...webhook, ...shown }, target: webhook.name }
  },
)

const show = adminRoute(
  'webhooks:read',
  { method: 'GET', path: oneWebhook, summary: 'Show one webhook', answer: shownWebhook },
  async ({ tenant, path }) => ({ answer: withoutSecret(await findWebhook(tenant, path.id)) }),
)

const change = adminRoute(
  'webhooks:write',
  {
    method: 'PATCH',
    path: oneWebhook,
    summary: 'Change a webhook: absent members stay, null removes (RFC 7396)',
    body: mergePatchOf(z.object(changeable)),
    answer: shownWebhook,
    act: 'webhook.change',
  },
  async ({ tenant, body, path }) => {
    const before = withoutSecret(await findWebhook(tenant, path.id))
    const after = webhookSchema.parse({ ...mergePatch(before, body), name: path.id })
    if (!(await tenant.webhooks.store.webhooks.replace(after))) noSuchWebhook()
    return { answer: after, detail: { fields: Object.keys(body).join(' ') } }
  },
)

const setSecret = adminRoute(
  'webhooks:write',
  {
    method: 'PUT',
    path: `${oneWebhook}/secret`,
    summary: 'Replace the secret that signs the messages of a webhook',
    body: z.strictObject({ secret: secretText.optional() }),
    answer: z.object({ secret: shownSecret }),
    act: 'webhook.secret',
  },
  async ({ tenant, body, path }) => {
    const { secret, shown } = secretOf(tenant, body.secret)
    if (!(await tenant.webhooks.store.webhooks.setSecret(path.id, tenant.webhooks.seal(path.id, secret)))) noSuchWebhook()
    return { answer: shown }
  },
)

const test = adminRoute(
  'webhooks:write',
  {
    method: 'POST',
    path: `${oneWebhook}/test`,
    summary: 'Send a webhook a message of the type webhook.test',
    answer: z.object({
      status: z.int().optional().describe('What it answered'),
      problem: z.string().optional().describe('Why there was no answer'),
    }),
  },
  async ({ tenant, path }) => {
    const answer = await sendWebhook(tenant.webhooks, await findWebhook(tenant, path.id), testMessage(tenant.webhooks))
    if (typeof answer === 'number') return { answer: { status: answer } }
    return { answer: { problem: answer === 'no key' ? answer : answer.failure } }
  },
)

const remove = adminRoute(
  'webhooks:write',
  { method: 'DELETE', path: oneWebhook, summary: 'Remove a webhook; what waits for it is discarded', act: 'webhook.remove' },
  async ({ tenant, path }) => {
    if (!(await tenant.webhooks.store.webhooks.remove(path.id))) noSuchWebhook()
    return {}
  },
)

function secretOf({ webhooks }: WebTenant, given: string | undefined): { secret: string; shown: { secret?: string } } {
  if (given === undefined) {
    const secret = webhooks.newSecret()
    return { secret, shown: { secret } }
  }
  if (!webhooks.isSecret(given))
    problem(422, 'invalid_request', 'the body is not valid for this route', [
      { field: 'secret', rule: 'must be whsec_ followed by 24 to 64 bytes in base64' },
    ])
  return { secret: given, shown: {} }
}

function withoutSecret({ sealedSecret: _, ...webhook }: Webhook): WebhookMetadata {
  return webhook
}

async function findWebhook({ webhooks }: WebTenant, id: string): Promise<Webhook> {
  return (await webhooks.store.webhooks.find(id)) ?? noSuchWebhook()
}

function noSuchWebhook(): never {
  return problem(404, 'not_found', 'there is no such webhook here')
}

export const webhookRoutes: readonly JsonRoute[] = [list, create, show, change, setSecret, test, remove]
