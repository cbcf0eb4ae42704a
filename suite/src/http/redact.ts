/** Replaces secrets in exchanges by labels. Equal secrets get equal labels. */

import { decode, isJwt } from '../actors/jwt.ts'
import type { ShownExchange } from '../report/report.ts'
import type { Target } from '../target/target.ts'
import type { Exchange } from './exchange.ts'
import { readPage } from './page.ts'

/** Parameters that contain no secrets. Values of all others are replaced. */
const plain = new Set(
  `response_type client_id redirect_uri scope state nonce code_challenge code_challenge_method response_mode prompt max_age display
  ui_locales claims_locales acr_values login_hint grant_type token_type_hint resource audience error error_description error_uri iss
  session_state post_logout_redirect_uri username claims authorization_details token_type expires_in
  client_assertion_type subject_token_type requested_token_type actor_token_type dpop_jkt`.split(/\s+/),
)

/** JSON members that contain secrets. */
const secretMembers =
  /^(?:access_token|refresh_token|id_token|client_secret|registration_access_token|device_code|user_code|verification_uri_complete)$/

export interface Redacted {
  exchanges: ShownExchange[]
  jwts: Record<string, { header: unknown; claims: unknown }>
}

export function redact(exchanges: readonly Exchange[], target: Target): Redacted {
  const labels = labelsOf(exchanges, target)
  // Longer ones first, as one secret may contain another.
  const ordered = [...labels].toSorted(([a], [b]) => b.length - a.length)
  const hide = (text: string) => ordered.reduce((shown, [secret, label]) => shown.replaceAll(secret, label), text)
  const jwts = [...labels].filter(([secret]) => isJwt(secret)).map(([secret, label]) => [label, decode(secret)])
  return { exchanges: exchanges.map((exchange) => shown(exchange, hide)), jwts: Object.fromEntries(jwts) }
}

/** Labels by secret, such as `«code 1»`. */
function labelsOf(exchanges: readonly Exchange[], { people, clients }: Target): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  const counts = new Map<string, number>()
  const add = (name: string, value: string | undefined) => {
    if (value === undefined || value.length < 6 || labels.has(value)) return
    const n = (counts.get(name) ?? 0) + 1
    counts.set(name, n)
    labels.set(value, `«${name} ${n}»`)
    const encoded = new URLSearchParams({ '': value }).toString().slice(1)
    if (encoded !== value) labels.set(encoded, `«${name} ${n}»`)
  }
  for (const { password } of people) add('password', password)
  for (const { client_secret } of Object.values(clients)) add('client_secret', client_secret)
  for (const { request, response } of exchanges) {
    for (const [name, value] of parametersOf(request)) if (!plain.has(name)) add(name, value)
    for (const [name, value] of Object.entries(request.headers)) addHeader(add, name, String(value))
    if (!response) continue
    for (const line of response.cookies) add('cookie', /^[^=]*=([^;]*)/.exec(line)?.[1])
    const location = response.headers['location']
    if (location !== undefined) for (const [name, value] of queryOf(location)) if (!plain.has(name)) add(name, value)
    for (const [name, value] of secretsIn(response.body)) add(name, value)
  }
  return labels
}

function addHeader(add: (name: string, value: string) => void, name: string, value: string): void {
  if (name === 'authorization') add(value.split(' ')[0]!.toLowerCase() === 'basic' ? 'basic' : 'access_token', value.replace(/^\S+ +/, ''))
  if (name === 'dpop') add('dpop', value)
  if (name === 'cookie') for (const pair of value.split('; ')) add('cookie', pair.replace(/^[^=]*=/, ''))
}

function parametersOf({ url, body = '', headers }: Exchange['request']): [string, string][] {
  const isForm = String(headers['content-type'] ?? 'application/x-www-form-urlencoded').startsWith('application/x-www-form-urlencoded')
  return [...queryOf(url), ...(isForm ? new URLSearchParams(body) : secretsIn(body))]
}

function queryOf(url: string): [string, string][] {
  if (!URL.canParse(url, 'http://relative.invalid')) return []
  const { searchParams, hash } = new URL(url, 'http://relative.invalid')
  return [...searchParams, ...new URLSearchParams(hash.slice(1))]
}

function secretsIn(body: string): [string, string][] {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null) return []
    return Object.entries(value).filter((entry): entry is [string, string] => secretMembers.test(entry[0]) && typeof entry[1] === 'string')
  } catch {
    return []
  }
}

const maxShown = 4000

function shown({ request, response, ...rest }: Exchange, hide: (text: string) => string): ShownExchange {
  const headers = (of: object) => Object.fromEntries(Object.entries(of).map(([name, value]) => [name, hide(String(value))]))
  const { url, body, method } = request
  return {
    ...rest,
    request: {
      method,
      url: hide(url),
      headers: headers(request.headers),
      ...(body === undefined ? {} : { body: hide(body).slice(0, maxShown) }),
    },
    ...(response ? { response: shownResponse(response, headers, hide) } : {}),
  }
}

function shownResponse(
  { status, headers, cookies, body }: NonNullable<Exchange['response']>,
  hidden: (of: object) => Record<string, string>,
  hide: (text: string) => string,
): NonNullable<ShownExchange['response']> {
  const isPage = (headers['content-type'] ?? '').includes('html')
  const text = isPage ? readPage(body, new URL('http://page.invalid')).text : body
  const all = cookies.length > 0 ? { ...headers, 'set-cookie': cookies.join('\n') } : headers
  return { status, headers: hidden(all), body: hide(text).slice(0, maxShown) }
}
