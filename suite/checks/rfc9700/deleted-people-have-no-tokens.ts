import { afterActing } from '../../src/actors/ending.ts'
import { check } from '../../src/check.ts'
import { redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.14.2',
  level: 'MUST',
  title: 'The tokens and sessions of a deleted person no longer work',
  needs: ['code flow', 'refresh tokens', 'UserInfo'],
  seconds: 150,
  async run(context) {
    const ending = await afterActing(context, 'delete')
    await ending.accessTokenIsRefused()
    await ending.refreshTokenIsRefused()
    await ending.codeIsRefused()
    redirectedWithError(await ending.silently(), 'login_required')
  },
})
