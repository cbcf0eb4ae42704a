/** Each preset at a double that behaves as the documentation of its provider says: sign-in, kept tokens, refresh, revocation, and what goes wrong. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { checkConnection } from '../../src/connections/check.ts'
import { connectionSchema } from '../../src/connections/connection.ts'
import { presetNames } from '../../src/connections/presets.ts'
import { removeEntry } from '../../src/vault/keep.ts'
import { accessTokenOf } from '../../src/vault/vend.ts'
import { testApp } from '../app.ts'
import { type DoubleName, directory, doubles } from '../provider-doubles.ts'
import { apple, providerDoubles } from '../providers.ts'
import { alice, application, claimsOf, shows, told } from './application.ts'

const gatehouse = await testApp('sqlite')
const providers = await providerDoubles(() => gatehouse.now())
const { store, connections, vault } = gatehouse.root
Object.assign(connections.remote, providers.remote({ ...connections.remote })) // all tenants share it
await gatehouse.addClient({ client_id: 'app', redirect_uris: ['https://app.example/callback'], token_endpoint_auth_method: 'none' })
await gatehouse.addAccount({ sub: 'alice-sub', username: alice.username }, alice.password)
const app = application(gatehouse, { id: 'app' })

const own: Partial<Record<DoubleName, object>> = {
  entra: { issuer: doubles.entra.issuer },
  apple: { team_id: apple.team, key_id: apple.key },
}
async function set(name: DoubleName, more: object = {}, secret = name === 'apple' ? providers.appleKey : providers.secret) {
  const declared = {
    name,
    preset: name,
    client_id: providers.clientId,
    sign_in: { sign_up: 'open' },
    vault: { enabled: true },
    ...own[name],
  }
  const connection = connectionSchema.parse({ ...declared, ...more })
  const sealed = connections.secrets.seal(name, secret)
  if (!(await store.connections.add(connection, sealed))) await store.connections.replace(connection)
  await store.connections.setSecret(name, sealed)
  return (await store.connections.find(name))!
}

/** At the provider, and back. */
async function through(browser: ReturnType<typeof gatehouse.browser>, url: URL, person: Record<string, unknown>) {
  const { to, posted } = providers.consent(url, person)
  if (!posted) return browser.open(to)
  const answer = await fetch(to, { method: 'POST', redirect: 'manual', body: posted }) // from another site: without cookies
  return browser.open(answer.headers.get('location') as string)
}
const personOf = (name: string) => ({
  sub: `${name}-sub`,
  id: 1_234_567,
  email: `ada.${name}@example.com`,
  name: 'Ada Lovelace',
  edov: true,
})

async function signedIn(name: DoubleName, person: Record<string, unknown>) {
  const browser = gatehouse.browser()
  const page = await browser.open(app.url())
  const link = new RegExp(`id="upstream-${name}" class="button" href="([^"]+)"`).exec(page.html)?.[1]?.replaceAll('&amp;', '&')
  const landing = await through(browser, (await browser.open(link as string)).url, person)
  const rested = shows(landing, 'consent') ? await browser.submit('consent', { answer: 'allow' }) : landing
  assert.ok(told(rested)['code'], rested.html)
  const { sub } = claimsOf((await app.redeem(told(rested)['code'] as string)).body.id_token)
  return (await store.accounts.bySubject(sub as string))!
}

suite('presets', () => {
  after(async () => {
    await gatehouse.close()
    await providers.close()
  })

  test('there is a double for each that names a provider', () => {
    assert.deepEqual([...Object.keys(doubles), 'keycloak', 'oauth2', 'openid'].sort(), [...presetNames].sort())
  })

  for (const name of Object.keys(doubles) as DoubleName[]) {
    test(`${name}: a connection that is right is found right`, async () => {
      const findings = await checkConnection(connections, await set(name))
      assert.deepEqual(
        findings.filter(({ level, text }) => level !== 'ok' && !/revocation endpoint/.test(text)),
        [],
      )
      assert.ok(findings.some(({ text }) => text.includes('knows client the client and its secret')))
    })

    test(`${name}: somebody signs in, with the address that the provider vouches for`, async () => {
      await set(name)
      const { email, claims } = await signedIn(name, personOf(name))
      assert.deepEqual([email, claims['name']], [`ada.${name}@example.com`, 'Ada Lovelace'])
      assert.equal((await signedIn(name, personOf(name))).email, email, 'and comes back')
    })

    test(`${name}: tokens are kept, refreshed where the provider can, and given back`, async () => {
      await set(name)
      const browser = gatehouse.browser()
      await app.arrive(browser)
      await browser.open('/account/connections')
      const away = await browser.submit('connections-connect', { connection: name })
      const done = await through(browser, away.url, { ...personOf(name), sub: `kept-${name}`, id: 7_654_321 })
      assert.match(done.html, /The account is connected/)
      const [entry] = await store.vault.of({ type: 'account', id: 'alice-sub' }, name)
      const first = await accessTokenOf(vault, entry!.id)
      assert.ok(first?.accessToken)
      if (['google', 'entra', 'gitlab', 'apple'].includes(name)) {
        gatehouse.advance(7200)
        const second = await accessTokenOf(vault, entry!.id)
        assert.notEqual(second?.accessToken, first.accessToken)
        gatehouse.advance(7200)
        assert.notEqual((await accessTokenOf(vault, entry!.id))?.accessToken, second?.accessToken)
      } else assert.equal(first.expiresAt, undefined)
      const given = providers.revoked.length
      const removal = await removeEntry(vault, entry!.id)
      assert.equal(removal?.revoked, providers.revoked.length > given)
      assert.equal(providers.revoked.length - given, ['entra', 'slack'].includes(name) ? 0 : 1)
    })

    test(`${name}: a wrong secret is told as such`, async () => {
      const findings = await checkConnection(connections, await set(name, {}, name === 'apple' ? await anotherKey() : 'wrong'))
      assert.ok(
        findings.some(({ level, text }) => level === 'problem' && text.startsWith('The provider refuses client the client')),
        JSON.stringify(findings),
      )
    })
  }

  test('Entra: an address that it does not vouch for is nobody’s, and the issuer is that of one directory', async () => {
    await set('entra')
    for (const edov of [undefined, false, 'false', 0]) {
      const { email } = await signedIn('entra', { ...personOf('entra'), sub: `unproven-${edov}`, email: 'ceo@example.com', edov })
      assert.equal(email, undefined)
    }
    for (const edov of ['1', 'true', 1]) {
      const { email } = await signedIn('entra', {
        ...personOf('entra'),
        sub: `proven-${edov}-${typeof edov}`,
        email: `${typeof edov}${edov}@example.com`,
        edov,
      })
      assert.equal(email, `${typeof edov}${edov}@example.com`)
    }
    await store.connections.remove('entra') // people of this directory are connected by it
    const common = await set('entra', { issuer: doubles.entra.issuer.replace(directory, 'common') })
    const [finding] = await checkConnection(connections, common)
    assert.match(finding?.text ?? '', /answers with status 404: is the issuer right/)
  })

  test('Apple: a name that is none, or too long, does no harm', async () => {
    await set('apple')
    for (const [n, user] of [
      '{',
      '[]',
      '{"name":7}',
      '{"name":{"firstName":["x"]}}',
      `{"name":{"firstName":"${'x'.repeat(3000)}"}}`,
    ].entries()) {
      const browser = gatehouse.browser()
      const flow = /name="flow" value="([^"]+)"/.exec((await browser.open(app.url())).html)?.[1]
      const { url } = await browser.open(`/authorize/upstream?flow=${flow}&connection=apple`)
      const { to, posted } = providers.consent(url, { sub: `odd-${n}`, email: `odd.${n}@example.com` })
      posted?.set('user', user)
      const answer = await fetch(to, { method: 'POST', redirect: 'manual', body: posted! })
      const landing = await browser.open(answer.headers.get('location') as string)
      assert.ok(shows(landing, 'consent') || told(landing)['code'], landing.html)
      assert.equal((await store.accounts.byLogin(`odd.${n}@example.com`))?.claims['name'], undefined)
    }
  })
})

async function anotherKey(): Promise<string> {
  const other = await providerDoubles(() => gatehouse.now())
  await other.close()
  return other.appleKey
}
