import { check } from '../../src/check.ts'
import { errorPage, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'REQUIRED',
  title: 'redirect_uri is required in OpenID requests, even if only one is registered',
  needs: ['OpenID', 'code flow'],
  async run({ app }) {
    redirected(await app('single').authorize())
    errorPage(await app('single').authorize({ redirect_uri: undefined }))
  },
})
