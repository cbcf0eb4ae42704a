import { decode, isJwt } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 8707 §2',
  level: 'MUST',
  title: 'A client can request a token for one resource with client credentials',
  needs: ['client credentials', 'two resources'],
  async run({ app, resources }) {
    for (const { identifier, scope } of resources) {
      const { access_token } = granted(await app('machine').token({ grant_type: 'client_credentials', resource: identifier, scope }))
      if (isJwt(access_token)) demand([decode(access_token).claims.aud].flat().join() === identifier, 'aud is another')
    }
    refused(await app('machine').token({ grant_type: 'client_credentials', resource: 'https://unknown.example' }), 'invalid_target')
  },
})
