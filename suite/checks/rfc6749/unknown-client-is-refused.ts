import { check } from '../../src/check.ts'
import { granted, refused } from '../../src/expect.ts'

export default check({
  clause: 'RFC 6749 §5.2',
  level: 'MUST',
  title: 'The token endpoint rejects an unknown client with invalid_client',
  needs: ['code flow'],
  async run({ app, random }) {
    const stranger = app().with({ client_id: random.text() })
    refused(await stranger.redeem(await app().code()), 'invalid_client')
    granted(await app().redeem(await app().code()))
  },
})
