/** Server metadata: RFC 8414 and OpenID Connect Discovery 1.0. */
import { Unjudgeable } from './errors.ts'
import { type Bounds, send, Unanswered } from './http/wire.ts'
import type { Target } from './target/target.ts'

/** Metadata members; undefined if absent or of another type. */
export interface Metadata {
  text(name: string): string | undefined
  list(name: string): readonly string[] | undefined
  is(name: string): boolean | undefined
  /** URL of an endpoint, for a request with a client certificate or without one, RFC 8705 §5. */
  endpoint(name: string, how: { certificate: boolean }): string | undefined
  /** All members, unvalidated. */
  members: Readonly<Record<string, unknown>>
}

const maxRedirects = 5

export async function discover(target: Target, bounds: Bounds): Promise<Metadata> {
  const places = target.metadata === undefined ? wellKnown(target.issuer) : [target.metadata]
  const problems: string[] = []
  for (const place of places) {
    const found = await fetchMetadata(place, bounds)
    if (typeof found !== 'string') return metadata(found)
    problems.push(`${place} ${found}`)
  }
  throw new Unjudgeable(problems.join('\n'))
}

/** The well-known URLs. */
export function wellKnown(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const openid = `${origin}${path}/.well-known/openid-configuration` // OpenID Connect Discovery §4
  const oauth = `${origin}/.well-known/oauth-authorization-server${path}` // RFC 8414 §3
  return [openid, oauth]
}

/** Returns a sentence if it cannot be fetched. */
async function fetchMetadata(place: string, bounds: Bounds): Promise<Record<string, unknown> | string> {
  let url = place
  for (let hop = 0; hop <= maxRedirects; hop++) {
    try {
      const { status, headers, body } = await send({ method: 'GET', url, headers: { accept: 'application/json' } }, bounds)
      const location = headers['location']
      if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location, url)) url = new URL(location, url).href
      else if (status !== 200) return `answered with status ${status}`
      else return objectOf(body) ?? 'answered with something that is no JSON object'
    } catch (error) {
      if (error instanceof Unanswered) return error.message
      throw error
    }
  }
  return `redirected more than ${maxRedirects} times`
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

export function metadata(members: Readonly<Record<string, unknown>>): Metadata {
  const text = (name: string) => (typeof members[name] === 'string' ? members[name] : undefined)
  const aliases = (members['mtls_endpoint_aliases'] ?? {}) as Readonly<Record<string, unknown>>
  return {
    members,
    text,
    endpoint(name, { certificate }) {
      const alias = certificate ? aliases[name] : undefined
      return typeof alias === 'string' ? alias : text(name)
    },
    list: (name) => (Array.isArray(members[name]) ? members[name].filter((entry) => typeof entry === 'string') : undefined),
    is: (name) => (typeof members[name] === 'boolean' ? members[name] : undefined),
  }
}
