import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2',
  level: 'MUST',
  title: 'A confidential client must authenticate to push a request',
  needs: ['code flow', 'pushed requests'],
  async run({ app, random }) {
    accepted(await app().push())
    refused(await app().with({ client_secret: random.text() }).push(), 'invalid_client')
    refused(await app().with({ token_endpoint_auth_method: 'none' }).push(), 'invalid_client')
  },
})
