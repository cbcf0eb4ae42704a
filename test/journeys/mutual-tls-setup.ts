/** Servers and clients of tests of mutual TLS. */
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Engine, freePort, type TestApp, testApp } from '../app.ts'
import { type Authority, authority, type Identity, pem } from '../certificates.ts'

export interface Answer {
  status: number
  headers: IncomingMessage['headers']
  // biome-ignore lint/suspicious/noExplicitAny: JSON of the server under test
  body: any
}

export interface Call {
  method?: string
  headers?: Record<string, string | string[]>
  form?: Record<string, string>
  /** Presented in the handshake. */
  identity?: Pick<Identity, 'cert' | 'key'> | undefined
}

/** One request on a separate connection. `ca`: PEM of whom the client trusts. */
export async function call(url: string, { method, headers = {}, form, identity }: Call, ca: string): Promise<Answer> {
  const content = form && { 'content-type': 'application/x-www-form-urlencoded' }
  const options = { agent: false as const, method: method ?? (form ? 'POST' : 'GET'), headers: { ...content, ...headers } }
  const asked = url.startsWith('https:')
    ? secureRequest(url, { ...options, ca, ...(identity ? { cert: identity.cert, key: identity.key } : {}) })
    : plainRequest(url, options)
  asked.end(form && new URLSearchParams(form).toString())
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : text }
}

export interface Setup {
  gatehouse: TestApp
  /** PEM of the authority of the server's certificate. */
  ca: string
  folder: string
  /** Where it listens, whatever its issuer is. */
  address: string
  /** Where certificates are asked for. */
  origin: string
  /** Gives the server another certificate. */
  renew(): Promise<void>
  /** Authority that the server trusts for clients. */
  bank: Authority
  close(): Promise<void>
}

/** A server that ends TLS itself. `port`: only a second port asks for certificates. `machine`: see `testApp`. */
export async function secureServer(
  engine: Engine,
  port: 'one' | 'second',
  settings: Record<string, string> = {},
  machine?: () => number,
): Promise<Setup> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mtls-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const [web, bank] = [await authority('CN=Web'), await authority('CN=Bank')]
  const issue = () => web.issue({ subject: 'CN=localhost', names: [{ type: 'dns', value: 'localhost' }] })
  const server = await issue()
  const [first, second] = [await freePort(), await freePort()]
  const environment = {
    ISSUER: `https://localhost:${first}`,
    LISTEN_PORT: String(first),
    TLS_CERT_FILE: file('cert.pem', server.cert),
    TLS_KEY_FILE: file('key.pem', server.key),
    FEATURES_MUTUAL_TLS: 'true',
    FEATURES_TLS_CLIENT_AUTH: 'true',
    API_WITHOUT_CLIENT: 'false',
    MTLS_CA_FILE: file('ca.pem', pem(bank)),
    ...(port === 'second' ? { MTLS_PORT: String(second), MTLS_ORIGIN: `https://localhost:${second}` } : {}),
    ...settings,
  }
  const gatehouse = await testApp(engine, environment, undefined, machine)
  return {
    gatehouse,
    ca: pem(web),
    folder,
    address: `https://localhost:${first}`,
    origin: `https://localhost:${port === 'second' ? second : first}`,
    bank,
    async renew() {
      const { cert, key } = await issue()
      file('cert.pem', cert)
      file('key.pem', key)
      await gatehouse.reloadCertificate()
    },
    async close() {
      await gatehouse.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A machine that authenticates by the subject of its certificate. */
export function machine(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    client_id: id,
    grant_types: ['client_credentials'],
    scope: 'read',
    token_endpoint_auth_method: 'tls_client_auth',
    ...('token_endpoint_auth_method' in more ? {} : { tls_client_auth_subject_dn: `CN=${id}` }),
    tls_client_certificate_bound_access_tokens: true,
    ...more,
  }
}

/** `fetch` on separate connections, with or without a certificate. */
export function fetchWith(identity: Call['identity'], ca: string) {
  return async (url: string, { method = 'GET', headers = {}, body }: { method?: string; headers?: object; body?: unknown } = {}) => {
    const form = body === undefined || body === null ? {} : { form: Object.fromEntries(new URLSearchParams(String(body))) }
    const answer = await call(url, { method, headers: { ...headers } as Record<string, string>, ...form, identity }, ca)
    const kept = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)])
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    return new Response(answer.status === 204 ? null : text, { status: answer.status, headers: kept })
  }
}
