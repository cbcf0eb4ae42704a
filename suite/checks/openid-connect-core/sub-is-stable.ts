import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §2',
  level: 'MUST',
  title: 'sub stays the same for a person and differs between people',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser, idToken }) {
    const subOf = async (who: 'owner' | 'stranger') => (await idToken(await app().tokens({}, browser(who)))).claims.sub
    const [first, second, other] = [await subOf('owner'), await subOf('owner'), await subOf('stranger')]
    demand(first === second, 'it differs between two sign-ins')
    demand(first !== other, 'two people have the same')
  },
})
