import { check } from '../../src/check.ts'
import { accepted, demand, NotApplicable } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §5.3.2',
  level: 'MUST',
  title: 'UserInfo is a signed JWT with iss and aud for a client that registered an algorithm for it',
  needs: ['OpenID', 'code flow', 'UserInfo', 'registration'],
  async run({ app, metadata, register, target, userinfo, verify }) {
    const alg = metadata.list('userinfo_signing_alg_values_supported')?.find((one) => /^(?:RS|ES|PS|Ed)/.test(one))
    if (alg === undefined) throw new NotApplicable('UserInfo is not signed')
    const { reply, registration } = await register({ userinfo_signed_response_alg: alg })
    accepted(reply)
    const { access_token } = await app().with(registration).tokens({ scope: 'openid' })
    const { headers, body } = accepted(await userinfo(access_token))
    demand(headers['content-type']?.startsWith('application/jwt'), `the type is ${headers['content-type']}`)
    const { claims, header } = await verify(body)
    demand(header.alg === alg, `the algorithm is ${header.alg}`)
    demand(claims.iss === target.issuer, 'iss is another issuer')
    demand([claims.aud].flat().includes(registration.client_id), 'aud is not the client')
  },
})
