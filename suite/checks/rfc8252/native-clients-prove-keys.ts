import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8252 §8.1',
  level: 'SHOULD',
  title: 'A native client without PKCE is rejected',
  needs: ['code flow', 'PKCE'],
  async run({ app }) {
    redirected(await app('native').authorize())
    notAuthorized(await app('native').authorize({ code_challenge: undefined, code_challenge_method: undefined }))
  },
})
