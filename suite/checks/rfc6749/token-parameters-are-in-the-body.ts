import { check } from '../../src/check.ts'
import { granted, turnedAway } from '../../src/expect.ts'
import { withQuery } from '../../src/http/form.ts'

export default check({
  clause: 'RFC 6749 §3.2',
  level: 'MUST',
  title: 'Parameters of a token request are read from its body alone',
  needs: ['client credentials'],
  async run({ app, endpoint }) {
    const url = endpoint('token_endpoint')
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    turnedAway(await app('machine').post(withQuery(url, { grant_type: 'client_credentials' }), {}))
    turnedAway(await app('machine').post(withQuery(url, { grant_type: 'client_credentials' }), { grant_type: 'unheard-of' }))
  },
})
