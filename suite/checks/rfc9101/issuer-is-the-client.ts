import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §4',
  level: 'SHOULD',
  title: 'A request object whose issuer is not the client is rejected',
  needs: ['code flow', 'request objects'],
  async run({ app }) {
    const client = app('jwt')
    notAuthorized(await client.authorize(await client.signedRequest({}, { claims: { iss: 'somebody-else' } })))
    redirected(await client.authorize(await client.signedRequest()))
  },
})
