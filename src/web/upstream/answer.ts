/** An answer of a provider, with the request that it belongs to. */
import type { Connection } from '../../connections/connection.ts'
import type { TakenRequest } from '../../connections/pending.ts'

export interface UpstreamAnswer extends TakenRequest {
  connection: Connection
  params: URLSearchParams
}
