import { check } from '../../src/check.ts'
import { demand, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9470 §7',
  level: 'MUST',
  title: 'A server that advertises acr_values_supported honors acr_values and max_age',
  needs: ['authentication classes', 'code flow', 'OpenID'],
  async run({ app, browser, idToken, metadata }) {
    const offered = metadata.list('acr_values_supported')!
    const signedIn = browser()
    const first = await idToken(await app().tokens({ acr_values: offered[0] }, signedIn))
    demand(offered.includes(String(first.claims['acr'])), `acr is ${first.claims['acr']}, which is not advertised`)
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const second = await idToken(await app().tokens({ max_age: '1' }, signedIn))
    demand(Number(second.claims['auth_time']) > Number(first.claims['auth_time']), 'the person was not asked to sign in again')
    redirected(await app().authorize({ prompt: 'none', max_age: '3600' }, { browser: signedIn }))
  },
})
