import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §10.14',
  level: 'MUST',
  title: 'Line breaks in request values cannot inject response headers',
  needs: ['code flow'],
  async run({ app, exchanges }) {
    redirected(await app().authorize())
    await app().authorize({ state: 'a\r\nx-injected: 1\r\n\r\nbody' }) // no state of §A.5: it may be refused, or changed
    await app().authorize({ redirect_uri: `${app().redirectUri}\r\nx-injected: 1` })
    demand(
      exchanges.every(({ response }) => response?.headers['x-injected'] === undefined),
      'there is a header x-injected',
    )
  },
})
