/** Connections at a provider of tests, and people who sign in through them. */
import assert from 'node:assert/strict'
import type { Config } from '../../src/config/schema.ts'
import { connectionSchema } from '../../src/connections/connection.ts'
import { type Engine, testApp } from '../app.ts'
import type { Landing, TinyBrowser } from '../tiny-browser.ts'
import { upstreamProvider } from '../upstream.ts'
import { alice, application, claimsOf, shows, told } from './application.ts'

export const newcomer = (sub: string, more: object = {}) => ({
  sub,
  name: 'New Comer',
  email: `${sub}@example.com`,
  email_verified: true,
  ...more,
})

export async function upstreamStage(engine: Engine, settings: Readonly<Record<string, string>> = {}, change?: (config: Config) => Config) {
  const upstream = await upstreamProvider(() => gatehouse.now())
  const gatehouse = await testApp(engine, settings, change)
  const { store, connections } = gatehouse.root
  const set = async (name: string, more: object = {}) => {
    const connection = connectionSchema.parse({
      name,
      label: `The ${name}`,
      issuer: upstream.issuer,
      client_id: upstream.clientId,
      ...more,
    })
    if (!(await store.connections.add(connection, connections.secrets.seal(name, upstream.secret))))
      await store.connections.replace(connection)
  }
  await gatehouse.addClient({ client_id: 'app', redirect_uris: ['https://app.example/callback'], token_endpoint_auth_method: 'none' })
  await gatehouse.addAccount({ sub: 'alice-sub', username: alice.username, email: 'alice@example.com' }, alice.password)
  const app = application(gatehouse, { id: 'app' })

  /** From the sign-in page to the provider, where this person consents, and back. */
  const through = async (
    browser: TinyBrowser,
    name: string,
    person: { sub: string } & Record<string, unknown>,
    fields = {},
    from = app,
  ) => {
    const page = await browser.open(from.url(fields))
    const link = new RegExp(`<a id="upstream-${name}" class="button" href="([^"]+)"`).exec(page.html)?.[1]?.replaceAll('&amp;', '&')
    assert.ok(link, page.html)
    upstream.person = person
    const at = await browser.open(link as string)
    assert.equal(at.url.origin, new URL(upstream.issuer).origin)
    const back = (await fetch(at.url, { redirect: 'manual' })).headers.get('location') as string
    return { back, landing: await browser.open(back) }
  }
  const tokensOf = async (landing: Landing, browser: TinyBrowser) => {
    const rested = shows(landing, 'consent') ? await browser.submit('consent', { answer: 'allow' }) : landing
    const { code, error } = told(rested)
    assert.ok(code, `${error} ${rested.html}`)
    const { body } = await app.redeem(code as string)
    assert.ok(body.id_token, JSON.stringify(body))
    return claimsOf(body.id_token)
  }

  /** At the provider of this URL, where the person consents; where the browser is sent. */
  const consentAt = async (url: URL) => (await fetch(url, { redirect: 'manual' })).headers.get('location') as string
  const close = async () => {
    await gatehouse.close()
    await upstream.close()
  }
  return { gatehouse, upstream, store, set, app, through, tokensOf, consentAt, close }
}
