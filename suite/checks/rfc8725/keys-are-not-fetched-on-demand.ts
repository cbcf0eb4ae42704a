import { signed } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { accepted, demand, denied } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8725 §3.10',
  level: 'MUST NOT',
  title: 'The server does not fetch keys from jku or x5u headers',
  needs: ['code flow', 'key set', 'UserInfo'],
  async run({ app, browser, random, sink, target, userinfo }) {
    const { url, calls } = await sink()
    accepted(await userinfo((await app().tokens()).access_token))
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: target.issuer, sub: 'ada', aud: target.issuer, iat: now, exp: now + 600, client_id: 'web', jti: random.text() }
    for (const header of [{ jku: `${url}/jku` }, { x5u: `${url}/x5u` }]) {
      const forged = await signed({ ...random.key(), alg: 'ES256' }, claims, { typ: 'at+jwt', kid: 'k', ...header })
      denied(await userinfo(forged))
      await app().authorize({ id_token_hint: forged }, { browser: browser(), intent: { idle: true } })
    }
    demand(calls().length === 0, `it called ${calls().join(', ')}`)
  },
})
