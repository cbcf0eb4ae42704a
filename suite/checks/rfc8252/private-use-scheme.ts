import { check } from '../../src/check.ts'
import { errorPage, granted, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8252 §7.1',
  level: 'MUST',
  title: 'Private-use URI schemes are supported and compared exactly',
  needs: ['code flow'],
  async run({ app }) {
    const redirect_uri = app('native').registration.redirect_uris.find((uri) => /^[a-z]+\.[a-z.]+:/.test(uri))
    if (redirect_uri === undefined) throw new NotApplicable('the client "native" has no redirect URI with a scheme of its own')
    const code = await app('native').code({ redirect_uri })
    granted(await app('native').redeem(code))
    errorPage(await app('native').authorize({ redirect_uri: `${redirect_uri}/more` }))
    errorPage(await app('native').authorize({ redirect_uri: redirect_uri.replace(/^[^:]+/, 'com.attacker.app') }))
  },
})
