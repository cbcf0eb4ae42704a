import { afterActing } from '../../src/actors/ending.ts'
import { check } from '../../src/check.ts'
import { redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.14.2',
  level: 'MUST',
  title: 'When a person withdraws what they allowed, its tokens no longer work and consent is asked for again',
  needs: ['code flow', 'refresh tokens', 'UserInfo'],
  seconds: 150,
  async run(context) {
    const ending = await afterActing(context, 'withdraw')
    await ending.accessTokenIsRefused()
    await ending.refreshTokenIsRefused()
    redirectedWithError(await ending.silently(), 'consent_required', 'interaction_required')
  },
})
