import { check } from '../../src/check.ts'
import { accepted, demand, json } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1',
  level: 'MUST',
  title: 'Tokens identify the person who signed in with that browser',
  needs: ['code flow', 'UserInfo'],
  async run({ app, browser, userinfo }) {
    const [ada, bob] = await Promise.all([app().tokens({}, browser('owner')), app().tokens({}, browser('stranger'))])
    const [first, second] = [json(accepted(await userinfo(ada.access_token))), json(accepted(await userinfo(bob.access_token)))]
    demand(first['sub'] !== second['sub'], 'two people have the same sub')
  },
})
