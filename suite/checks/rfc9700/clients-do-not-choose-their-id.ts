import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.15.1',
  level: 'SHOULD NOT',
  title: 'A client that registers itself cannot choose a client_id that is the sub of a person, or any other',
  needs: ['OpenID', 'code flow', 'registration'],
  async run({ app, idToken, random, register }) {
    const { claims } = await idToken(await app().tokens({ scope: 'openid' }))
    for (const client_id of [String(claims.sub), random.text()]) {
      const { reply, registration } = await register({ client_id })
      if (reply.status < 400) demand(registration.client_id !== client_id, 'the client got the client_id that it asked for')
    }
    accepted((await register({})).reply)
  },
})
