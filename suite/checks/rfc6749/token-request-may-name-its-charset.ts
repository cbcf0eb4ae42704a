import { check } from '../../src/check.ts'
import { granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §B',
  level: 'MUST',
  title: 'The form media type is accepted in any case and with charset=UTF-8',
  needs: ['client credentials'],
  async run({ app }) {
    const form = 'application/x-www-form-urlencoded'
    for (const type of [`${form}; charset=UTF-8`, `${form};charset=utf-8`, form.toUpperCase()]) {
      granted(await app('machine').post('token_endpoint', { grant_type: 'client_credentials' }, { 'content-type': type }))
    }
  },
})
