import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §3.2.1',
  level: 'MUST',
  title: 'A request without client authentication must contain client_id',
  needs: ['code flow'],
  async run({ app, endpoint, post }) {
    granted(await app('public').redeem(await app('public').code()))
    const { code, redirectUri, verifier } = await app('public').code()
    const params = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
    refused(await post(endpoint('token_endpoint'), params), 'invalid_request', 'invalid_client')
  },
})
