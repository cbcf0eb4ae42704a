import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'REQUIRED',
  title: 'The ID token has auth_time for a client that registered require_auth_time or default_max_age',
  needs: ['OpenID', 'code flow', 'registration'],
  async run({ app, idToken, register }) {
    for (const metadata of [{ require_auth_time: true }, { default_max_age: 600 }]) {
      const { reply, registration } = await register(metadata)
      accepted(reply)
      const { claims } = await idToken(await app().with(registration).tokens({ scope: 'openid' }))
      demand(typeof claims['auth_time'] === 'number', `there is no auth_time with ${Object.keys(metadata).join()}`)
    }
  },
})
