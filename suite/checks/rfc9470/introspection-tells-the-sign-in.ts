import { check } from '../../src/check.ts'
import { active, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9470 §6.2',
  level: 'SHOULD',
  title: 'Introspection tells when and how the person signed in',
  needs: ['authentication classes', 'code flow', 'OpenID', 'introspection', 'two resources'],
  async run({ app, forApi, idToken, introspect, metadata }) {
    const [acr_values] = metadata.list('acr_values_supported')!
    const tokens = await app().tokens({ ...forApi(), scope: `openid ${forApi()['scope']}`, max_age: '3600', acr_values })
    const said = active(await introspect(tokens.access_token))
    const { auth_time, acr } = (await idToken(tokens)).claims
    demand(said['auth_time'] === auth_time, `auth_time is ${said['auth_time']}, and ${auth_time} in the ID token`)
    demand(said['acr'] === acr, `acr is ${said['acr']}, and ${acr} in the ID token`)
  },
})
