/** Nonce, credential, deferred credential and notification endpoints — OpenID for Verifiable Credential Issuance 1.0 §7, §8, §9, §11. */
import { isVoid } from '../../client.ts'
import { mayGet, requestedConfiguration } from '../../credential-authorization.ts'
import { issuerKey } from '../../credential-issuer.ts'
import { walletEvents } from '../../credentials.ts'
import { refuse, TooMany } from '../../errors.ts'
import type { Ctx, Endpoint } from '../../feature.ts'
import { issueCredentials } from './issue-credentials.ts'
import { answer, readEncryption, readMessage, wallet } from './issuer.ts'
import { type HolderKey, newNonce, provenKeys } from './key-proofs.ts'

/** Seconds for which a request waits for an administrator. */
const deferredFor = 30 * 86_400
/** Requests of one person that an administrator has to look through, or that are not fetched yet. */
const mostDeferred = 20
/** Seconds after which a wallet asks again. §9.2 */
const interval = 300

const common = { methods: ['POST'], audience: 'program', cors: 'clients' } as const

export const nonceEndpoint: Endpoint = {
  ...common,
  path: '/nonce',
  body: 'either',
  async handle(ctx) {
    issuerKey(ctx)
    return { kind: 'json', status: 200, headers: { 'cache-control': 'no-store' }, body: { c_nonce: newNonce(ctx) } } // §7.2
  },
}

export const credentialEndpoint: Endpoint = {
  ...common,
  path: '/credential',
  body: 'json or jwt',
  async handle(ctx, request, sent) {
    const { subject, clientId, ...token } = await wallet(ctx, request)
    const message = await readMessage(ctx, sent)
    const configuration = requestedConfiguration(ctx, { ...token, subject, clientId }, message.members)
    const encryption = readEncryption(message)
    const keys = await provenKeys(ctx, message.members, { configuration, clientId })
    if (configuration.approval === 'required') {
      const transaction_id = await defer(ctx, { subject, clientId, configuration: configuration.id, keys })
      return answer(202, { transaction_id, interval }, encryption)
    }
    const issued = await issueCredentials(ctx, { configuration, subject, clientId, keys, fulfils: undefined })
    return issued
      ? { ...(await answer(200, issued.body, encryption)), auditEvents: issued.auditEvents }
      : refuse('invalid_transaction_id', noTransaction)
  },
}

async function defer(
  ctx: Ctx,
  asked: { subject: string; clientId: string; configuration: string; keys: readonly HolderKey[] },
): Promise<string> {
  const [text, createdAt] = [ctx.tokens.make('ti'), ctx.now()]
  const hash = ctx.tokens.hash('ti', text) as string
  const deferred = { ...asked, id: ctx.id(), hash, state: 'waiting', createdAt, expiresAt: createdAt + deferredFor } as const
  if (!(await ctx.store.deferredCredentials.add(deferred, mostDeferred)))
    throw new TooMany('too many credentials of one person wait for an administrator', interval)
  return text
}

const noTransaction = 'transaction_id is unknown, expired, used or of another wallet'

export const deferredEndpoint: Endpoint = {
  ...common,
  path: '/deferred-credential',
  body: 'json or jwt',
  async handle(ctx, request, sent) {
    const token = await wallet(ctx, request)
    const { subject, clientId } = token
    const message = await readMessage(ctx, sent)
    const { transaction_id: text } = message.members
    const hash = typeof text === 'string' ? ctx.tokens.hash('ti', text) : undefined
    const found = hash === undefined ? undefined : await ctx.store.deferredCredentials.find({ hash }, ctx.now())
    const client = await ctx.store.clients.find(clientId)
    if (!client || found?.subject !== subject || found.clientId !== clientId || isVoid(client, found.createdAt))
      return refuse('invalid_transaction_id', noTransaction)
    const encryption = readEncryption(message)
    const configuration = ctx.tenant.credentials.find(({ id }) => id === found.configuration)
    if (found.state === 'denied' || !configuration) return refuse('credential_request_denied', 'the credential will not be issued')
    if (!mayGet(token, configuration)) refuse('insufficient_scope', 'the access token is not for this credential')
    if (found.state === 'waiting') return answer(202, { transaction_id: text, interval }, encryption)
    const keys = found.keys as readonly HolderKey[]
    const issued = await issueCredentials(ctx, { configuration, subject, clientId, keys, fulfils: found.hash })
    return issued
      ? { ...(await answer(200, issued.body, encryption)), auditEvents: issued.auditEvents }
      : refuse('invalid_transaction_id', noTransaction)
  },
}

export const notificationEndpoint: Endpoint = {
  ...common,
  path: '/notification',
  body: 'json or jwt',
  async handle(ctx, request, sent) {
    const { clientId, subject } = await wallet(ctx, request)
    const { members } = await readMessage(ctx, sent).catch(() =>
      refuse('invalid_notification_request', 'the request must be a JSON object'),
    )
    const { notification_id: id, event: named } = members
    const event = walletEvents.find((one) => one === named)
    if (typeof id !== 'string' || !event)
      return refuse(
        'invalid_notification_request',
        'send notification_id, and event: credential_accepted, credential_failure or credential_deleted',
      )
    const noted = await ctx.store.issuedCredentials.note({ id, clientId, subject, event })
    if (!noted) refuse('invalid_notification_id', 'notification_id is unknown, or of another wallet')
    return { kind: 'json', status: 204, headers: { 'cache-control': 'no-store' } }
  },
}
