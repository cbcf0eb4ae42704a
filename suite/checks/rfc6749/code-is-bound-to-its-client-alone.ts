import { check } from '../../src/check.ts'
import { accepted, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §4.1.3',
  level: 'MUST',
  title: 'A client with the same redirect URI cannot redeem the code of another',
  needs: ['code flow', 'registration'],
  async run({ app, register }) {
    const [one, other] = [await register({}), await register({})].map(({ reply, registration }) => {
      accepted(reply)
      return app().with(registration)
    }) as [ReturnType<typeof app>, ReturnType<typeof app>]
    const [first, second] = [await one.code({ scope: 'openid' }), await one.code({ scope: 'openid' })]
    refused(await other.redeem(first), 'invalid_grant')
    granted(await one.redeem(second))
  },
})
