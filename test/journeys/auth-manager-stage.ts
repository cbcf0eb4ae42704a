/** The API of the Auth Manager before a provider of tests, with what its tests do again and again. */
import assert from 'node:assert/strict'
import { connectionSchema } from '../../src/connections/connection.ts'
import { type Engine, testApp } from '../app.ts'
import { upstreamProvider } from '../upstream.ts'
import { alice } from './application.ts'
import { type Asked, asked, bearer } from './json.ts'

/** `settings`: see `testApp`. */
export async function authManagerStage(engine: Engine, settings: Readonly<Record<string, string>> = {}) {
  const upstream = await upstreamProvider(() => gatehouse.now())
  const gatehouse = await testApp(engine, settings)
  const { connections, store } = gatehouse.root
  const connection = { name: 'keycloak', issuer: upstream.issuer, client_id: upstream.clientId, vault: { enabled: true } }
  await store.connections.add(connectionSchema.parse(connection), connections.secrets.seal('keycloak', upstream.secret))
  await gatehouse.addClient({ client_id: 'app', redirect_uris: ['https://app.example/callback'], token_endpoint_auth_method: 'none' })
  await gatehouse.addAccount({ sub: 'alice-sub', username: alice.username }, alice.password)

  const tokenOf = (sub: string, more: object = {}) => bearer(upstream.accessTokenFor({ sub, sid: `session-of-${sub}`, ...more }))
  const call = (method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Asked> =>
    asked(gatehouse.issuer + path, method, body, headers)
  const consentAs = async (sub: string, headers = tokenOf(sub)) => {
    const begun = await call('GET', '/v1/offline-token', headers)
    assert.equal(begun.status, 200, begun.text)
    upstream.person = { ...upstream.person, sub }
    return { begun, back: await sentBack(begun.body.data.consent_url) }
  }
  /** Consents at the provider; where that sends the browser. */
  const sentBack = async (url: string) => {
    const { headers } = await fetch(url, { redirect: 'manual' })
    return headers.get('location') as string
  }
  const finish = async (url: string, browser = gatehouse.browser()) => {
    const { status, html } = await browser.open(url)
    return { status, body: JSON.parse(html) }
  }
  const stored = async (sub: string) => {
    const { back } = await consentAs(sub)
    const { status, body } = await finish(back)
    assert.equal(status, 200, JSON.stringify(body))
    return body.data.persistent_token_id as string
  }
  const vended = (id: string, sub: string) => call('POST', `/v1/access-token?id=${id}`, tokenOf(sub))

  const close = async () => {
    await gatehouse.close()
    await upstream.close()
  }
  return { gatehouse, upstream, tokenOf, call, consentAs, sentBack, finish, stored, vended, close }
}
