import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9700 §2.1.1',
  level: 'MUST',
  title: 'A public client without PKCE is rejected',
  needs: ['code flow', 'PKCE'],
  async run({ app }) {
    redirected(await app('public').authorize())
    notAuthorized(await app('public').authorize({ code_challenge: undefined, code_challenge_method: undefined }))
  },
})
