/** The guarded fetch as the OAuth library wants it. */
import * as oauth from 'oauth4webapi'
import type { Remote } from '../protocol/remote.ts'

/** A JSON answer of a provider is never longer, in bytes. */
const maxBytes = 262_144

/** How long a provider may take, in seconds. */
const timeout = 10

interface FetchOptions {
  method: string
  headers: Record<string, string>
  body?: unknown
}

/** Options of every call of the library. Whether an address may be reached without TLS is for the guard to say. */
export function throughGuard(remote: Remote) {
  return {
    [oauth.customFetch]: async (url: string, { method, headers, body }: FetchOptions): Promise<Response> => {
      const sent = body === undefined || body === null ? {} : { body: String(body) }
      const answer = await remote.request({ url, method, headers, ...sent, maxBytes, timeout })
      const type = answer.headers['content-type']
      const challenge = answer.headers['www-authenticate']
      return new Response([204, 205, 304].includes(answer.status) ? null : answer.body, {
        status: statusOf(method, answer),
        headers: { ...(type && { 'content-type': type }), ...(challenge && { 'www-authenticate': challenge }) },
      })
    },
    [oauth.allowInsecureRequests]: true,
  }
}

/** Some providers send errors with status 200, which RFC 6749 §5.2 gives another. */
function statusOf(method: string, { status, body }: { status: number; body: string }): number {
  if (status < 200 || status > 599) return 502
  return method === 'POST' && status === 200 && /^\s*\{/.test(body) && /"error"\s*:\s*"/.test(body) && !/"access_token"/.test(body)
    ? 400
    : status
}
