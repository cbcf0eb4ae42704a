import { halfHash } from '../../src/actors/jwt.ts'
import { check } from '../../src/check.ts'
import { demand, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.3.6',
  level: 'MUST',
  title: 'When present, at_hash is the hash of the access token',
  needs: ['OpenID', 'code flow'],
  async run({ app, idToken }) {
    const tokens = await app().tokens()
    const { header, claims } = await idToken(tokens)
    if (claims['at_hash'] === undefined) throw new NotApplicable('the ID token has no at_hash, which is OPTIONAL here')
    demand(claims['at_hash'] === halfHash(header.alg, tokens.access_token), 'it is another')
  },
})
