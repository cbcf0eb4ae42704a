import { check } from '../../src/check.ts'
import { accepted, demand } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9701 §5',
  level: 'MUST',
  title: 'The JWT response is addressed to the caller and has no top-level sub or exp',
  needs: ['code flow', 'introspection', 'signed introspection'],
  async run({ app, forApi, introspect, resources, verify }) {
    const { access_token } = await app().tokens(forApi())
    const reply = accepted(await introspect(access_token, {}, { accept: 'application/token-introspection+jwt' }))
    const { claims } = await verify(reply.body)
    const callers = [app('api').registration.client_id, resources[0]?.identifier]
    demand(
      [claims.aud].flat().some((aud) => callers.includes(aud)),
      `aud is ${JSON.stringify(claims.aud)}`,
    )
    demand(!('sub' in claims) && !('exp' in claims), 'it has sub or exp beside token_introspection')
  },
})
