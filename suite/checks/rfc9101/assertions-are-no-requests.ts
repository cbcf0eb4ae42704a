import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9101 §10.8',
  level: 'SHOULD NOT',
  title: 'A JWT whose sub is the client, as in client authentication, is not accepted as a request object',
  needs: ['code flow', 'request objects'],
  async run({ app }) {
    const client = app('jwt')
    const sub = client.registration.client_id
    notAuthorized(await client.authorize(await client.signedRequest({}, { claims: { sub } })))
    redirected(await client.authorize(await client.signedRequest()))
  },
})
