/** The test oracle: properties that every answer must have, whatever the request was. */
import { domainToASCII } from 'node:url'
import type { Answer } from './http.ts'
import { header } from './http.ts'
import { foreignHost, headerName, markup } from './text.ts'

/** Facts about the request that the answer is checked against. */
export interface Expectation {
  /** The credential is invalid. */
  refused?: boolean
  /** The answer repeats what other requests stored; those were checked already. */
  lists?: boolean
  /** New values of string members. If the request succeeds, the answer must show them. */
  changes?: Readonly<Record<string, string>>
  /** The token to introspect was never issued. */
  inactive?: boolean
  /** The provider refused a request that the server made for this one, or for one before, and is not asked again. */
  refusedByProvider?: 'now' | 'before' | undefined
}

export const slowest = 5000
/** Upper bound for Retry-After, in seconds. */
const longestWait = 120

/** All faults of an answer. The same kind of fault always has the same description. */
export function faultsOf(answer: Answer, expected: Expectation = {}): string[] {
  return [
    ...statusFaults(answer, expected),
    ...(answer.ms > slowest ? [`took more than ${slowest / 1000} s`] : []),
    ...headerFaults(answer),
    ...bodyFaults(answer, expected),
  ]
}

function statusFaults(answer: Answer, { refused, refusedByProvider }: Expectation): string[] {
  const { status } = answer
  if (status >= 200 && status < 300 && refused) return ['an invalid credential was accepted']
  if (status < 500 || (refusedByProvider && isRefusalOfProvider(answer, refusedByProvider))) return []
  const wait = Number(header(answer, 'retry-after') ?? Number.NaN)
  return status === 503 && wait > 0 && wait <= longestWait ? [] : [`status ${status}`]
}

/** The API of the Auth Manager tells its clients with this status that the provider refused, and that a token which it refused before is of no use. */
function isRefusalOfProvider({ status, body }: Answer, when: 'now' | 'before'): boolean {
  const said = when === 'now' ? /"code":"keycloak_(?:callback_)?error"/ : /"code":"keycloak_error","reason":"the person must consent again"/
  return status === 502 && (body.length === 0 || said.test(body.toString())) // the answer to HEAD has no body
}

function headerFaults(answer: Answer): string[] {
  const names = answer.headers.map(([name]) => name.toLowerCase())
  const location = header(answer, 'location')
  const values = answer.headers.map(([, value]) => value)
  return [
    ...(names.includes(headerName) ? ['a header was injected'] : []),
    ...(values.some((value) => /[^\t\x20-\x7e]/.test(value)) ? ['an invalid character in a header'] : []),
    ...['content-length', 'content-type', 'location']
      .filter((name) => names.filter((one) => one === name).length > 1)
      .map((name) => `two ${name} headers`),
    ...(isOurs(answer) ? [] : [`an answer of the platform, not of ours, with status ${answer.status}`]),
    ...(isOurs(answer) && !common.every((name) => names.includes(name)) ? ['a security header is missing'] : []),
    ...(location !== undefined && leadsAway(location) ? ['open redirect'] : []),
  ]
}

const common = ['x-content-type-options', 'content-security-policy']

/** False for answers that Node.js or the framework sends on its own. */
export function isOurs(answer: Answer): boolean {
  return header(answer, 'x-request-id') !== undefined
}

function leadsAway(address: string): boolean {
  const url = URL.parse(address, 'http://localhost')
  return url === null || url.hostname === foreignHost || /^(?:javascript|data|vbscript):/i.test(url.protocol)
}

function bodyFaults(answer: Answer, expected: Expectation): string[] {
  const type = header(answer, 'content-type') ?? ''
  const text = answer.body.toString()
  if (answer.body.length === 0) return []
  if (type.startsWith('text/html')) return pageFaults(text)
  if (/^application\/(?:[\w-]+\+)?json\b/.test(type)) return jsonFaults(answer, text, expected)
  return answer.status >= 400 ? [`an error of media type ${type || 'none'}`] : []
}

function pageFaults(html: string): string[] {
  const addresses = [...html.matchAll(/\b(?:href|src|action|formaction|content)="([^"]*)"/g)].map(([, address]) => address!)
  return [
    ...(addresses.some((address) => address.includes(foreignHost)) ? ['open redirect'] : []),
    ...(markup.some((mark) => html.includes(mark)) ? ['unescaped markup in a page'] : []),
    ...(addresses.some((address) => /^[\s\0-\x20]*(?:javascript|vbscript|data:text)/i.test(address)) ? ['a script URL in a page'] : []),
  ]
}

function jsonFaults({ status }: Answer, text: string, { inactive, lists, changes = {} }: Expectation): string[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return ['invalid JSON']
  }
  if (status >= 400) return isRefusal(value) ? [] : ['an error in an unknown format']
  const active = typeof value === 'object' && value !== null && (value as { active?: unknown }).active === true
  return [
    ...(inactive && active ? ['a token that was never issued is active'] : []),
    ...unmade(changes, value).map((name) => `accepted but not changed: ${name}`),
    ...(lists || !hasUnnameableId(value) ? [] : ['created with an id that cannot be addressed']),
    ...(lists ? [] : unprintableIn(value).map((place) => `unprintable characters accepted in ${place}`)),
  ]
}

function unmade(changes: Readonly<Record<string, string>>, value: unknown): string[] {
  // Addresses are stored as URL parsers read them, and domains in ASCII. WHATWG URL §4.4, RFC 5891 §4
  const plain = (text: string) => {
    const read = text.normalize('NFKC').trim().toLowerCase()
    const [, local, domain] = /^([^@]+)@([^@]+)$/.exec(read) ?? []
    return domain === undefined ? read.replace(/[\t\r\n]/g, '') : `${local}@${domainToASCII(domain)}`
  }
  const answer = Object(value) as Record<string, unknown>
  return Object.keys(changes).filter((name) => typeof answer[name] === 'string' && plain(answer[name]) !== plain(changes[name]!))
}

/** Clients remove dot segments from paths, so nothing with such an id can be addressed. RFC 3986 §5.2.4 */
function hasUnnameableId(value: unknown): boolean {
  const { id, client_id, sub } = Object(value) as Record<string, unknown>
  return [id, client_id, sub].some((one) => typeof one === 'string' && /^\.{0,2}$/.test(one))
}

function isRefusal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { error, code } = value as { error?: unknown; code?: unknown }
  return typeof error === 'string' || typeof code === 'string' || 'reason' in value
}

/** Control characters except tab and line breaks, bidirectional controls, lone surrogates. */
const unprintable = /[\p{Cc}--[\t\n\r]]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/v

/** Paths of the members that hold such characters, without array indices. */
function unprintableIn(value: unknown, place = ''): string[] {
  if (typeof value === 'string') return unprintable.test(value) ? [place || 'the value'] : []
  if (typeof value !== 'object' || value === null) return []
  const found = Array.isArray(value)
    ? value.flatMap((one) => unprintableIn(one, place))
    : Object.entries(value).flatMap(([name, one]) => [
        ...(unprintable.test(name) ? [`a member name of ${place || 'the answer'}`] : []),
        ...unprintableIn(one, place && place !== 'items' ? `${place}.${name}` : name),
      ])
  return [...new Set(found)].slice(0, 5)
}
