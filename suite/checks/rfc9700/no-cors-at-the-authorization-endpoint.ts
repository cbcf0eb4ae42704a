import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §2.6',
  level: 'MUST NOT',
  title: 'The authorization endpoint does not support CORS',
  needs: ['code flow'],
  async run({ app, send }) {
    const { url } = app().request()
    const origin = 'https://attacker.example'
    const preflight = { origin, 'access-control-request-method': 'GET' }
    for (const reply of [
      await send({ method: 'GET', url, headers: { origin } }),
      await send({ method: 'OPTIONS', url, headers: preflight }),
    ]) {
      demand(
        reply.headers['access-control-allow-origin'] === undefined,
        `Access-Control-Allow-Origin is ${reply.headers['access-control-allow-origin']}`,
      )
    }
  },
})
