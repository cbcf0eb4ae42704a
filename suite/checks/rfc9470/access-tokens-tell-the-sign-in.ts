import { isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9470 §6.1',
  level: 'SHOULD',
  title: 'JWT access tokens tell when and how the person signed in',
  needs: ['authentication classes', 'code flow', 'OpenID'],
  async run({ app, idToken, metadata, resources, verify }) {
    const [acr_values] = metadata.list('acr_values_supported')!
    for (const { identifier, scope } of resources) {
      const tokens = await app().tokens({ resource: identifier, scope: `openid ${scope}`, max_age: '3600', acr_values })
      if (!isJwt(tokens.access_token)) continue
      const { claims } = await verify(tokens.access_token)
      const { auth_time, acr } = (await idToken(tokens)).claims
      demand(claims['auth_time'] === auth_time, `auth_time is ${claims['auth_time']}, and ${auth_time} in the ID token`)
      demand(claims['acr'] === acr, `acr is ${claims['acr']}, and ${acr} in the ID token`)
    }
  },
})
