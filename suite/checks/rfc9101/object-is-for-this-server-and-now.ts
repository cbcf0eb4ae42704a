import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.2',
  level: 'MUST',
  title: 'An expired request object, or one for another audience, is rejected',
  needs: ['code flow', 'request objects'],
  async run({ app }) {
    redirected(await app('jwt').authorize(await app('jwt').signedRequest()))
    const past = Math.floor(Date.now() / 1000) - 600
    for (const claims of [{ aud: 'https://other.example' }, { iat: past - 60, exp: past }, { nbf: past + 7200 }]) {
      notAuthorized(await app('jwt').authorize(await app('jwt').signedRequest({}, { claims })))
    }
  },
})
