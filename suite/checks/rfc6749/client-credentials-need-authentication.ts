import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.4.2',
  level: 'MUST',
  title: 'The client credentials grant requires client authentication',
  needs: ['client credentials'],
  async run({ app }) {
    const nameOnly = app('machine').with({ token_endpoint_auth_method: 'none' })
    granted(await app('machine').token({ grant_type: 'client_credentials' }))
    refused(await nameOnly.token({ grant_type: 'client_credentials' }), 'invalid_client')
    refused(await app('machine').with({ client_secret: '' }).token({ grant_type: 'client_credentials' }))
  },
})
