import { check } from '../../src/check.ts'
import { demand, granted, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8252 §7.3',
  level: 'MUST',
  title: 'Loopback redirect URIs are accepted with any port',
  needs: ['code flow'],
  async run({ app }) {
    const uris = app('native').registration.redirect_uris.filter((uri) => /^http:\/\/(?:127\.0\.0\.1|\[::1\])[:/]/.test(uri))
    if (uris.length === 0) throw new NotApplicable('the client "native" has no loopback redirect URI')
    for (const uri of uris) {
      for (const port of ['49152', '8080']) {
        const redirect_uri = uri.replace(/^(http:\/\/[^/:]+|http:\/\/\[::1\])(?::\d+)?\//, `$1:${port}/`)
        const code = await app('native').code({ redirect_uri })
        demand(code.landing.url.port === port, `the browser came to ${code.landing.url.origin}`)
        granted(await app('native').redeem(code))
      }
    }
  },
})
