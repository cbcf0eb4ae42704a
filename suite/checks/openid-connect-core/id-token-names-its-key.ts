import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §10.1',
  level: 'MUST',
  title: 'The ID token has a kid when several keys are published',
  needs: ['OpenID', 'code flow'],
  async run({ app, endpoint, get, idToken }) {
    const { keys = [] } = json(accepted(await get(endpoint('jwks_uri')))) as { keys?: unknown[] }
    const { header } = await idToken(await app().tokens())
    demand(keys.length < 2 || typeof header.kid === 'string', 'its header has no kid')
  },
})
