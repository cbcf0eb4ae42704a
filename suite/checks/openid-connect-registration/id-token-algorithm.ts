import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Registration §2',
  level: 'REQUIRED',
  title: 'ID tokens are signed with the algorithm that the client registered',
  needs: ['OpenID', 'code flow', 'registration'],
  seconds: 120,
  async run({ app, idToken, metadata, register }) {
    const algs = (metadata.list('id_token_signing_alg_values_supported') ?? []).filter((alg) => /^(?:RS|ES|PS)\d+$/.test(alg))
    for (const alg of algs) {
      const { reply, registration } = await register({ id_token_signed_response_alg: alg })
      accepted(reply)
      const { header } = await idToken(await app().with(registration).tokens({ scope: 'openid' }))
      demand(header.alg === alg, `a client registered ${alg} and got ${header.alg}`)
    }
  },
})
