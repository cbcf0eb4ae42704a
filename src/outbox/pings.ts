/** Notifications that tell clients of an answer, in the outbox — OpenID Connect CIBA Core §10.2. */
import type { Ping, Remote } from '../protocol/remote.ts'
import { RemoteError } from '../protocol/remote-error.ts'
import { type Channel, type Failure, type Seals, sealedContent } from './delivery.ts'
import { failureOf } from './failure.ts'

export interface PingChannelDeps extends Seals {
  remote: Remote
}

export function pingChannel({ remote, ...seals }: PingChannelDeps): Channel<Ping> {
  return {
    name: 'notification',
    read: sealedContent(seals),
    receiver: ({ url }, { tenant }) => `${tenant} ${url}`,
    send: (ping) => sent(remote, ping),
    loss: ({ id }) => ({ act: 'notification.lost', target: id, detail: {} }),
    about: () => ({}),
  }
}

/** Redirects are not followed. */
async function sent(remote: Remote, { url, token, authReqId }: Ping): Promise<Failure | undefined> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  try {
    const { status } = await remote.request({ url, method: 'POST', headers, body: JSON.stringify({ auth_req_id: authReqId }) })
    const failure = failureOf(status)
    return failure && { ...failure, permanent: status < 500 && status !== 408 && status !== 429 } // it is wrong, not busy. RFC 9110 §15.5
  } catch (error) {
    if (error instanceof RemoteError) return failureOf(error)
    throw error
  }
}
