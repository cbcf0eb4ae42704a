/** express-openid-connect with the code flow, as its documentation sets it up. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import express from 'express'
import { auth } from 'express-openid-connect'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { alice } from '../journeys/application.ts'
import { engines } from '../postgres.ts'
import { type RunningApp, runApp, signIn, target, visitor } from './visitor.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`express-openid-connect, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: RunningApp
    before(async () => {
      gatehouse = await testApp(engine)
      app = await runApp((origin) =>
        express()
          .use(
            auth({
              issuerBaseURL: gatehouse.issuer,
              baseURL: origin,
              clientID: 'web',
              clientSecret: 'secret',
              secret: 'a secret of the application, long enough',
              authorizationParams: { response_type: 'code' },
              authRequired: false,
              idpLogout: true,
            }),
          )
          .get('/', (request, response) => {
            response.json({ user: request.oidc.user ?? null })
          }),
      )
      const uris = { redirect_uris: [`${app.origin}/callback`], post_logout_redirect_uris: [app.origin] }
      await gatehouse.addClient({ client_id: 'web', ...uris, id_token_scope_claims: true }, 'secret')
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com', claims: { name: 'Alice' } }, alice.password)
    })
    after(async () => {
      app.close()
      await gatehouse.close()
    })

    test('signs in, names the user, and signs out back to the application', async () => {
      const ask = visitor()
      const browser = gatehouse.browser()
      await ask(await signIn(browser, target(await ask(`${app.origin}/login`), app.origin)))
      const { user } = (await (await ask(app.origin)).json()) as { user: object }
      assert.partialDeepStrictEqual(user, { name: 'Alice', email: 'alice@example.com' })
      const away = target(await ask(`${app.origin}/logout`), app.origin)
      assert.ok(away.startsWith(`${gatehouse.issuer}/logout?`), away)
      assert.equal((await browser.open(away)).url.origin, app.origin)
      assert.deepEqual(await (await ask(app.origin)).json(), { user: null })
    })
  })
}
