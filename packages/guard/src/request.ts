/** What the guard reads of a request: where the access token is, and in which scheme — RFC 6750 §2.1, RFC 9449 §7.1. */
import { refuse } from './refusal.ts'

/** A request as any framework can show it. */
export interface GuardRequest {
  method: string
  /** Path and query as they stand in the request line, or the whole URL. */
  url: string
  /** As Node has them, in lower case, or as `fetch` has them. */
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What a call needs: all of these scopes and all of these roles, and a person who signed in so. */
export interface Need {
  scopes?: readonly string[]
  roles?: readonly string[]
  /** One of these authentication context classes, such as `aal2`. RFC 9470 §3. */
  acr?: readonly string[]
  /** A sign-in of at most so many seconds ago. RFC 9470 §3. */
  maxAge?: number
}

/** The same, complete. */
export interface Needed {
  scopes: readonly string[]
  roles: readonly string[]
  acr: readonly string[]
  maxAge: number | undefined
}

export type Scheme = 'Bearer' | 'DPoP'

export interface Presented {
  scheme: Scheme
  token: string
}

/** Undefined when nothing is shown, or by a scheme that is not taken here. Refuses what is shown in a wrong way. */
export function presentedToken({ url, headers }: GuardRequest, schemes: readonly Scheme[]): Presented | undefined {
  const given = headerOf(headers, 'authorization')
  const query = url.includes('?') ? new URLSearchParams(url.slice(url.indexOf('?') + 1)) : undefined
  if (query?.has('access_token')) refuse('invalid_request', 'send the access token in the Authorization header, not in the URL') // RFC 9700 §4.3.2
  if (given.length > 1) refuse('invalid_request', 'send one Authorization header only')
  const { name, rest } = firstWord(given[0] ?? '')
  const scheme = schemes.find((one) => one.toLowerCase() === name.toLowerCase())
  if (!scheme) return undefined
  if (!/^[\w.~+/-]+=*$/.test(rest)) refuse('invalid_request', 'the Authorization header is malformed') // RFC 6750 §2.1
  return { scheme, token: rest }
}

function firstWord(text: string): { name: string; rest: string } {
  const end = text.indexOf(' ')
  return end < 0 ? { name: text, rest: '' } : { name: text.slice(0, end), rest: text.slice(end).trim() }
}

/** All values sent under this name. */
export function headerOf(headers: GuardRequest['headers'], name: string): readonly string[] {
  const value = headers instanceof Headers ? headers.get(name) : headers[name]
  if (value === null || value === undefined) return []
  return typeof value === 'string' ? [value] : value
}
