/** One generated request, and what is known about its outcome. */
import type { Request } from './http.ts'
import { oddBody, oddBytes, oddHeaders, oddMethod, oddTarget } from './odd-http.ts'
import type { Expectation } from './oracle.ts'
import type { Random } from './random.ts'

export interface TestCase {
  /** Route name in the report. */
  route: string
  request: Request
  expected: Expectation
}

/** Rarely makes the HTTP of a request unusual or malformed; most requests must reach the code behind it. */
export function withHttpFault(random: Random, testCase: TestCase): TestCase {
  const { request } = testCase
  const unsure = { ...testCase, expected: {} } // another header may carry a valid credential
  if (random.chance(0.1)) return { ...unsure, request: { ...request, headers: oddHeaders(random, request.headers) } }
  if (random.chance(0.03)) return { ...unsure, request: { ...request, target: oddTarget(random, request.target) } }
  if (random.chance(0.03)) return { ...unsure, route: '(other method)', request: { ...request, method: oddMethod(random) } }
  if (random.chance(0.05) && request.body) return { ...unsure, request: { ...request, ...oddBody(random, request) } }
  if (random.chance(0.015)) return { route: '(raw bytes)', request: { ...request, bytes: oddBytes(random, request.target) }, expected: {} }
  return testCase
}
