/** What a browser remembers for us: three cookies for each tenant, both HttpOnly and SameSite=Lax — RFC 6265bis. */
import { deviceLifetime } from '../../identity/devices.ts'
import type { Browser } from '../../protocol/request-reply.ts'

/** Names and attributes of one tenant's cookies. Tenants on one host tell theirs apart by name, not by path. */
export interface CookieJar {
  read(header: string | undefined): Browser
  write(remember: Partial<Browser>): string[]
}

/** `secure`: the issuer is https; then the names carry the prefix that binds them to this very host. `maxAge`: seconds a sign-in lasts. */
export function cookieJar({ slug, secure, maxAge }: { slug: string; secure: boolean; maxAge: number }): CookieJar {
  const suffix = slug === '' ? '' : `-${slug}`
  const prefix = secure ? '__Host-' : ''
  const names = {
    browser: `${prefix}gatehouse-browser${suffix}`,
    sessions: `${prefix}gatehouse-session${suffix}`,
    device: `${prefix}gatehouse-device${suffix}`,
  }
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  const none: Browser = { id: undefined, sessions: [], device: undefined }

  return {
    read(header) {
      if (header === undefined) return none
      const id = cookieOf(header, names.browser)
      const sessions = cookieOf(header, names.sessions)?.split('.').slice(0, 8) ?? []
      return { id, sessions, device: cookieOf(header, names.device) }
    },
    write({ id, sessions, device }) {
      const set: string[] = []
      if (id !== undefined) set.push(`${names.browser}=${id}${attributes}`)
      if (sessions) set.push(`${names.sessions}=${sessions.join('.')}${attributes}; Max-Age=${sessions.length > 0 ? maxAge : 0}`)
      if (device !== undefined) set.push(`${names.device}=${device}${attributes}; Max-Age=${deviceLifetime}`)
      return set
    },
  }
}

/** Undefined unless it has the form of what we set: then nothing strange goes further. */
function cookieOf(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (pair.slice(0, at).trim() !== name) continue
    const value = pair.slice(at + 1).trim()
    return /^[\w.-]{1,600}$/.test(value) ? value : undefined
  }
  return undefined
}
