/** The page that applications load in a hidden frame, and ask whether the person is still signed in — OpenID Connect Session Management 1.0 §3.3. */
import { sha256 } from './codec/digest.ts'

/**
 * Answers `CLIENT_ID SESSION_STATE` with `unchanged` or `changed`. With `error`, upon which an application must not ask the server, where the
 * message is malformed or the browser shows this frame no cookie: nothing is known then.
 */
const script = `
const cookie = (location.protocol === 'https:' ? '__Host-' : '') + document.documentElement.dataset.cookie + '='
const base64url = (digest) => btoa(String.fromCharCode(...new Uint8Array(digest))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=/g, '')
async function answer(message, origin) {
  const [, client, hash, salt] = /^([^ ]+) ([\\w-]+)\\.([\\w-]+)$/.exec(message) ?? []
  const state = document.cookie.split('; ').find((one) => one.startsWith(cookie))?.slice(cookie.length)
  if (client === undefined || state === undefined || crypto.subtle === undefined) return 'error'
  const text = new TextEncoder().encode([client, origin, state, salt].join(' '))
  return base64url(await crypto.subtle.digest('SHA-256', text)) === hash ? 'unchanged' : 'changed'
}
addEventListener('message', async ({ data, origin, source }) => {
  if (typeof data !== 'string' || data.length > 1000 || origin === 'null' || !source) return
  source.postMessage(await answer(data, origin), origin)
})
`

const integrity = `sha256-${sha256(script).replaceAll('-', '+').replaceAll('_', '/')}=`

/** It holds nothing of anybody, and does nothing but compare: any page may frame it. */
export const checkSessionPolicy = `default-src 'none'; script-src '${integrity}'; base-uri 'none'; form-action 'none'; frame-ancestors *`

/** `cookie`: its name, without the prefix that it has on https. */
export function checkSessionPage(cookie: string): string {
  return `<!doctype html><html lang="en" data-cookie="${cookie}"><title>Session</title><script>${script}</script></html>`
}

/** What the page compares. §3.2 */
export function sessionState(about: { clientId: string; origin: string; state: string; salt: string }): string {
  const { clientId, origin, state, salt } = about
  return `${sha256([clientId, origin, state, salt].join(' '))}.${salt}`
}
