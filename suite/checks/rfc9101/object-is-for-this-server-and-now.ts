import { check } from '../../src/check.ts'
import { arrived, notAuthorized } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §6.2',
  level: 'MUST',
  title: 'An object for another server, or one that has expired, is refused',
  needs: ['code flow', 'request objects'],
  async run({ app }) {
    arrived(await app('jwt').authorize(await app('jwt').signedRequest()))
    const past = Math.floor(Date.now() / 1000) - 600
    for (const claims of [{ aud: 'https://other.example' }, { iat: past - 60, exp: past }, { nbf: past + 7200 }]) {
      notAuthorized(await app('jwt').authorize(await app('jwt').signedRequest({}, { claims })))
    }
  },
})
