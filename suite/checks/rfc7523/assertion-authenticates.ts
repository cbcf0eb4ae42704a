import { check } from '../../src/check.ts'
import { granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §2.2',
  level: 'MUST',
  title: 'A client can authenticate with a signed assertion',
  needs: ['client credentials', 'private_key_jwt'],
  async run({ app }) {
    granted(await app('jwt').token({ grant_type: 'client_credentials' }))
  },
})
