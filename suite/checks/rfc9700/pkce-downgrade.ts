import { check } from '../../src/check.ts'
import { granted, NotApplicable, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §4.8.2',
  level: 'MUST',
  title: 'A code verifier is rejected if the request had no code challenge',
  needs: ['code flow', 'PKCE'],
  async run({ app, random }) {
    const none = { code_challenge: undefined, code_challenge_method: undefined }
    const landing = await app('legacy').authorize(none)
    if (landing.at === 'client' && landing.params['error'] !== undefined)
      throw new NotApplicable('the server requires PKCE of every client')
    granted(await app('legacy').redeem(await app('legacy').code(none)))
    refused(
      await app('legacy').redeem(await app('legacy').code(none), { code_verifier: random.text(32) }),
      'invalid_grant',
      'invalid_request',
    )
  },
})
