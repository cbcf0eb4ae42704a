import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9701 §5',
  level: 'MUST',
  title: 'Introspection returns a signed JWT on request',
  needs: ['code flow', 'introspection', 'signed introspection'],
  async run({ app, forApi, introspect, target, verify }) {
    const { access_token } = await app().tokens(forApi())
    const reply = accepted(await introspect(access_token, {}, { accept: 'application/token-introspection+jwt' }))
    const type = reply.headers['content-type'] ?? ''
    demand(/^application\/token-introspection\+jwt\b/i.test(type), `it comes as ${type}`)
    const { header, claims } = await verify(reply.body)
    demand(header.typ === 'token-introspection+jwt', `typ is ${header.typ}`)
    demand(claims.iss === target.issuer, `iss is ${claims.iss}`)
    demand(claims.aud !== undefined && Number.isInteger(claims.iat), 'aud or iat is missing')
    demand(
      (claims['token_introspection'] as { active?: unknown } | undefined)?.active === true,
      'token_introspection does not say that the token is active',
    )
  },
})
