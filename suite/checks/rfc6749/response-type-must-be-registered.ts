import { check } from '../../src/check.ts'
import { accepted, NotApplicable, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.2.1',
  level: 'MUST',
  title: 'A response type that the client is not registered for is rejected with unauthorized_client',
  needs: ['code flow', 'registration'],
  async run({ app, metadata, register }) {
    const other = metadata.list('response_types_supported')?.find((type) => type !== 'code')
    if (other === undefined) throw new NotApplicable('there is only one response type')
    const { reply, registration } = await register({ response_types: ['code'], grant_types: ['authorization_code'] })
    accepted(reply)
    const client = app().with(registration)
    redirectedWithError(
      await client.authorize({ scope: 'openid', response_type: other }),
      'unauthorized_client',
      'unsupported_response_type',
    )
    redirected(await client.authorize({ scope: 'openid' }))
  },
})
