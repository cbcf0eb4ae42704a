import { check } from '../../src/check.ts'
import { accepted, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 9449 §5.2',
  level: 'MUST',
  title: 'A client that registered dpop_bound_access_tokens gets no token without a proof',
  needs: ['code flow', 'DPoP', 'registration'],
  async run({ app, random, register }) {
    const { reply, registration } = await register({ dpop_bound_access_tokens: true })
    accepted(reply)
    const client = app().with(registration)
    refused(await client.redeem(await client.code({ scope: 'openid' })))
    const proving = client.with({ dpop: random.key() })
    granted(await proving.redeem(await proving.code({ scope: 'openid' })))
  },
})
