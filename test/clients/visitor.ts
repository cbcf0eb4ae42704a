/** A person who visits an application under test in one browser: cookies of the application here, those of the issuer in the tiny browser. */
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { alice, shows } from '../journeys/application.ts'
import type { TinyBrowser } from '../tiny-browser.ts'

/** An application that listens at its own port, under the name `localhost`. */
export interface RunningApp {
  origin: string
  close(): void
}

/** `make` gets the origin, which redirect URIs need, before the first request. */
export async function runApp(make: (origin: string) => RequestListener | Promise<RequestListener>): Promise<RunningApp> {
  let listener: RequestListener | undefined
  const server = createServer((request, response) => listener?.(request, response))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  listener = await make(origin)
  return {
    origin,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

export type Ask = (url: string, init?: RequestInit) => Promise<Response>

/** `ask`: one request without following redirects. Cookies are sent and stored. */
export function visitor(ask: Ask = fetch): Ask {
  const cookies = new Map<string, string>()
  return async (url, init = {}) => {
    const headers = new Headers(init.headers)
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    const response = await ask(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return response
  }
}

/** Where a response leads. */
export function target(response: Response, from: string): string {
  const location = response.headers.get('location')
  assert.ok(location, `a redirect, not ${response.status}`)
  return new URL(location, from).href
}

/** Signs in and allows; the address at the application to which the person is sent back. */
export async function signIn(browser: TinyBrowser, url: string): Promise<string> {
  let landing = await browser.open(url)
  if (shows(landing, 'sign-in')) landing = await browser.submit('sign-in', { ...alice })
  if (shows(landing, 'consent')) landing = await browser.submit('consent', { answer: 'allow' })
  return landing.url.href
}
