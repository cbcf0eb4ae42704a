/** What a tenant needs to send messages to clients and people, put together. */
import type { ResealOnUse } from './crypto/reseal.ts'
import type { Sealer } from './crypto/seal.ts'
import { type ApprovalDeps, tellOfRequest } from './identity/approval-requests.ts'
import type { SignInDeps } from './identity/sign-in.ts'
import type { BackgroundTasks } from './outbox/background-tasks.ts'
import type { OutboxDelivery } from './outbox/delivery.ts'
import type { Platform } from './platform.ts'
import type { Ctx } from './protocol/feature.ts'
import type { Ping } from './protocol/remote.ts'
import { randomId } from './random-id.ts'
import type { TenantRow } from './store/types.ts'
import { readableTexts } from './tenant-events.ts'

interface Shared {
  platform: Pick<Platform, 'now' | 'random'>
  sealer: Sealer
  reseal: ResealOnUse
  delivery: OutboxDelivery
  backgroundTasks: BackgroundTasks
}

/** Seals the content of messages of a tenant for the outbox. `id`: of the message. */
export function outboxSeal({ sealer }: Pick<Shared, 'sealer'>, tenant: string): (id: string, content: Buffer) => string {
  return (id, content) => sealer.seal({ purpose: 'outbox', tenant, id }, content)
}

/** Messages to clients. Notifications are sealed as mails are. */
export function messagesOf(deps: Shared, { id: tenant }: Pick<TenantRow, 'id'>): Pick<Ctx, 'pings' | 'streamSecrets' | 'deliverSoon'> {
  const { platform, delivery, backgroundTasks } = deps
  const seal = outboxSeal(deps, tenant)
  const sealed = (id: string, ping: Ping) => seal(id, Buffer.from(JSON.stringify(ping)))
  const deliverSoon = () => backgroundTasks.start(delivery.deliverDue)
  return {
    pings: {
      seal(ping, expiresAt) {
        const id = randomId(platform.random)
        return { id, sealed: sealed(id, ping), expiresAt }
      },
      sealAnew: sealed,
      send: deliverSoon,
    },
    streamSecrets: readableTexts(deps, tenant, 'stream-authorization'),
    deliverSoon,
  }
}

/** How people are told of requests for their approval. The messages are sealed, since the link in one is theirs alone. */
export function tellingOfRequests(
  { platform, delivery, backgroundTasks, ...shared }: Shared,
  { id: tenant }: Pick<TenantRow, 'id'>,
  own: Pick<ApprovalDeps, 'store' | 'mail'>,
): SignInDeps['tellOfRequest'] {
  const deps: ApprovalDeps = {
    ...own,
    now: platform.now,
    id: () => randomId(platform.random),
    seal: outboxSeal(shared, tenant),
    attempt: (ids) => backgroundTasks.start(() => delivery.deliverThese(tenant, ids)),
  }
  return (account, about) => tellOfRequest(deps, account, about)
}
