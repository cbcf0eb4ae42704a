/** Requests to the issuer: no redirects, a deadline, and a limit on what is read. */

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

const MAX_BYTES = 262_144
const DEADLINE_MILLISECONDS = 3000

/** Rejects when the work takes longer than three seconds, even if it ignores the signal. */
export async function withDeadline<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`no answer within ${DEADLINE_MILLISECONDS} milliseconds`)
      controller.abort(error)
      reject(error)
    }, DEADLINE_MILLISECONDS)
  })
  try {
    return await Promise.race([work(controller.signal), expiry])
  } finally {
    clearTimeout(timer)
  }
}

/** A JSON object. Throws on any other answer; the message holds neither tokens nor secrets. */
export async function fetchJson(fetch: Fetch, url: string, init: RequestInit): Promise<Record<string, unknown>> {
  const headers = { accept: 'application/json', ...init.headers }
  const response = await fetch(url, { ...init, headers, redirect: 'error' })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`${url} answered ${response.status}`)
  }
  const value: unknown = JSON.parse(await boundedText(response, url))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${url} did not answer with a JSON object`)
  return value as Record<string, unknown>
}

async function boundedText(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > MAX_BYTES) throw new Error(`${url} answered with more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** https, or http to a loopback address. */
export function isSafeUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname))
}
