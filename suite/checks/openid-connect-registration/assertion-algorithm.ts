import { twoKeys } from '../../src/actors/two-keys.ts'
import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'MUST',
  title: 'A client that registered token_endpoint_auth_signing_alg does not authenticate with another algorithm',
  needs: ['code flow', 'private_key_jwt', 'registration'],
  async run(context) {
    const method = { token_endpoint_auth_method: 'private_key_jwt' }
    const { other, registered } = await twoKeys(context, 'token_endpoint_auth_signing_alg', method)
    refused(await other.redeem(await other.code({ scope: 'openid' })), 'invalid_client')
    granted(await registered.redeem(await registered.code({ scope: 'openid' })))
  },
})
