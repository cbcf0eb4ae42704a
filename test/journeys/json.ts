/** Requests to the JSON APIs, as raw as a test needs. */

export interface Asked {
  status: number
  headers: Headers
  text: string
  /** Empty when the response is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was answered
  body: any
}

/** `raw`: a body as it is. */
export async function asked(
  url: string,
  method: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
  raw?: string,
): Promise<Asked> {
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const kind: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { ...kind, ...headers },
    ...(sent === undefined ? {} : { body: sent }),
  })
  const text = await response.text()
  const isJson = /^application\/(?:problem\+)?json(?:;|$)/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
}

export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}
