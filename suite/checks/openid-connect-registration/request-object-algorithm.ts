import { twoKeys } from '../../src/actors/two-keys.ts'
import { check } from '../../src/check.ts'
import { notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'MUST',
  title: 'Request objects of a client that registered request_object_signing_alg are rejected with another algorithm',
  needs: ['code flow', 'request objects', 'registration'],
  async run(context) {
    const { other, registered } = await twoKeys(context, 'request_object_signing_alg')
    notAuthorized(await other.authorize(await other.signedRequest({ scope: 'openid' })))
    redirected(await registered.authorize(await registered.signedRequest({ scope: 'openid' })))
  },
})
