import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.14.2',
  level: 'MUST',
  title: 'Reusing an old refresh token revokes its successors',
  needs: ['code flow', 'refresh tokens'],
  async run({ app }) {
    const first = (await app('public').offline()).refresh_token
    const second = granted(await app('public').refresh(first)).refresh_token ?? first
    const third = granted(await app('public').refresh(second)).refresh_token ?? second
    refused(await app('public').refresh(first), 'invalid_grant')
    refused(await app('public').refresh(third), 'invalid_grant')
  },
})
