import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2.1',
  level: 'MUST',
  title: 'A pushed request whose client_id is not that of the authenticated client is rejected',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    accepted(await app().push())
    const { params } = app().request()
    const { client_id } = app('other').registration
    refused(
      await app().post('pushed_authorization_request_endpoint', { ...params, client_id }),
      'invalid_request',
      'invalid_client',
      'unauthorized_client',
    )
  },
})
