import { check } from '../../src/check.ts'
import { active, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7662 §2.1',
  level: 'MUST',
  title: 'Introspection requires authentication',
  needs: ['code flow', 'introspection'],
  async run({ app, forApi, introspect, endpoint, post, random }) {
    const { access_token: token } = await app().tokens(forApi())
    active(await introspect(token))
    const url = endpoint('introspection_endpoint')
    for (const reply of [
      await post(url, { token }),
      await post(url, { token }, { authorization: `Bearer ${token}` }),
      await app('api').with({ client_secret: random.text() }).post('introspection_endpoint', { token }),
    ]) {
      const said = reply.status === 200 ? json(reply)['active'] : false
      demand(said === false, 'a stranger was told that the token is active')
    }
  },
})
