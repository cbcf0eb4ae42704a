import { check } from '../../src/check.ts'
import { demand, granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.2',
  level: 'MUST',
  title: 'A wrong secret is rejected with invalid_client, status 401 and a challenge',
  needs: ['code flow'],
  async run({ app, random }) {
    refused(
      await app()
        .with({ client_secret: '' })
        .redeem(await app().code()),
    )
    for (const client_secret of [random.text(), `${app().registration.client_secret}x`]) {
      const reply = await app()
        .with({ client_secret })
        .redeem(await app().code())
      refused(reply, 'invalid_client')
      demand(reply.status === 401, `invalid_client came with status ${reply.status}, though the client used the Authorization header`)
      demand(/^basic\b/i.test(reply.headers['www-authenticate'] ?? ''), 'the answer has no WWW-Authenticate header for Basic')
    }
    granted(await app().redeem(await app().code()))
  },
})
