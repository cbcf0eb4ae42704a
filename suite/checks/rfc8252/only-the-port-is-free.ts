import { check } from '../../src/check.ts'
import { errorPage, NotApplicable, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8252 §7.3',
  level: 'MUST NOT',
  title: 'Loopback redirect URIs may differ only in the port',
  needs: ['code flow'],
  async run({ app }) {
    const uri = app('native').registration.redirect_uris.find((one) => one.startsWith('http://127.0.0.1/'))
    if (uri === undefined) throw new NotApplicable('the client "native" has no redirect URI on http://127.0.0.1')
    const { pathname } = new URL(uri)
    redirected(await app('native').authorize({ redirect_uri: `http://127.0.0.1:49152${pathname}` }))
    for (const redirect_uri of [
      `http://127.0.0.1:49152${pathname}/more`,
      `http://127.0.0.1:49152${pathname}?x=1`,
      `https://127.0.0.1:49152${pathname}`,
      `http://127.0.0.2:49152${pathname}`,
      `http://user@127.0.0.1:49152${pathname}`,
      `http://127.0.0.1:49152@attacker.example${pathname}`,
      `http://127.0.0.1.attacker.example:49152${pathname}`,
    ]) {
      errorPage(await app('native').authorize({ redirect_uri }))
    }
  },
})
