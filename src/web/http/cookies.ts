/** The cookies of this server, for each tenant: all but the one for frames are HttpOnly and SameSite=Lax — RFC 6265bis. */
import { deviceLifetime } from '../../identity/devices.ts'
import { browserState } from '../../protocol/browser-state.ts'
import type { Browser } from '../../protocol/request-reply.ts'

/** Names and attributes of one tenant's cookies. Tenants on one host have cookies of different names, since a `__Host-` cookie has no path. */
export interface CookieJar {
  /** `header`: Cookie. */
  read(header: string | undefined): Browser
  /** Values of Set-Cookie. They also delete the oldest cookies of other tenants when `header` is so long that it might be refused. */
  write(remember: Partial<Browser>, header: string | undefined): string[]
}

/** Characters of all our cookies in one request; servers and proxies accept 8 KB of headers or more. */
const maxTotal = 4096

interface CookieSettings {
  slug: string
  secure: boolean
  maxAge: number
  /** There is session management. */
  withState?: boolean
}

/** Name of the cookie that says what the browser is signed in as, without the prefix of https. */
export function stateCookie(slug: string): string {
  return `gatehouse-state${slug === '' ? '' : `-${slug}`}`
}

/** `secure`: the issuer is https; then the names have the prefix that binds them to this host. `maxAge`: seconds a sign-in lasts. */
export function cookieJar({ slug, secure, maxAge, withState = false }: CookieSettings): CookieJar {
  const suffix = slug === '' ? '' : `-${slug}`
  const prefix = secure ? '__Host-' : ''
  const names = {
    browser: `${prefix}gatehouse-browser${suffix}`,
    sessions: `${prefix}gatehouse-session${suffix}`,
    device: `${prefix}gatehouse-device${suffix}`,
  }
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  const forFrames = `; Path=/; SameSite=${secure ? 'None; Secure' : 'Lax'}`
  const none: Browser = { id: undefined, sessions: [], device: undefined }

  return {
    read(header) {
      if (header === undefined) return none
      const id = cookieOf(header, names.browser)
      const sessions = cookieOf(header, names.sessions)?.split('.').slice(0, 8) ?? []
      return { id, sessions, device: cookieOf(header, names.device) }
    },
    write({ id, sessions, device }, header) {
      const set: string[] = []
      if (id !== undefined) set.push(`${names.browser}=${id}${attributes}`)
      if (sessions) set.push(`${names.sessions}=${sessions.join('.')}${attributes}; Max-Age=${sessions.length > 0 ? maxAge : 0}`)
      if (sessions && withState) set.push(`${prefix}${stateCookie(slug)}=${browserState(sessions)}${forFrames}; Max-Age=${maxAge}`)
      if (device !== undefined) set.push(`${names.device}=${device}${attributes}; Max-Age=${deviceLifetime}`)
      const surplus = surplusOf(header ?? '', slug)
      return [...set, ...surplus.map((name) => `${name}=${attributes}; Max-Age=0`)]
    },
  }
}

const ourName = /^(?:__Host-)?gatehouse-(?:browser|session|device|state)(?:-(.+))?$/

/** Names of the cookies to delete, the oldest first, which is how browsers send them (§5.8.3). The root's and those of tenant `slug` stay. */
function surplusOf(header: string, slug: string): string[] {
  const cookies = pairsOf(header).flatMap(([name, value]) => {
    const found = ourName.exec(name)
    return found ? [{ name, tenant: found[1] ?? '', size: name.length + value.length + '=; '.length }] : []
  })
  const sizeOf = (some: typeof cookies) => some.reduce((sum, { size }) => sum + size, 0)
  const surplus: string[] = []
  let total = sizeOf(cookies)
  for (const [tenant, some] of Map.groupBy(cookies, ({ tenant }) => tenant)) {
    if (total <= maxTotal) break
    if (tenant === '' || tenant === slug) continue
    surplus.push(...some.map(({ name }) => name))
    total -= sizeOf(some)
  }
  return surplus
}

/** Undefined unless it has the form of a value that we set. */
function cookieOf(header: string, wanted: string): string | undefined {
  const value = pairsOf(header).find(([name]) => name === wanted)?.[1]
  return value !== undefined && /^[\w.-]{1,600}$/.test(value) ? value : undefined
}

function pairsOf(header: string): [name: string, value: string][] {
  return header.split(';').map((pair) => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
  })
}
