/** Asking the issuer: no redirects, no waiting without end, no answers without end. */

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

const MOST_BYTES = 262_144
const MOST_MILLISECONDS = 3000

/** A JSON object. Throws when anything else comes, or nothing in time; the message holds neither tokens nor secrets. */
export async function fetchJson(fetch: Fetch, url: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const headers = { accept: 'application/json', ...init.headers }
  const signal = AbortSignal.timeout(MOST_MILLISECONDS)
  const response = await fetch(url, { ...init, headers, redirect: 'error', signal })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`${url} answered ${response.status}`)
  }
  const value: unknown = JSON.parse(await boundedText(response))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${url} did not answer with a JSON object`)
  return value as Record<string, unknown>
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > MOST_BYTES) throw new Error(`${response.url} answered with more than ${MOST_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** TLS, or this machine. */
export function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname))
}
