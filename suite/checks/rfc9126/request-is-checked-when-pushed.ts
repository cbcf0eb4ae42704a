import { check } from '../../src/check.ts'
import { accepted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9126 §2.1',
  level: 'MUST',
  title: 'Pushed requests are validated like authorization requests',
  needs: ['code flow', 'pushed requests'],
  async run({ app }) {
    accepted(await app().push())
    refused(await app().push({ redirect_uri: 'https://attacker.example/callback' }))
    refused(await app().push({ response_type: 'unheard-of' }), 'unsupported_response_type', 'invalid_request')
    refused(await app().push({ response_type: undefined }), 'invalid_request')
    refused(await app().push({ state: ['one', 'two'] }), 'invalid_request')
  },
})
