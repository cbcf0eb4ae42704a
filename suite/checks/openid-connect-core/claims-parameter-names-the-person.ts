import { check } from '../../src/check.ts'
import { redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.5.1',
  level: 'MUST',
  title: "Requesting another person's sub value does not return a code for the current session",
  needs: ['OpenID', 'code flow', 'claims parameter'],
  async run({ app, browser, idToken }) {
    const [ada, bob] = [browser('owner'), browser('stranger')]
    await app().tokens({}, ada)
    const { sub } = (await idToken(await app().tokens({}, bob))).claims
    const claims = JSON.stringify({ id_token: { sub: { value: sub } } })
    redirectedWithError(await app().authorize({ prompt: 'none', claims }, { browser: ada }))
    redirected(await app().authorize({ prompt: 'none', claims }, { browser: bob }))
  },
})
