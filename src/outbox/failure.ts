/** What an answer of a receiver means for the message. */
import type { RemoteError } from '../protocol/remote-error.ts'
import type { Failure } from './delivery.ts'

/** Undefined: it was accepted, which is any status of success. An address that this server may not reach stays one. */
export function failureOf(answer: number | RemoteError): Failure | undefined {
  if (typeof answer === 'number') return answer >= 200 && answer < 300 ? undefined : { reason: String(answer) }
  const { failure } = answer
  return { reason: failure, permanent: failure === 'address', silent: failure === 'timeout' || failure === 'unreachable' }
}
