import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7009 §2.1',
  level: 'MUST',
  title: 'A public client can revoke its own tokens',
  needs: ['code flow', 'refresh tokens', 'revocation'],
  async run({ app }) {
    const { refresh_token: token } = await app('public').offline()
    accepted(await app('public').post('revocation_endpoint', { token }))
    refused(await app('public').refresh(token), 'invalid_grant')
  },
})
