import { assertion, clientAssertion } from '../../src/actors/authenticate.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7523 §3',
  level: 'MUST',
  title: 'An assertion of one client is rejected beside the client_id of another, and works without a client_id',
  needs: ['client credentials', 'private_key_jwt'],
  async run({ app, endpoint, post, random, target }) {
    const { registration } = app('jwt')
    const send = async (client_id: string | undefined) => {
      const credentials = assertion(await clientAssertion(registration, target.issuer, random))
      return post(endpoint('token_endpoint'), { grant_type: 'client_credentials', client_id, ...credentials })
    }
    for (const other of [app().registration.client_id, random.text()]) refused(await send(other), 'invalid_client', 'invalid_request')
    granted(await send(undefined))
    granted(await send(registration.client_id))
  },
})
