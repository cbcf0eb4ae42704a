/** passport-openidconnect as its documentation sets it up. It cannot send PKCE, and sends the secret in the form. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import Strategy from 'passport-openidconnect'
import { type Engine, type TestApp, testApp } from '../app.ts'
import { alice } from '../journeys/application.ts'
import { engines } from '../postgres.ts'
import { type RunningApp, runApp, signIn, target, visitor } from './visitor.ts'

for (const engine of Object.keys(engines) as Engine[]) {
  suite(`passport-openidconnect, on ${engine}`, () => {
    let gatehouse: TestApp
    let app: RunningApp
    before(async () => {
      gatehouse = await testApp(engine)
      app = await runApp((origin) => {
        const { issuer } = gatehouse
        const authenticator = new passport.Passport()
        authenticator.use(
          'openidconnect',
          new Strategy(
            {
              issuer,
              authorizationURL: `${issuer}/authorize`,
              tokenURL: `${issuer}/token`,
              userInfoURL: `${issuer}/userinfo`,
              clientID: 'web',
              clientSecret: 'a+secret/of=odd%characters',
              callbackURL: `${origin}/cb`,
              scope: ['profile', 'email'],
              skipUserProfile: false,
            },
            (_issuer, profile, done) => done(null, profile),
          ),
        )
        const callback: express.RequestHandler = (request, response, next) =>
          authenticator.authenticate('openidconnect', (error, user) => {
            response.status(error ? 500 : 200).json(error ? { error: error.message } : user)
          })(request, response, next)
        return express()
          .use(session({ secret: 'a secret of the application', resave: false, saveUninitialized: false }))
          .get('/login', authenticator.authenticate('openidconnect'))
          .get('/cb', callback)
      })
      await gatehouse.addClient(
        { client_id: 'web', redirect_uris: [`${app.origin}/cb`], policy: { pkce: 'optional' } },
        'a+secret/of=odd%characters',
      )
      await gatehouse.addAccount({ username: alice.username, email: 'alice@example.com', claims: { name: 'Alice' } }, alice.password)
    })
    after(async () => {
      app.close()
      await gatehouse.close()
    })

    test('signs in, and reads the profile', async () => {
      const ask = visitor()
      const away = target(await ask(`${app.origin}/login`), app.origin)
      assert.equal(new URL(away).searchParams.get('code_challenge'), null)
      const profile = await (await ask(await signIn(gatehouse.browser(), away))).json()
      assert.partialDeepStrictEqual(profile, { displayName: 'Alice', emails: [{ value: 'alice@example.com' }] })
    })
  })
}
