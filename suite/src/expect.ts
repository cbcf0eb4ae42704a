/** Assertions for checks. Each throws a `Failure` that states what was expected and what was received. */
import type { AtClient, Landing } from './actors/browser.ts'
import type { Reply } from './http/exchange.ts'

/** The server violates the clause. */
export class Failure extends Error {}

/** The clause does not apply to this server. */
export class NotApplicable extends Error {}

/** RFC 6749 §5.1. */
export interface Tokens {
  access_token: string
  token_type: string
  expires_in?: number
  refresh_token?: string
  scope?: string
  id_token?: string
  reply: Reply
}

/** `what`: what is wrong if the condition is false. */
export function demand(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Failure(what)
}

/** Parses a response that must be a JSON object. */
export function json(reply: Reply): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(reply.body)
  } catch {}
  demand(typeof value === 'object' && value !== null && !Array.isArray(value), `expected a JSON object, got ${summary(reply)}`)
  return value as Record<string, unknown>
}

/** Status 2xx. */
export function accepted<R extends Reply>(reply: R): R {
  demand(reply.status >= 200 && reply.status < 300, `expected success, got ${summary(reply)}`)
  reply.exchange.seen = 'accepted'
  return reply
}

/** A token response. */
export function granted(reply: Reply): Tokens {
  demand(reply.status === 200, `expected tokens, got ${summary(reply)}`)
  const tokens = json(reply)
  demand(typeof tokens['access_token'] === 'string' && tokens['access_token'] !== '', 'the answer has no access_token')
  demand(typeof tokens['token_type'] === 'string', 'the answer has no token_type')
  reply.exchange.seen = 'accepted'
  return { ...tokens, reply } as unknown as Tokens
}

/** An error response of RFC 6749 §5.2 with one of these codes, or with any if none is given. */
export function refused(reply: Reply, ...codes: readonly string[]): Record<string, unknown> {
  const named = codes.length === 0 ? 'an error' : codes.join(' or ')
  demand(reply.status >= 400 && reply.status < 500, `expected ${named}, got ${summary(reply)}`)
  const error = json(reply)
  demand(typeof error['error'] === 'string', `expected ${named}, got an answer without the member "error"`)
  demand(codes.length === 0 || codes.includes(error['error']), `expected ${named}, got ${error['error']}`)
  demand(
    reply.status === 400 || (reply.status === 401 && error['error'] === 'invalid_client'),
    `${error['error']} came with status ${reply.status}`,
  )
  reply.exchange.seen = 'refused'
  return error
}

/** Status 4xx. */
export function denied(reply: Reply): void {
  demand(reply.status >= 400 && reply.status < 500, `expected an error, got ${summary(reply)}`)
  reply.exchange.seen = 'refused'
}

/** Redirected to the client without an error. */
export function redirected(landing: Landing): AtClient {
  demand(landing.at === 'client', `expected a redirect to the client, got a page at ${placeOf(landing)}`)
  const { error, error_description } = landing.params
  demand(error === undefined, `expected success at the client, got ${error}${error_description ? ` (${error_description})` : ''}`)
  landing.reply.exchange.seen = 'accepted'
  return landing
}

/** Redirected to the client with an error of RFC 6749 §4.1.2.1 with one of these codes, or with any if none is given. */
export function redirectedWithError(landing: Landing, ...codes: readonly string[]): AtClient {
  const named = codes.length === 0 ? 'an error' : codes.join(' or ')
  demand(landing.at === 'client', `expected ${named} at the client, got a page at ${placeOf(landing)}`)
  const { error } = landing.params
  demand(error !== undefined, `expected ${named} at the client, got ${Object.keys(landing.params).join(', ')}`)
  demand(codes.length === 0 || codes.includes(error), `expected ${named} at the client, got ${error}`)
  demand(landing.params['code'] === undefined, `the client got a code beside ${error}`)
  landing.reply.exchange.seen = 'refused'
  return landing
}

/** An error page of the server, without a redirect. */
export function errorPage(landing: Landing): void {
  demand(landing.at === 'page', `expected an error page, got a redirect to ${landing.url.origin}${landing.url.pathname}`)
  const { status } = landing.reply
  demand(status >= 400 && status < 500, `expected an error page, got ${placeOf(landing)}`)
  landing.reply.exchange.seen = 'refused'
}

/** An error page or an error redirect. */
export function notAuthorized(landing: Landing): void {
  if (landing.at === 'client') redirectedWithError(landing)
  else errorPage(landing)
}

/** RFC 7662 §2.2. */
export function active(reply: Reply): Record<string, unknown> {
  demand(reply.status === 200, `expected an introspection response, got ${summary(reply)}`)
  const said = json(reply)
  demand(said['active'] === true, 'the token is not active')
  reply.exchange.seen = 'accepted'
  return said
}

/** RFC 7662 §2.2. */
export function inactive(reply: Reply): Record<string, unknown> {
  demand(reply.status === 200, `expected an introspection response, got ${summary(reply)}`)
  const said = json(reply)
  demand(said['active'] === false, 'the token is active')
  reply.exchange.seen = 'refused'
  return said
}

function placeOf({ url, reply }: Landing): string {
  return `${url.origin}${url.pathname} (status ${reply.status})`
}

/** For example `400 invalid_grant`, or status and content type. */
export function summary({ status, headers, body }: Reply): string {
  const error = /"error"\s*:\s*"([\x20-\x7e]{1,60}?)"/.exec(body)?.[1]
  return error === undefined ? `status ${status} (${headers['content-type'] ?? 'without a content type'})` : `${status} ${error}`
}
