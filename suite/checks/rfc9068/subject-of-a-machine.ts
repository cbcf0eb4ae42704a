import { isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand, granted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9068 §2.2',
  level: 'SHOULD',
  title: 'Without a resource owner, sub identifies the client',
  needs: ['client credentials', 'key set'],
  async run({ app, resources, verify }) {
    for (const { identifier, scope } of resources) {
      const { access_token } = granted(await app('machine').token({ grant_type: 'client_credentials', resource: identifier, scope }))
      if (!isJwt(access_token)) continue
      const { sub } = (await verify(access_token)).claims
      demand(sub === app('machine').registration.client_id, `sub is ${sub}`)
    }
  },
})
