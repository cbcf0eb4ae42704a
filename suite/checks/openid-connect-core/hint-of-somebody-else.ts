import { check } from '../../src/check.ts'
import { arrived, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.1',
  level: 'MUST NOT',
  title: 'An ID token hint of somebody else brings no code of the person who is signed in',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const [ada, bob] = [browser('owner'), browser('stranger')]
    await app().tokens({}, ada)
    const { id_token } = await app().tokens({}, bob)
    sentBack(await app().authorize({ prompt: 'none', id_token_hint: id_token }, { browser: ada }))
    arrived(await app().authorize({ prompt: 'none', id_token_hint: id_token }, { browser: bob }))
  },
})
