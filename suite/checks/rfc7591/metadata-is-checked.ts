import { refusedOrReplaced } from '../../src/actors/registrar.ts'
import { check } from '../../src/check.ts'
import { accepted } from '../../src/expect.ts'

export default check({
  clause: 'RFC 7591 §3.2.2',
  level: 'MUST',
  title: 'Invalid metadata is rejected with invalid_client_metadata, or replaced, as the response tells',
  needs: ['registration'],
  async run({ register }) {
    accepted((await register({})).reply)
    const bad = [
      { grant_types: ['unheard-of'] },
      { response_types: ['unheard-of'] },
      { token_endpoint_auth_method: 'unheard-of' },
      { jwks: 'text' },
    ]
    for (const metadata of bad) refusedOrReplaced((await register(metadata)).reply, metadata)
  },
})
