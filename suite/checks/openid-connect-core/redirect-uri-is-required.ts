import { check } from '../../src/check.ts'
import { arrived, refusedOnPage } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'REQUIRED',
  title: 'An OpenID request names its redirect URI, even when only one is registered',
  needs: ['OpenID', 'code flow'],
  async run({ app }) {
    arrived(await app('single').authorize())
    refusedOnPage(await app('single').authorize({ redirect_uri: undefined }))
  },
})
