/** Auth.js with a custom provider as its documentation sets it up: issuer, client ID and secret. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Auth, type AuthConfig } from '@auth/core'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { alice } from '../journeys/application.ts'
import { engines } from '../postgres.ts'
import { signIn, target, visitor } from './visitor.ts'

const home = 'http://localhost:3000'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`Auth.js, on ${engine}`, () => {
    let gatehouse: TestApp
    before(async () => {
      gatehouse = await testApp(engine)
      const client = { client_id: 'web', redirect_uris: [`${home}/auth/callback/gatehouse`], id_token_scope_claims: true }
      await gatehouse.addClient(client, 'secret')
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com', claims: { name: 'Alice' } }, alice.password)
    })
    after(() => gatehouse.close())

    test('signs in, and the session names the user', async () => {
      const config: AuthConfig = {
        providers: [
          { id: 'gatehouse', name: 'Gatehouse', type: 'oidc', issuer: gatehouse.issuer, clientId: 'web', clientSecret: 'secret' },
        ],
        secret: 'a secret of the application, long enough',
        trustHost: true,
        basePath: '/auth',
      }
      const ask = visitor(async (url, init) => Auth(new Request(url, init), config))
      const { csrfToken } = (await (await ask(`${home}/auth/csrf`)).json()) as { csrfToken: string }
      const body = new URLSearchParams({ csrfToken, callbackUrl: home })
      const away = target(await ask(`${home}/auth/signin/gatehouse`, { method: 'POST', body }), home)
      assert.ok(away.startsWith(`${gatehouse.issuer}/authorize?`), away)
      await ask(await signIn(gatehouse.browser(), away))
      const { user } = (await (await ask(`${home}/auth/session`)).json()) as { user: object }
      assert.partialDeepStrictEqual(user, { name: 'Alice', email: 'alice@example.com' })
    })
  })
}
