import { twoKeys } from '../../src/actors/two-keys.ts'
import { check } from '../../src/check.ts'
import { NotApplicable, notAuthorized, redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'MUST',
  title: 'Request objects of a client that registered request_object_signing_alg are rejected with another algorithm',
  needs: ['code flow', 'request objects', 'registration'],
  async run(context) {
    const algs = context.metadata.list('request_object_signing_alg_values_supported') ?? []
    if (!algs.includes('RS256') || !algs.includes('ES256')) throw new NotApplicable('the server does not take both RS256 and ES256')
    const { other, registered } = await twoKeys(context, 'request_object_signing_alg')
    notAuthorized(await other.authorize(await other.signedRequest({ scope: 'openid' })))
    redirected(await registered.authorize(await registered.signedRequest({ scope: 'openid' })))
  },
})
