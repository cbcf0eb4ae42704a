/** What no answer may be, whatever was asked. */
import type { Answer } from './http.ts'
import { header } from './http.ts'
import { foreignHost, headerName, markup } from './text.ts'

/** What was sent, as far as the answer is judged by it. */
export interface Expectation {
  /** The credential in it opens nothing. */
  refused?: boolean
  /** What it lists was sent by others, and judged then. */
  lists?: boolean
  /** Texts it gives to members; where it is accepted, and the answer has these members, they are so. */
  changes?: Readonly<Record<string, string>>
  /** The token it asks about was never issued. */
  inactive?: boolean
}

export const slowest = 5000
/** The longest that an answer may tell callers to wait, in seconds. */
const longestWait = 120

/** What is wrong with an answer, each as a short phrase that is the same for the same fault. */
export function faultsOf(answer: Answer, expected: Expectation = {}): string[] {
  return [
    ...statusFaults(answer, expected),
    ...(answer.ms > slowest ? [`took more than ${slowest / 1000} s`] : []),
    ...headerFaults(answer),
    ...bodyFaults(answer, expected),
  ]
}

function statusFaults(answer: Answer, { refused }: Expectation): string[] {
  const { status } = answer
  if (status >= 200 && status < 300 && refused) return ['a credential that opens nothing was accepted']
  if (status < 500) return []
  const wait = Number(header(answer, 'retry-after') ?? Number.NaN)
  return status === 503 && wait > 0 && wait <= longestWait ? [] : [`status ${status}`]
}

function headerFaults(answer: Answer): string[] {
  const names = answer.headers.map(([name]) => name.toLowerCase())
  const location = header(answer, 'location')
  const values = answer.headers.map(([, value]) => value)
  return [
    ...(names.includes(headerName) ? ['a header was injected'] : []),
    ...(values.some((value) => /[^\t\x20-\x7e]/.test(value)) ? ['a header has a character that belongs in none'] : []),
    ...['content-length', 'content-type', 'location']
      .filter((name) => names.filter((one) => one === name).length > 1)
      .map((name) => `two ${name} headers`),
    ...(isOurs(answer) ? [] : [`an answer that is not ours, of status ${answer.status}`]),
    ...(isOurs(answer) && !common.every((name) => names.includes(name)) ? [`it lacks one of ${common.join(' and ')}`] : []),
    ...(location !== undefined && leadsAway(location) ? ['sends the browser to an address that is registered nowhere'] : []),
  ]
}

const common = ['x-content-type-options', 'content-security-policy']

/** Not one that the platform or the framework sends in our place. */
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
  return answer.status >= 400 ? [`a refusal of type ${type || 'none'}`] : []
}

function pageFaults(html: string): string[] {
  const addresses = [...html.matchAll(/\b(?:href|src|action|formaction|content)="([^"]*)"/g)].map(([, address]) => address!)
  return [
    ...(markup.some((mark) => html.includes(mark)) ? ['markup that was sent stands in a page'] : []),
    ...(addresses.some((address) => /^[\s\0-\x20]*(?:javascript|vbscript|data:text)/i.test(address)) ? ['a link runs a script'] : []),
  ]
}

function jsonFaults({ status }: Answer, text: string, { inactive, lists, changes = {} }: Expectation): string[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return ['not the JSON it says it is']
  }
  if (status >= 400) return isRefusal(value) ? [] : ['a refusal that has not our form']
  const active = typeof value === 'object' && value !== null && (value as { active?: unknown }).active === true
  return [
    ...(inactive && active ? ['a token that was never issued is active'] : []),
    ...unmade(changes, value).map((name) => `a change was accepted and not made: ${name}`),
    ...(lists || !hasUnnameableId(value) ? [] : ['an id was given that no path can name']),
    ...(lists ? [] : unprintableIn(value).map((place) => `hostile characters were kept: ${place}`)),
  ]
}

function unmade(changes: Readonly<Record<string, string>>, value: unknown): string[] {
  const plain = (text: string) => text.trim().toLowerCase()
  const answer = Object(value) as Record<string, unknown>
  return Object.keys(changes).filter((name) => typeof answer[name] === 'string' && plain(answer[name]) !== plain(changes[name]!))
}

/** Paths are read without their dots, and without what is empty. RFC 3986 §5.2.4 */
function hasUnnameableId(value: unknown): boolean {
  const { id, client_id, sub } = Object(value) as Record<string, unknown>
  return [id, client_id, sub].some((one) => typeof one === 'string' && /^\.{0,2}$/.test(one))
}

function isRefusal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { error, code } = value as { error?: unknown; code?: unknown }
  return typeof error === 'string' || typeof code === 'string' || 'reason' in value
}

/** Controls but tab and line break, bidirectional overrides and isolates, half surrogate pairs. */
const unprintable = /[\p{Cc}--[\t\n\r]]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/v

/** Members that hold such characters, without the numbers of entries. */
function unprintableIn(value: unknown, place = ''): string[] {
  if (typeof value === 'string') return unprintable.test(value) ? [place || 'the text'] : []
  if (typeof value !== 'object' || value === null) return []
  const found = Array.isArray(value)
    ? value.flatMap((one) => unprintableIn(one, place))
    : Object.entries(value).flatMap(([name, one]) => [
        ...(unprintable.test(name) ? [`a name in ${place || 'the answer'}`] : []),
        ...unprintableIn(one, place && place !== 'items' ? `${place}.${name}` : name),
      ])
  return [...new Set(found)].slice(0, 5)
}
