/** Notifications that tell clients of an answer, in the outbox — OpenID Connect CIBA Core §10.2. */
import type { Ping, Remote } from '../protocol/remote.ts'
import { RemoteError } from '../protocol/remote-error.ts'
import type { Channel, Failure } from './delivery.ts'

export interface PingChannelDeps {
  remote: Remote
  /** Undefined when it cannot be opened. Bound to this tenant and message id. */
  open(tenant: string, id: string, sealed: string): string | undefined
  /** Is the key here that it is sealed under? */
  hasKeyOf(sealed: string): boolean
}

export function pingChannel({ remote, open, hasKeyOf }: PingChannelDeps): Channel<Ping> {
  return {
    name: 'notification',
    read({ tenant, id, sealed }) {
      const text = open(tenant, id, sealed)
      if (text !== undefined) return { content: JSON.parse(text) }
      return { failure: hasKeyOf(sealed) ? { reason: 'unreadable', permanent: true } : { reason: 'no key' } } // other nodes may have it already
    },
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
    if (status >= 200 && status < 300) return undefined
    return { reason: String(status), permanent: status < 500 && status !== 408 && status !== 429 } // it is wrong, not busy. RFC 9110 §15.5
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    const { failure } = error
    return { reason: failure, permanent: failure === 'address', silent: failure === 'timeout' || failure === 'unreachable' }
  }
}
