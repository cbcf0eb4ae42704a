import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §10.14',
  level: 'MUST',
  title: 'Unusual characters and lengths never cause a server error',
  needs: ['code flow'],
  async run({ app, endpoint, get, exchanges }) {
    redirected(await app().authorize())
    const odd = [
      '\0',
      '\ud800',
      '%',
      '%zz',
      'ä'.repeat(2000),
      'x'.repeat(7000),
      '__proto__',
      'constructor',
      '{"a":'.repeat(500),
      '-1',
      '1e999',
    ]
    for (const value of odd) {
      for (const name of ['state', 'scope', 'max_age', 'prompt', 'code_challenge', 'nonce']) {
        await app().authorize({ [name]: value }, { intent: { idle: true } })
      }
      await app().token({ grant_type: 'authorization_code', code: value, redirect_uri: value })
    }
    for (const query of ['?%', '?%ff=%fe', '?client_id=%00', '?=&&=', `?${'a=1&'.repeat(1500)}`]) {
      await get(`${endpoint('authorization_endpoint')}${query}`)
    }
    const faults = exchanges.filter(({ response }) => response !== undefined && response.status >= 500)
    demand(faults.length === 0, `${faults.length} requests were answered with ${faults[0]?.response?.status}`)
  },
})
