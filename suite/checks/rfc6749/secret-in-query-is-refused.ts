import { check } from '../../src/check.ts'
import { denied, granted } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'RFC 6749 §2.3.1',
  level: 'MUST NOT',
  title: 'Client credentials in the query are not accepted',
  needs: ['client credentials'],
  async run({ app, endpoint, post }) {
    const { client_id, client_secret } = app('machine').registration
    denied(await post(withQuery(endpoint('token_endpoint'), { client_id, client_secret }), { grant_type: 'client_credentials' }))
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
  },
})
