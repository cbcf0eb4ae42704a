/** Errors of the JSON APIs: problem documents — RFC 9457. */
import { codes, type ErrorCode, OAuthError } from '../../protocol/errors.ts'
import type { Reply } from '../../protocol/request-reply.ts'

/** RFC 9110 §15. */
const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** What is wrong with one member of a body or query. */
export interface Fault {
  /** Dotted path; empty for the whole. */
  field: string
  rule: string
}

/** A refusal with a status of its own and what is wrong with each member. */
export class Problem extends OAuthError {
  override readonly status: number
  readonly faults: readonly Fault[]

  constructor(status: number, code: ErrorCode, description: string, faults: readonly Fault[] = []) {
    super(code, description)
    this.status = status
    this.faults = faults
  }
}

/** A path to a member as it is written into an answer: dotted, with only such names as are safe to write. */
export function fieldOf(path: readonly PropertyKey[]): string {
  return path
    .map(String)
    .filter((name) => /^\w{1,64}$/.test(name))
    .join('.')
}

/** Reads as a sentence at the point of the rule: `account ?? problem(404, 'not_found', …)`. */
export function problem(status: number, code: ErrorCode, description: string, faults?: readonly Fault[]): never {
  throw new Problem(status, code, description, faults)
}

/** The problem document of any refusal, with the headers of its usual response. `realm`: of the challenge in a 401. RFC 9110 §15.5.2 */
export function problemDocument(error: OAuthError, { headers }: Pick<Reply, 'headers'>, realm: string): Reply {
  const status = error.status ?? codes[error.code][0]
  const faults = error instanceof Problem && error.faults.length > 0 ? error.faults : undefined
  const challenge: Record<string, string> = status === 401 ? { 'www-authenticate': `Bearer realm="${realm}"` } : {}
  const text = JSON.stringify({
    type: 'about:blank', // §4.2.1
    title: titles[status],
    status,
    detail: error.description,
    code: error.code,
    errors: faults,
  })
  return { kind: 'text', status, type: 'application/problem+json', text, headers: { ...challenge, ...headers } }
}
