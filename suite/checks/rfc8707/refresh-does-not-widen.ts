import { check } from '../../src/check.ts'
import { granted, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §2.2',
  level: 'MUST',
  title: 'A refresh request for a resource that was not authorized, or is unknown, is rejected',
  needs: ['code flow', 'refresh tokens', 'two resources'],
  async run({ app, resources }) {
    const [first, second] = resources
    const asked = { resource: first!.identifier, scope: `${first!.scope} offline_access`, prompt: 'consent' }
    const fresh = async () => {
      const { refresh_token } = granted(await app().redeem(await app().code(asked)))
      if (refresh_token === undefined) throw new NotApplicable('no refresh token was issued')
      return refresh_token
    }
    for (const resource of [second!.identifier, 'https://unknown.example', [first!.identifier, second!.identifier], 'no-uri'])
      refused(await app().refresh(await fresh(), { resource }), 'invalid_target', 'invalid_grant')
    granted(await app().refresh(await fresh(), { resource: first!.identifier }))
  },
})
