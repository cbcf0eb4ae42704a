import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.5.1.1',
  level: 'MUST',
  title: 'A sign-in that does not reach an essential acr value fails; where it is voluntary, it does not',
  needs: ['OpenID', 'code flow', 'claims parameter'],
  async run({ app }) {
    const acr = (essential: boolean) => JSON.stringify({ id_token: { acr: { essential, values: ['urn:example:no-such-class'] } } })
    redirected(await app().authorize({ claims: acr(false) }))
    const landing = await app().authorize({ claims: acr(true) })
    demand(landing.at === 'page' || landing.params['code'] === undefined, 'the client got a code')
  },
})
