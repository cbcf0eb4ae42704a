import { basic } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { denied, granted } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'RFC 6749 §3.2',
  level: 'MUST',
  title: 'The token endpoint issues tokens only for POST requests',
  needs: ['client credentials'],
  async run({ app, endpoint, get }) {
    const { client_id, client_secret = '' } = app('machine').registration
    const url = withQuery(endpoint('token_endpoint'), { grant_type: 'client_credentials' })
    denied(await get(url, { authorization: basic(client_id, client_secret) }))
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
  },
})
