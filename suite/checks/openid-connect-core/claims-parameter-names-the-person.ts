import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.5.1',
  level: 'MUST',
  title: 'A request for the sub of somebody else brings no code of the person who is signed in',
  needs: ['OpenID', 'code flow', 'claims parameter'],
  async run({ app, browser, idToken }) {
    const [ada, bob] = [browser('owner'), browser('stranger')]
    await app().tokens({}, ada)
    const { sub } = (await idToken(await app().tokens({}, bob))).claims
    const claims = JSON.stringify({ id_token: { sub: { value: sub } } })
    sentBack(await app().authorize({ prompt: 'none', claims }, { browser: ada }))
    arrived(await app().authorize({ prompt: 'none', claims }, { browser: bob }))
  },
})
