import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §6',
  level: 'MUST',
  title: 'A refresh token can only be used by the client it was issued to',
  needs: ['code flow', 'refresh tokens'],
  async run({ app }) {
    const { refresh_token } = await app('web').offline()
    refused(await app('other').refresh(refresh_token), 'invalid_grant')
    refused(await app('public').refresh(refresh_token), 'invalid_grant')
    granted(await app('web').refresh((await app('web').offline()).refresh_token))
  },
})
