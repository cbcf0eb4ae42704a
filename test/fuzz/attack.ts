/** One request of the fuzzer, and what is known of how it must end. */
import type { Request } from './http.ts'
import { oddBody, oddBytes, oddHeaders, oddMethod, oddTarget } from './odd-http.ts'
import type { Expectation } from './oracle.ts'
import type { Random } from './random.ts'

export interface Attack {
  /** Its row in the table. */
  route: string
  request: Request
  expected: Expectation
}

/** As it is, or with its HTTP bent; rarely, so that what it says is mostly read. */
export function bent(random: Random, attack: Attack): Attack {
  const { request } = attack
  const unsure = { ...attack, expected: {} } // what is bent may carry a credential that is good
  if (random.chance(0.1)) return { ...unsure, request: { ...request, headers: oddHeaders(random, request.headers) } }
  if (random.chance(0.03)) return { ...unsure, request: { ...request, target: oddTarget(random, request.target) } }
  if (random.chance(0.03)) return { ...unsure, route: '(other method)', request: { ...request, method: oddMethod(random) } }
  if (random.chance(0.05) && request.body) return { ...unsure, request: { ...request, ...oddBody(random, request) } }
  if (random.chance(0.015)) return { route: '(raw bytes)', request: { ...request, bytes: oddBytes(random, request.target) }, expected: {} }
  return attack
}
