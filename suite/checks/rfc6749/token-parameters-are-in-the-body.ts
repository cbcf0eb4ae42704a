import { check } from '../../src/check.ts'
import { denied, granted } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'RFC 6749 §3.2',
  level: 'MUST',
  title: 'The token endpoint reads parameters only from the body',
  needs: ['client credentials'],
  async run({ app, endpoint }) {
    const url = endpoint('token_endpoint')
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    denied(await app('machine').post(withQuery(url, { grant_type: 'client_credentials' }), {}))
    denied(await app('machine').post(withQuery(url, { grant_type: 'client_credentials' }), { grant_type: 'unheard-of' }))
  },
})
