import { check } from '../../src/check.ts'
import { active, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7662 §2.1',
  level: 'REQUIRED',
  title: 'An introspection request without a token is rejected',
  needs: ['code flow', 'introspection'],
  async run({ app, forApi, introspect }) {
    active(await introspect((await app().tokens(forApi())).access_token))
    refused(await app('api').post('introspection_endpoint', {}), 'invalid_request')
  },
})
