/** Pairwise subjects and their sectors — OpenID Connect Core §8, OpenID Connect Registration 1.0 §5. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { engines } from '../postgres.ts'
import { alice, application, call, callback, claimsOf, shows, told } from './application.ts'
import { type Asked, asked, bearer } from './json.ts'

const web = { client_name: 'Shop', redirect_uris: [callback] }

/** A web server whose documents a test chooses. */
async function sector(): Promise<{ url: string; documents: Map<string, string>; server: Server }> {
  const documents = new Map<string, string>()
  const server = createServer((req, res) => {
    const text = documents.get(req.url ?? '')
    res.writeHead(text === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(text ?? '')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, documents, server }
}

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`pairwise subjects, on ${engine}`, () => {
    let gatehouse: TestApp
    let files: Awaited<ReturnType<typeof sector>>
    before(async () => {
      gatehouse = await testApp(engine)
      files = await sector()
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com' }, alice.password)
    })
    after(async () => {
      await gatehouse.close()
      files.server.close()
    })

    const register = (body: unknown): Promise<Asked> => asked(`${gatehouse.issuer}/register`, 'POST', body)
    const tokensOf = (body: Asked['body'], redirectUri = callback) =>
      application(gatehouse, { id: body.client_id, secret: body.client_secret, redirectUri }).tokens(gatehouse.browser())

    test('a sector identifier must list the redirect URIs', async () => {
      const uris = [callback, 'https://other.example/callback']
      const sectorial = (path: string) => ({ redirect_uris: uris, subject_type: 'pairwise', sector_identifier_uri: files.url + path })
      files.documents.set('/all', JSON.stringify([...uris, 'https://third.example/']))
      files.documents.set('/one', JSON.stringify([callback]))
      files.documents.set('/object', '{}')
      assert.equal((await register(sectorial('/all'))).status, 201)
      for (const [path, description] of [
        ['/one', 'sector_identifier_uri does not list every redirect URI of the client'],
        ['/object', 'sector_identifier_uri does not lead to a JSON array'],
        ['/absent', 'sector_identifier_uri does not lead to a JSON array'],
      ] as const)
        assert.equal((await register(sectorial(path))).body.error_description, description)
      const nowhere = { ...sectorial(''), sector_identifier_uri: 'https://10.0.0.1/list' }
      assert.equal((await register(nowhere)).body.error_description, 'sector_identifier_uri cannot be read')
    })

    test('pairwise subjects differ by sector, agree everywhere one client looks, and lead back to the person', async () => {
      const pairwise = { ...web, subject_type: 'pairwise' }
      const [a, b, c] = [
        (await register(pairwise)).body,
        (await register(pairwise)).body,
        (await register({ ...pairwise, redirect_uris: ['https://elsewhere.example/'] })).body,
      ]
      const subject = async (client: Asked['body'], redirectUri = callback) => claimsOf((await tokensOf(client, redirectUri)).id_token).sub
      const [first, same, other] = [await subject(a), await subject(b), await subject(c, 'https://elsewhere.example/')]
      assert.equal(first, same)
      assert.notEqual(first, other)
      const own = (await gatehouse.root.store.accounts.byLogin(alice.username))!.subject
      assert.ok(![first, other].includes(own))

      const app = application(gatehouse, { id: a.client_id, secret: a.client_secret })
      const browser = gatehouse.browser()
      const tokens = await app.tokens(browser)
      assert.equal(claimsOf(tokens.access_token).sub, first)
      const info = await call(`${gatehouse.issuer}/userinfo`, { headers: bearer(tokens.access_token) })
      assert.deepEqual([info.status, info.body.sub], [200, first])
      const introspected = await app.post('/introspect', { token: tokens.access_token })
      assert.deepEqual([introspected.body.active, introspected.body.sub], [true, first])

      const silent = await browser.open(app.url({ prompt: 'none', id_token_hint: tokens.id_token }))
      assert.ok(told(silent)['code'])
      const foreign = application(gatehouse, { id: c.client_id, secret: c.client_secret, redirectUri: 'https://elsewhere.example/' })
      const hinted = await browser.open(foreign.url({ prompt: 'none', id_token_hint: tokens.id_token }))
      assert.ok(told(hinted)['code'], 'known, though the hint is of another client')
      const out = await browser.open(`${gatehouse.issuer}/logout?id_token_hint=${tokens.id_token}`)
      assert.ok(out.html.includes('signed out') && !shows(out, 'sign-out'))
    })
  })
}
