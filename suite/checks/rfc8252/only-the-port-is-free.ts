import { check } from '../../src/check.ts'
import { arrived, NotApplicable, refusedOnPage } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8252 §7.3',
  level: 'MUST NOT',
  title: 'On a loopback address nothing but the port may differ',
  needs: ['code flow'],
  async run({ app }) {
    const uri = app('native').registration.redirect_uris.find((one) => one.startsWith('http://127.0.0.1/'))
    if (uri === undefined) throw new NotApplicable('the client "native" has no redirect URI on http://127.0.0.1')
    const { pathname } = new URL(uri)
    arrived(await app('native').authorize({ redirect_uri: `http://127.0.0.1:49152${pathname}` }))
    for (const redirect_uri of [
      `http://127.0.0.1:49152${pathname}/more`,
      `http://127.0.0.1:49152${pathname}?x=1`,
      `https://127.0.0.1:49152${pathname}`,
      `http://127.0.0.2:49152${pathname}`,
      `http://user@127.0.0.1:49152${pathname}`,
      `http://127.0.0.1:49152@attacker.example${pathname}`,
      `http://127.0.0.1.attacker.example:49152${pathname}`,
    ]) {
      refusedOnPage(await app('native').authorize({ redirect_uri }))
    }
  },
})
