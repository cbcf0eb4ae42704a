import { check } from '../../src/check.ts'
import { granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §2.2',
  level: 'MUST',
  title: 'A client authenticates with an assertion that it signed',
  needs: ['client credentials', 'private_key_jwt'],
  async run({ app }) {
    granted(await app('jwt').token({ grant_type: 'client_credentials' }))
  },
})
