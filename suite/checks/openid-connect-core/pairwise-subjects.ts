import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §8.1',
  level: 'MUST',
  title: 'Pairwise sub values differ between sectors and stay the same within one',
  needs: ['OpenID', 'code flow', 'pairwise', 'registration'],
  async run({ app, idToken, register }) {
    const subOf = async (host: string) => {
      const { reply, registration } = await register({ subject_type: 'pairwise', redirect_uris: [`https://${host}/callback`] })
      accepted(reply)
      const { claims } = await idToken(await app().with(registration).tokens({ scope: 'openid' }))
      return claims.sub
    }
    const [one, same, other] = [await subOf('one.example'), await subOf('one.example'), await subOf('other.example')]
    const { claims } = await idToken(await app().tokens({ scope: 'openid' }))
    demand(one === same, 'two clients of one sector got different values')
    demand(one !== other, 'clients of two sectors got the same value')
    demand(one !== claims.sub, 'a client with public values got the same value')
  },
})
