import { afterActing } from '../../src/actors/ending.ts'
import { check } from '../../src/check.ts'
import { redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.14.2',
  level: 'SHOULD',
  title: 'After the password was changed, refresh tokens and sessions from before no longer work',
  needs: ['code flow', 'refresh tokens', 'UserInfo'],
  seconds: 150,
  async run(context) {
    const ending = await afterActing(context, 'setPassword')
    await ending.refreshTokenIsRefused()
    redirectedWithError(await ending.silently(), 'login_required')
  },
})
